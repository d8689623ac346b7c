"""A mistyped container or image, asked of a real engine."""

from __future__ import annotations

import pytest

from envprobe.error import TargetError
from envprobe.probing.collect import collect
from tests.real.guest import QUICK, container
from tests.support.engine import tiny_image

pytestmark = pytest.mark.real


def test_a_mistyped_container_finds_the_one_that_was_meant() -> None:
    """The hint names containers that are like it, stopped ones too, and how to name an image instead."""
    with container(tiny_image(), verb="create") as name, pytest.raises(TargetError) as caught:
        collect(f"docker://{name[:-1]}", QUICK)
    assert f"did you mean {name}" in caught.value.hint
    assert f"for an image write image://{name[:-1]}" in caught.value.hint


def test_a_mistyped_image_finds_the_one_that_was_meant() -> None:
    """The hint names images that are here, beside how to pull the one that was named."""
    tag = tiny_image()
    with pytest.raises(TargetError) as caught:
        collect(f"image://{tag.replace('python', 'pyhton')}", QUICK)
    assert "did you mean envprobe-test/python:latest" in caught.value.hint
    assert "docker pull envprobe-test/pyhton" in caught.value.hint
