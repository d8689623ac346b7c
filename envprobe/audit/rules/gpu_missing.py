"""A GPU image is given the GPUs.

Why: without `--gpus` TensorFlow starts all the same, finds no GPU and trains on the processor: other results, ten times slower,
with one warning in the log.

Example: `docker run tensorflow/tensorflow:2.9.0-gpu python train.py`

Fix: `docker run --gpus all tensorflow/tensorflow:2.9.0-gpu python train.py`; in Compose `deploy.resources.reservations.devices`.

Source: NVIDIA Container Toolkit; a `default-runtime` of nvidia gives them without an option, so from files this is a warning.
"""

from __future__ import annotations

from collections.abc import Iterator

from .. import image_name
from ..finding import WARN, found
from ..model import AuditedFile, AuditFinding, Launch
from ..query import image_of

RULE = "gpu.missing"


def find(file: AuditedFile) -> Iterator[AuditFinding]:
    """Yield GPU images that are started without a GPU."""
    for launch in file.launches:
        if launch.image is not None and image_name.is_gpu(image_of(launch)) and not has_gpu(launch):
            edit = (f" {launch.image.value}", f" --gpus all {launch.image.value}") if launch.source == "command" else None
            fix = {
                "compose": "deploy: {resources: {reservations: {devices: [{driver: nvidia, count: all, capabilities: [gpu]}]}}}",
                "kubernetes": "resources: {limits: {nvidia.com/gpu: 1}}",
                "devcontainer": '"runArgs": ["--gpus", "all"], "hostRequirements": {"gpu": true}',
            }.get(launch.source, "--gpus all")
            yield found(
                RULE,
                WARN,
                launch.image.line,
                launch.image.value,
                "the image is for GPUs, and is given none: it trains on the processor",
                fix,
                edit,
            )


def has_gpu(launch: Launch) -> bool:
    """Tell whether a launch asks for a GPU in one of the ways that there are."""
    runtime, visible = launch.get("runtime"), launch.environment.get("NVIDIA_VISIBLE_DEVICES")
    if visible is not None and visible.value in ("none", "void", ""):
        return False
    devices = any("nvidia" in one.value or "/dev/kfd" in one.value or "/dev/dri" in one.value for one in launch.all("device"))
    return launch.get("gpus") is not None or devices or (runtime is not None and "nvidia" in runtime.value)
