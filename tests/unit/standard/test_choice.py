"""A pinned image, or a refusal that names one."""

from __future__ import annotations

import pytest

from envprobe.error import UsageError
from envprobe.standard.choice import image_of
from envprobe.standard.settings import EnvironmentSettings


@pytest.mark.parametrize(
    ("variant", "start", "image"),
    [
        ("cpu", "jupyter", "tensorflow/tensorflow:2.9.0-jupyter"),
        ("gpu", "jupyter", "tensorflow/tensorflow:2.9.0-gpu-jupyter"),
        ("cpu", "ssh", "tensorflow/tensorflow:2.9.0"),
        ("gpu", "plain", "tensorflow/tensorflow:2.9.0-gpu"),
    ],
)
def test_the_official_image_fits_what_is_wanted(variant: str, start: str, image: str) -> None:
    """Without an image it is that of TensorFlow 2.9.0 for the variant and the start."""
    assert image_of(EnvironmentSettings(variant=variant, start=start)) == image  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "image",
    [
        "tensorflow/tensorflow",
        "tensorflow/tensorflow:latest",
        "tensorflow/tensorflow:latest-gpu-jupyter",
        "tensorflow/tensorflow:nightly",
        "tensorflow/tensorflow:2.9",
        "tensorflow/tensorflow:$TAG",
        "tensorflow/tensorflow:${TAG:-latest}",
        "team/train",
        "team/train:main",
        "team/train:2",
        "mirror.example/tensorflow/tensorflow:2.9.1-jupyter-latest",
    ],
)
def test_what_floats_is_refused(image: str) -> None:
    """Two colleagues would start two images under one name."""
    with pytest.raises(UsageError) as refused:
        image_of(EnvironmentSettings(image=image))
    assert image in refused.value.message
    assert ("tensorflow/tensorflow:2.9.0-jupyter" if "tensorflow" in image else "docker image inspect") in refused.value.hint


@pytest.mark.parametrize(
    "image",
    [
        "tensorflow/tensorflow:2.9.0",
        f"tensorflow/tensorflow@sha256:{'0' * 64}",
        "team/train:1.4.0",
        "ubuntu:20.04",
        "team/train:20260131",
    ],
)
def test_what_is_pinned_stays_as_it_is(image: str) -> None:
    """A full version, a digest, a date."""
    assert image_of(EnvironmentSettings(image=image)) == image


def test_a_gpu_wants_an_image_for_gpus() -> None:
    """The plain official image holds tensorflow-cpu."""
    with pytest.raises(UsageError) as refused:
        image_of(EnvironmentSettings(image="tensorflow/tensorflow:2.9.0", variant="gpu"))
    assert "2.9.0-gpu-jupyter" in refused.value.hint


def test_a_tag_that_was_never_made_is_named() -> None:
    """Pulling would say `manifest unknown` after a while."""
    with pytest.raises(UsageError) as refused:
        image_of(EnvironmentSettings(image="tensorflow/tensorflow:2.9.0-jupyter-gpu"))
    assert "2.9.0-gpu-jupyter" in refused.value.message
