"""The shipped baseline of the stand-in image against the image itself, on whatever machine runs this."""

from __future__ import annotations

import pytest

import envprobe
from envprobe.policy import Severity
from tests.support import engine

pytestmark = [pytest.mark.real, pytest.mark.timeout(600)]

MACHINE = ("cpu.", "gpu.", "numerics.", "system.limits.", "system.kernel", "container.")
"""What may differ from the machine on which the baseline was recorded."""


def test_the_image_is_what_was_shipped() -> None:
    """Every machine builds the same image: same id, packages, files and standard library, bit for bit."""
    image = engine.standin_image()
    options = envprobe.Options(benchmark="off")
    report = envprobe.check(f"image://{image}", "standin-tensorflow-2.9.0", options=options)
    told = [item.path for item in report.differences if item.severity is not Severity.NOTE and not item.path.startswith(MACHINE)]
    assert told == []
    assert report.compared > 500
