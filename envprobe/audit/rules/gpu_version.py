"""CUDA and cuDNN are those that the framework was built for.

Why: TensorFlow 2.9 loads libcudart.so.11.0 and libcudnn.so.8. On a CUDA 12 or 10 image it finds neither, says so in one line
of the log, and trains on the processor.

Example: `FROM nvidia/cuda:12.2.0-base-ubuntu20.04` with `RUN pip install tensorflow==2.9.0`

Fix: `FROM nvidia/cuda:11.2.2-cudnn8-runtime-ubuntu20.04`, or the official image, which has them.

Source: tensorflow/docs, install/source.md, "Tested build configurations"; pytorch.org, previous versions.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from .. import image_name
from ..finding import FAIL, WARN, found
from ..model import AuditedFile, AuditFinding, BuildStage
from ..query import installs, variables

RULE = "gpu.version"
TENSORFLOW = {  # minor version: CUDA, cuDNN
    **dict.fromkeys(("2.0",), ("10.0", "7")),
    **dict.fromkeys(("2.1", "2.2", "2.3"), ("10.1", "7")),
    "2.4": ("11.0", "8"),
    **dict.fromkeys(("2.5", "2.6", "2.7", "2.8", "2.9", "2.10", "2.11"), ("11.2", "8")),
    **dict.fromkeys(("2.12", "2.13"), ("11.8", "8")),
    "2.14": ("11.8", "8"),
    **dict.fromkeys(("2.15",), ("12.2", "8")),
    "2.16": ("12.3", "8"),
    **dict.fromkeys(("2.17", "2.18", "2.19"), ("12.3", "9")),
}
"""From 2.14 on `tensorflow[and-cuda]` brings CUDA along."""
WHEEL = re.compile(r"tensorflow(?:[-_]gpu)?==(\d+\.\d+)")
TORCH = re.compile(r"torch==[\d.]+\+cu(\d{2,3})$")


def find(file: AuditedFile) -> Iterator[AuditFinding]:
    """Yield frameworks that will not find the CUDA that they were built for."""
    for stage in file.stages:
        yield from _stage(stage)
    for setting in variables(file):
        if setting.name == "NVIDIA_DISABLE_REQUIRE" and setting.value.lower() in ("1", "true"):
            yield found(
                f"{RULE}.unchecked",
                WARN,
                setting.line,
                f"{setting.name}={setting.value}",
                "the driver is not asked whether it can run this CUDA",
                "leave it out, and update the driver",
            )


def _stage(stage: BuildStage) -> Iterator[AuditFinding]:
    cuda, cudnn = _cuda_of(stage)
    for command, arguments in installs(stage):
        for word in arguments:
            wheel, torch = WHEEL.match(word), TORCH.match(word)
            if wheel and cuda and wheel[1] in TENSORFLOW:
                yield from _compared(command.line, word, cuda, cudnn, *TENSORFLOW[wheel[1]])
            elif torch and cuda and torch[1][:2] != cuda.split(".")[0]:
                yield found(
                    RULE,
                    WARN,
                    command.line,
                    f"{word} on CUDA {cuda}",
                    "the wheel brings a CUDA of its own, and the image another",
                    f"an image with CUDA {torch[1][:-1]}.{torch[1][-1]}",
                )
    image = image_name.parse(stage.root.value)
    if image_name.is_tensorflow(image) and (minor := ".".join(image.version.split(".")[:2])) in TENSORFLOW:
        for command in stage.commands:
            for argument in command.arguments[1:]:
                if (
                    asked := re.match(r"(?:cudatoolkit|cuda-toolkit|cuda|cuda-runtime)[=-](\d+)[.-](\d+)", argument.text)
                ) and command.name in ("conda", "mamba", "apt-get", "apt"):
                    yield from _compared(argument.line, argument.text, f"{asked[1]}.{asked[2]}", "", *TENSORFLOW[minor])


def _cuda_of(stage: BuildStage) -> tuple[str, str]:
    """Return the versions of CUDA and cuDNN that the stage's image says it has."""
    image = image_name.parse(stage.root.value)
    cudnn = re.search(r"cudnn(\d)", image.tag)
    if image.repository.endswith("nvidia/cuda"):
        return image.version, cudnn[1] if cudnn else ""
    cuda = re.search(r"cuda(\d+\.\d+)", image.tag)
    return cuda[1] if cuda else "", cudnn[1] if cudnn else ""


def _compared(line: int, word: str, cuda: str, cudnn: str, wanted: str, wanted_cudnn: str) -> Iterator[AuditFinding]:
    major, minor = cuda.split(".")[0], ".".join(cuda.split(".")[:2])
    if major != wanted.split(".")[0]:
        yield found(
            RULE,
            FAIL,
            line,
            f"{word} with CUDA {cuda}",
            f"it was built for CUDA {wanted}, finds none and trains on the processor",
            f"nvidia/cuda:{wanted}.x-cudnn{wanted_cudnn}-runtime-…",
        )
    elif cudnn and cudnn != wanted_cudnn:
        yield found(
            RULE,
            FAIL,
            line,
            f"{word} with cuDNN {cudnn}",
            f"it was built for cuDNN {wanted_cudnn}, finds none and trains on the processor",
            f"nvidia/cuda:{wanted}.x-cudnn{wanted_cudnn}-runtime-…",
        )
    elif tuple(map(int, minor.split("."))) < tuple(map(int, wanted.split("."))):
        yield found(
            RULE,
            WARN,
            line,
            f"{word} with CUDA {cuda}",
            f"it was built for CUDA {wanted}: an older one lacks functions",
            f"nvidia/cuda:{wanted}.x-…",
        )
