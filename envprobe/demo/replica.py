"""A copy of a Python environment: the same interpreter, with copies of its packages. The original is only read."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Iterator, Sequence
from importlib.metadata import Distribution, PackagePath, distributions
from pathlib import Path

import msgspec

from ..error import TargetError
from ..targets import process, safe_path
from ..targets.protocol import Completed

FIRST = ("numpy", "pip")
"""What the benchmark runs on, and what a fix is typed with."""
BUDGET_BYTES = 96 << 20
"""How much is copied. A framework of a gigabyte would keep the reader waiting, each time that its files are hashed."""
BUDGET_FILES = 6000
TIMEOUT_S = 60
LIMIT_BYTES = 1 << 20
ASK = """import sys
if sys.path[:1] == [""]:
    del sys.path[0]  # the working folder
import json, platform
print('\\n' + json.dumps({'path': sys.path, 'version': platform.python_version()}))"""


class Package(msgspec.Struct, frozen=True):
    """One installed distribution, and the files that its RECORD lists."""

    name: str
    version: str
    root: Path
    """The folder that the files are relative to: site-packages."""
    files: tuple[PackagePath, ...]
    size: int
    """In bytes, as RECORD says."""

    @property
    def is_pure(self) -> bool:
        """Whether it is Python source alone."""
        return all(file.suffix != ".so" for file in self.files)

    @property
    def sources(self) -> list[PackagePath]:
        """Its modules, those of inner packages too, whose digests were released."""
        return [file for file in self.files if file.suffix == ".py" and file.hash and ".." not in file.parts]


class Replica(msgspec.Struct, frozen=True):
    """A copy of an environment."""

    folder: Path
    python: str
    """The version of its interpreter."""
    packages: tuple[Package, ...]
    """Those that were copied, by name; their `root` is in the copy."""
    left_out: int
    """How many packages of the original are too large, or are no more than a link to a working copy."""


def replicate(python: str, folder: Path) -> Replica:
    """Make a virtual environment of `python` in `folder`, and copy packages into it. Raises TargetError."""
    said = json.loads(_run(python, "-c", ASK).stdout.splitlines()[-1])
    _run(python, "-I", "-m", "venv", "--without-pip", str(folder))
    (site,) = folder.glob("lib/python*/site-packages")
    installed = list(_installed(said["path"]))
    chosen = _within_budget([package for package in installed if _fits(package, site, folder)])
    copied = tuple(_copied(package, site) for package in chosen)
    return Replica(folder, said["version"], copied, len(installed) - len(copied))


def _run(python: str, *arguments: str) -> Completed:
    done = process.run([python, *arguments], b"", TIMEOUT_S, LIMIT_BYTES, safe_path.added(os.environ))
    if done.returncode != 0 or done.timed_out:
        last = (done.stderr or done.stdout).decode("utf-8", "replace").strip().rpartition("\n")[2]
        raise TargetError(
            f"{python}: no copy of this environment can be made: {last or 'its Python did not end in time'}",
            "the demo needs a Python 3.6 or newer with its module venv (Debian: apt install python3-venv)",
        )
    return done


def _installed(path: Sequence[str]) -> Iterator[Package]:
    """Yield the packages that import would find, each once, by name."""
    found: dict[str, Package] = {}
    for distribution in distributions(path=[entry for entry in path if entry and Path(entry).is_dir()]):
        metadata = distribution.metadata
        if metadata and "Name" in metadata and "Version" in metadata:
            name = re.sub(r"[-_.]+", "-", metadata["Name"]).lower()
            found.setdefault(name, _package(name, distribution))
    yield from (found[name] for name in sorted(found))


def _package(name: str, distribution: Distribution) -> Package:
    files = tuple(distribution.files or ())
    size = sum(file.size or 0 for file in files)
    return Package(name, distribution.version, Path(str(distribution.locate_file(""))), files, size)


def _fits(package: Package, site: Path, folder: Path) -> bool:
    """Tell whether all of a package would be in the copy: nothing lies outside, and it is no link to a working copy."""
    names = {file.name for file in package.files}
    places = [Path(os.path.normpath(site / file)) for file in package.files]
    inside = all(place.is_relative_to(folder) for place in places)
    return "RECORD" in names and inside and not any(name.endswith(".pth") for name in names)


def _within_budget(packages: Sequence[Package]) -> list[Package]:
    """Choose what the demo needs, then the smallest ones."""
    chosen, size, files = [], BUDGET_BYTES, BUDGET_FILES
    for package in sorted(packages, key=lambda package: (package.name not in FIRST, package.size)):
        if package.size <= size and len(package.files) <= files:
            chosen.append(package)
            size, files = size - package.size, files - len(package.files)
    return sorted(chosen, key=lambda package: package.name)


def _copied(package: Package, site: Path) -> Package:
    """Copy as an installer does, what speaks of the files after them: byte code that is older than its RECORD is believed."""
    for file in sorted(package.files, key=lambda file: file.parts[0].endswith(".dist-info")):
        source, destination = package.root / file, Path(os.path.normpath(site / file))
        if source.is_file() and not destination.exists():  # byte code need not be there
            destination.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, destination)
    return msgspec.structs.replace(package, root=site)
