"""GPUs are given to an image that can use them.

Why: `tensorflow/tensorflow:2.9.0` holds tensorflow-cpu, which has no code for GPUs: with `--gpus all` it trains on the processor.

Example: `docker run --gpus all tensorflow/tensorflow:2.9.0`

Fix: `docker run --gpus all tensorflow/tensorflow:2.9.0-gpu`

Source: tensorflow/tensorflow, tools/dockerfiles/spec.yml (TF_PACKAGE of the versions without -gpu).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from .. import image_name
from ..finding import FAIL, found
from ..model import AuditedFile, AuditFinding
from ..query import image_of, installs
from .gpu_missing import has_gpu

RULE = "gpu.cpu-image"
WHY = "the image has no code for GPUs, so it trains on the processor"


def find(file: AuditedFile) -> Iterator[AuditFinding]:
    """Yield GPUs that nothing uses."""
    for launch in file.launches:
        image = image_of(launch)
        if launch.image is not None and has_gpu(launch) and is_cpu_only(image):
            fixed = _gpu_name(launch.image.value, image) if image_name.is_tensorflow(image) else ""
            yield found(
                RULE,
                FAIL,
                launch.image.line,
                launch.image.value,
                WHY,
                "the image's -gpu variant",
                (launch.image.value, fixed) if fixed else None,
            )
    for stage in file.stages:
        if image_name.is_gpu(image_name.parse(stage.root.value)):
            for command, arguments in installs(file):
                for word in arguments:
                    if re.match(r"tensorflow[-_]cpu(?:$|[=<>~!])", word) and command in stage.commands:
                        yield found(
                            RULE,
                            FAIL,
                            command.line,
                            word,
                            "the package has no code for GPUs, and the image is for them",
                            word.replace("tensorflow-cpu", "tensorflow"),
                            ("tensorflow-cpu", "tensorflow"),
                        )


def is_cpu_only(image: image_name.ImageName) -> bool:
    """Tell whether an image is known to compute on processors alone."""
    if image_name.is_tensorflow(image):
        return (bool(image.tag) and not re.search(r"gpu|custom-op|devel", image.tag)) or (not image.tag and not image.digest)
    return re.search(r"(?:^|[-_.])cpu(?:$|[-_.])", f"{image.last}-{image.tag}") is not None


def _gpu_name(text: str, image: image_name.ImageName) -> str:
    if not image.version:
        return ""
    return text.replace(f":{image.version}", f":{image.version}-gpu", 1)
