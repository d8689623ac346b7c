"""Which image an environment is started from: a pinned one, or a refusal that names the pinned one. Pure."""

from __future__ import annotations

from ..audit import image_name
from ..audit.rules.gpu_cpu_image import is_cpu_only
from ..error import UsageError
from .settings import EnvironmentSettings

STANDARD = "tensorflow/tensorflow:2.9.0"
FAMILY = ("2.9.0", "2.9.0-jupyter", "2.9.0-gpu", "2.9.0-gpu-jupyter")
"""The tags of the reference image."""


def image_of(settings: EnvironmentSettings) -> str:
    """Return the image that settings ask for. Raises UsageError for one that floats or does not fit."""
    if not settings.image:
        return standard(settings)
    image = image_name.parse(settings.image)
    if "$" in settings.image:
        raise UsageError(f"{settings.image}: a variable names the image, and whoever starts it decides", _write(settings, image))
    severity, why = image_name.floats(image)
    if severity in ("fail", "warn"):
        raise UsageError(f"{settings.image}: not pinned: {why}", _write(settings, image))
    if image_name.is_tensorflow(image) and not image.digest and image.version == "2.9.0" and image.tag not in FAMILY:
        raise UsageError(f"{settings.image}: there is no such tag; there are {', '.join(FAMILY)}", f"write {standard(settings)}")
    if settings.variant == "gpu" and is_cpu_only(image):
        raise UsageError(f"{settings.image}: has no code for GPUs, and would compute on the processor", _write(settings, image))
    return settings.image


def standard(settings: EnvironmentSettings) -> str:
    """Return the official image of TensorFlow 2.9.0 that fits a variant and a start."""
    gpu = "-gpu" if settings.variant == "gpu" else ""
    return f"{STANDARD}{gpu}{'-jupyter' if settings.start == 'jupyter' else ''}"


def brings_jupyter(image: str) -> bool | None:
    """Tell whether an image has Jupyter, by its name; None where that does not say."""
    return image_name.has_jupyter(image_name.parse(image))


def is_amd64_only(image: str) -> bool:
    """Tell whether an image is known to be made for x86-64 alone: the official ones are."""
    return image_name.is_tensorflow(image_name.parse(image))


def _write(settings: EnvironmentSettings, image: image_name.ImageName) -> str:
    if image_name.is_tensorflow(image):
        return f"write {standard(settings)}"
    return f"write a full version, or a digest: docker image inspect --format '{{{{index .RepoDigests 0}}}}' {settings.image}"
