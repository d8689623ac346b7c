"""The image is for the processor that it runs on.

Why: the TensorFlow images are for amd64 alone. Under emulation on arm64 TensorFlow ends with "illegal instruction", for AVX is
missing, and where it runs it computes other bits.

Example: `docker run --platform linux/arm64 tensorflow/tensorflow:2.9.0`

Fix: `--platform linux/amd64` on an amd64 machine.

Source: tensorflow/tensorflow#52972, #52845; envd#881.
"""

from __future__ import annotations

from collections.abc import Iterator

from .. import image_name
from ..finding import FAIL, WARN, found
from ..model import AuditedFile, AuditFinding
from ..query import image_of, variables

RULE = "platform"
WHY = "the TensorFlow images are for amd64 alone"


def find(file: AuditedFile) -> Iterator[AuditFinding]:
    """Yield images that are started on another processor than theirs."""
    for launch in file.launches:
        wanted = launch.get("platform")
        if (
            wanted is not None
            and "amd64" not in wanted.value
            and "x86_64" not in wanted.value
            and "arm" in wanted.value
            and _is_amd64_only(image_of(launch))
        ):
            yield found(
                RULE,
                FAIL,
                wanted.line,
                f"platform {wanted.value}",
                WHY,
                "linux/amd64",
                (wanted.value, "linux/amd64" if "/" in wanted.value else "amd64"),
            )
    for stage in file.stages:
        if "arm" in stage.platform and _is_amd64_only(image_name.parse(stage.base.value)):
            yield found(
                RULE,
                FAIL,
                stage.base.line,
                f"--platform={stage.platform} {stage.base.value}",
                WHY,
                "--platform=linux/amd64",
                (stage.platform, "linux/amd64"),
            )
        elif stage.is_final and "BUILDPLATFORM" in stage.platform:
            yield found(
                f"{RULE}.builder",
                WARN,
                stage.base.line,
                f"--platform={stage.platform}",
                "the image is for the machine that builds it, whoever runs it",
                "leave it out of the last stage",
            )
    for setting in variables(file):
        if (
            setting.name == "DOCKER_DEFAULT_PLATFORM"
            and "arm" in setting.value
            and any(_is_amd64_only(image_of(one)) for one in file.launches)
        ):
            yield found(
                RULE, FAIL, setting.line, f"{setting.name}={setting.value}", WHY, "linux/amd64", (setting.value, "linux/amd64")
            )


def _is_amd64_only(image: image_name.ImageName) -> bool:
    return image_name.is_tensorflow(image)
