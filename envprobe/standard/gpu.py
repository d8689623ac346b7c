"""What stands between a container and a GPU: the driver, the toolkit, its registration with the engine, the GPU itself."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from ..audit import image_name
from ..error import UsageError

DRIVER = Path("/proc/driver/nvidia/version")
WSL = Path("/dev/dxg")
TOOLS = ("nvidia-ctk", "nvidia-container-runtime", "nvidia-container-toolkit", "nvidia-container-runtime-hook")
SECONDS = 10
COMPILED = {"2.9": ((3, 5), (8, 0)), "2.10": ((3, 5), (8, 0)), "2.11": ((3, 5), (8, 0))}
"""Compute capabilities that TensorFlow's wheels hold code for, oldest and newest: sm_35, sm_50, sm_60, sm_70, sm_75, compute_80
(tensorflow, .bazelrc). For newer ones the driver compiles the PTX of 8.0 at the first start."""


class GpuHost(msgspec.Struct, frozen=True, kw_only=True):
    """What of GPUs is to be seen on the engine's machine."""

    has_driver: bool
    has_toolkit: bool
    runtimes: tuple[str, ...]
    """Those that the engine knows."""
    gpus: tuple[tuple[str, tuple[int, int]], ...]
    """Name and compute capability of each."""


def look(info: Mapping[str, Any]) -> GpuHost:
    """Look at this machine, and at what the engine says of itself."""
    return GpuHost(
        has_driver=DRIVER.exists() or WSL.exists(),
        has_toolkit=any(map(shutil.which, TOOLS)),
        runtimes=tuple(sorted(info.get("Runtimes") or ())),
        gpus=tuple(_gpus()),
    )


def require(machine: GpuHost, image: str) -> list[str]:
    """Return what is worth a warning. Raises UsageError with what is missing, the first of it first."""
    if not machine.has_driver:
        raise UsageError(
            "no GPU here: the NVIDIA driver is not loaded (/proc/driver/nvidia is missing)",
            "is there one? lspci | grep -i nvidia; install its driver until nvidia-smi works; without a GPU leave --gpu out",
        )
    if not machine.has_toolkit:
        raise UsageError(
            "the NVIDIA container toolkit is missing: the driver is here, and no container gets it",
            "sudo apt-get install nvidia-container-toolkit; sudo nvidia-ctk runtime configure --runtime=docker;"
            " sudo systemctl restart docker",
        )
    if machine.runtimes and not any("nvidia" in name for name in machine.runtimes):
        raise UsageError(
            "the engine does not know the NVIDIA container toolkit, which is installed",
            "sudo nvidia-ctk runtime configure --runtime=docker; sudo systemctl restart docker",
        )
    return list(_warnings(machine, image))


def _warnings(machine: GpuHost, image: str) -> Iterator[str]:
    name = image_name.parse(image)
    compiled = COMPILED.get(".".join(name.version.split(".")[:2])) if image_name.is_tensorflow(name) else None
    for gpu, capability in machine.gpus:
        spelled = ".".join(map(str, capability))
        if compiled and capability < compiled[0]:
            yield f"{gpu} (compute capability {spelled}): TensorFlow {name.version} has no code for it, and will not use it"
        elif compiled and capability[0] > compiled[1][0]:
            yield (
                f"{gpu} (compute capability {spelled}): TensorFlow {name.version} has no code for it; the driver compiles"
                " it at the first start, which may take many minutes or fail"
            )


def _gpus() -> Iterator[tuple[str, tuple[int, int]]]:
    command = ["nvidia-smi", "--query-gpu=name,compute_cap", "--format=csv,noheader"]
    try:
        said = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=True).stdout
    except (OSError, subprocess.SubprocessError):
        return
    for row in said.splitlines():
        name, _, capability = row.rpartition(",")
        major, _, minor = capability.strip().partition(".")
        if major.isdecimal() and minor.isdecimal():
            yield name.strip(), (int(major), int(minor))
