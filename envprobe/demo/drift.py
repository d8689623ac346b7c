"""What goes wrong in environments: one function a kind, one row in DRIFTS. Each changes a copy, or says what to set."""

from __future__ import annotations

import os
import platform
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

from ..baseline import Baseline
from ..fact import Known
from .replica import Package, Replica

FAMILIAR = ("packaging", "requests", "six", "idna")
"""Packages that a reader has heard of, the first one first."""
INSTALLERS = ("pip", "setuptools", "wheel")
KERNELS = {"x86_64": "Prescott", "aarch64": "ARMV8"}
"""Of each architecture a kernel of OpenBLAS that every processor runs, and few choose by themselves."""


class Drift(msgspec.Struct, frozen=True):
    """One planted difference."""

    story: str
    """What somebody did, in one sentence."""
    path: str
    """The fact that has to be named."""
    variables: Mapping[str, str] = {}
    """What is set for whoever starts Python there."""
    hashes_files: bool = False
    """Whether only the digests of the installed files can tell."""


def shadow(replica: Replica, recorded: Baseline, folder: Path) -> Drift | None:
    """Put an older copy of a package in front of the path; None where there is no package of Python alone."""
    package = next(iter(_plain(replica)), None)
    if package is None:
        return None
    vendored = folder / "vendored"
    older = older_than(package.version)
    for file in package.files:
        if ".." not in file.parts and file.suffix != ".pyc":
            destination = vendored / str(file).replace(f"-{package.version}.dist-info", f"-{older}.dist-info")
            destination.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(package.root / file, destination)
            if file.name == "METADATA":
                text = destination.read_text("utf-8").replace(f"\nVersion: {package.version}\n", f"\nVersion: {older}\n", 1)
                destination.write_text(text, "utf-8")
    return Drift(
        f"Somebody keeps {package.name} {older} in a folder, and PYTHONPATH puts it in front of the installed one.",
        f"packages.{package.name}.version",
        {"PYTHONPATH": os.pathsep.join(filter(None, [str(vendored), os.environ.get("PYTHONPATH")]))},
    )


def switch(replica: Replica, recorded: Baseline, folder: Path) -> Drift:
    """Choose another kernel of OpenBLAS where numpy has one, else a fixed order of sets."""
    blas = recorded.fingerprint.get("numerics.blas") if recorded.fingerprint else None
    kernel = KERNELS.get(platform.machine())
    if kernel and isinstance(blas, Known) and str(blas.value).startswith("OpenBLAS"):
        story = "The same files on what looks like an older processor: one variable chooses another kernel of numpy's OpenBLAS."
        return Drift(story, "environment.OPENBLAS_CORETYPE", {"OPENBLAS_CORETYPE": kernel})
    return Drift(
        "One variable fixes what Python leaves to chance: the order of sets.",
        "environment.PYTHONHASHSEED",
        {"PYTHONHASHSEED": "0"},
    )


def patch(replica: Replica, recorded: Baseline, folder: Path) -> Drift | None:
    """Add a line to an installed file; None where there is no package of Python alone."""
    package = next(reversed(_plain(replica)[:2]), None)
    if package is None:
        return None
    file = max(package.sources, key=lambda file: (file.size or 0, str(file)))
    place = package.root / file
    place.write_bytes(place.read_bytes() + b"\nDEBUG = True\n")
    return Drift(
        f"Somebody added one line to {file.as_posix()} in site-packages; no version changed.",
        f"integrity.{package.name}",
        hashes_files=True,
    )


DRIFTS: tuple[Callable[[Replica, Baseline, Path], Drift | None], ...] = (shadow, switch, patch)
"""In the order in which they are shown: none may be seen after it, so what changes the copy comes last."""


def older_than(version: str) -> str:
    """Return a version that came before: the last number that can be is one less."""
    numbers = version.split(".")
    for index in reversed(range(len(numbers))):
        if numbers[index].isdecimal() and int(numbers[index]) > 0:
            return ".".join([*numbers[:index], str(int(numbers[index]) - 1), *numbers[index + 1 :]])
    return f"{version}.dev0"


def _plain(replica: Replica) -> list[Package]:
    """Return the packages of Python source alone, well known ones first."""
    plain = [package for package in replica.packages if package.is_pure and package.sources and package.name not in INSTALLERS]
    return sorted(plain, key=lambda package: (FAMILIAR.index(package.name) if package.name in FAMILIAR else 99, package.name))
