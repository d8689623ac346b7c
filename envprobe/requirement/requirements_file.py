"""A requirements file, and the files it names, as the list of what they ask for. Nothing is downloaded or run."""

from __future__ import annotations

import re
from os.path import realpath, relpath
from pathlib import Path
from typing import Any

import msgspec
from packaging.utils import canonicalize_name
from pip_requirements_parser import (
    CommentRequirementLine,
    InvalidRequirementLine,
    OptionLine,
    PipError,
    RequirementsFile,
)

from ..baseline.origin import without_credentials
from .package_source import PackageSource, SourceFault, read_source

LIMIT_BYTES = 4 << 20
DEPTH_LIMIT = 16
MARKER_AFTER_OPTION = re.compile(r"\s--[a-z-]+[ =].*;")
OPTION_PARSER = "pip_requirements_parser: error: "
CREDENTIALS = re.compile(r"(?<=://)[^/\s]*@")


class Requirement(msgspec.Struct, frozen=True, kw_only=True):
    """What one line asks for."""

    name: str
    """PEP 503."""
    specifier: str = ""
    marker: str = ""
    extras: tuple[str, ...] = ()
    source: PackageSource = PackageSource()
    """Where the package is to come from."""
    constraint: bool = False
    """Whether the line only says which version, and not that the package is to be there."""
    where: str
    """`requirements.txt:12`, relative to the folder of the first file."""


class Requirements(msgspec.Struct):
    """What was found in one reading."""

    found: list[Requirement] = []
    indexes: list[str] = []
    """URLs of package indexes, without credentials."""
    python: str = ""
    """The versions of Python that are asked for, a PEP 440 specifier."""
    faults: list[str] = []
    """`file:line: what is wrong`."""


def read_requirements(path: Path) -> Requirements:
    """Read a requirements file with what it includes; what is wrong is listed in the result, beside all the rest."""
    reader = _Reader(Path(realpath(path)).parent)
    reader.read(path, constraint=False)
    return reader.result


class _Reader:
    """One reading: what was found so far, the files that are open now, and those that were read."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.result = Requirements()
        self.open: list[str] = []
        self.seen: set[tuple[str, bool]] = set()

    def read(self, path: Path, *, constraint: bool) -> None:
        """Read one file; one that is named twice is read once, one that includes itself is a fault."""
        real = realpath(path)  # a link is read beside its target, as pip does, and counts as the same file
        fault = self._nesting_fault(real) or _file_fault(path)
        if fault:
            self._refuse(self._shown(path), fault)
        elif (real, constraint) not in self.seen:
            self.seen.add((real, constraint))
            self.open.append(real)
            for line in self._lines(path):
                self._read_line(line, path, constraint)
            self.open.pop()

    def _nesting_fault(self, real: str) -> str:
        if real in self.open:
            return f"includes itself: {' > '.join(self._shown(file) for file in (*self.open, real))}"
        return f"more than {DEPTH_LIMIT} files deep" if len(self.open) >= DEPTH_LIMIT else ""

    def _lines(self, path: Path) -> list[Any]:
        try:
            return list(RequirementsFile.parse(str(path)))
        except (UnicodeDecodeError, LookupError) as error:  # LookupError: a coding line that names no codec
            self._refuse(self._shown(path), f"cannot be decoded: {error}")
        except (OSError, PipError) as error:
            self._refuse(self._shown(path), _first_line(str(error)))
        return []

    def _read_line(self, line: Any, path: Path, constraint: bool) -> None:
        where = f"{self._shown(path)}:{line.line_number}"
        if isinstance(line, CommentRequirementLine):
            return
        if "\0" in line.line:
            self._refuse(where, "holds a NUL character, which no path or URL has")
            return
        if isinstance(line, InvalidRequirementLine):
            message = _first_line(line.error_message).removeprefix(OPTION_PARSER)
            self._refuse(where, f"{message}: {line.line}")
        elif isinstance(line, OptionLine):
            self._read_option(line.options, where, path, constraint)
        else:
            self._read_requirement(line, where, path, constraint)

    def _read_option(self, options: dict[str, Any], where: str, path: Path, constraint: bool) -> None:
        """Follow -r and -c and keep the indexes; other options choose files for pip and declare nothing."""
        for option, inner in (("requirements", constraint), ("constraints", True)):
            for name in options.get(option, []):
                if "://" in name:
                    self._refuse(where, f"{name}: nothing is downloaded; save it as a file")
                else:
                    self.read(path.parent / name, constraint=inner)
        urls = [options.get("index_url"), *options.get("extra_index_urls", [])]
        self.result.indexes += [without_credentials(url) for url in urls if url]

    def _read_requirement(self, line: Any, where: str, path: Path, constraint: bool) -> None:
        if line.marker is None and MARKER_AFTER_OPTION.search(line.line):
            self._refuse(where, "pip ignores a marker after an option; write it before --hash")
            return
        try:
            name, source = read_source(line, path.parent)
        except SourceFault as fault:
            self._refuse(where, str(fault))
            return
        self.result.found.append(
            Requirement(
                name=canonicalize_name(name),
                specifier=str(line.specifier or ""),
                marker=str(line.marker or ""),
                extras=tuple(sorted(line.extras)),
                source=source,
                constraint=constraint,
                where=where,
            )
        )

    def _refuse(self, where: str, fault: str) -> None:
        """Add a fault, without the credentials of the URLs that it quotes."""
        self.result.faults.append(f"{where}: {CREDENTIALS.sub('', fault)[:400]}")

    def _shown(self, path: Path | str) -> str:
        return relpath(realpath(path), self.root)


def _file_fault(path: Path) -> str:
    try:
        if path.is_dir():
            return "a folder, not a requirements file"
        if not path.exists():
            return "no such file"
        if not path.is_file():
            return "not a file"
        size = path.stat().st_size
    except OSError as error:
        return f"cannot be read: {error.strerror}"
    return f"{size:,} bytes, more than the {LIMIT_BYTES:,} that are read" if size > LIMIT_BYTES else ""


def _first_line(text: str) -> str:
    first = next((line for line in text.splitlines() if line.strip()), "not understood")
    return first.strip().replace(": :", ":")  # packaging's own "Invalid requirement: : Expected …"
