"""A requirements file, and the files it names, as the list of what they ask for. Nothing is downloaded or run."""

from __future__ import annotations

import re
from collections.abc import Iterable
from os.path import realpath, relpath
from pathlib import Path
from typing import Any

import msgspec

from ..baseline.origin import without_credentials
from . import pip_option
from .comment import Comments
from .file import LIMIT_BYTES, TextFault, decode, file_fault
from .line import Line, lines
from .package_source import SourceFault
from .requirement_line import LineFault, read_editable, read_options, read_requirement
from .wanted import Requirement, Requirements

DEPTH_LIMIT = 16
CREDENTIALS = re.compile(r"(?<=://)[^/\s]*@")


def read_requirements(path: Path) -> Requirements:
    """Read a requirements file with what it includes; what is wrong is listed in the result, beside all the rest."""
    reader = _Reader(Path(realpath(path)).parent)
    reader.read(path, constraint=False)
    reader.result.complete = _is_hashed(reader.result.found)
    return reader.result


def read_lines(path: Path, texts: Iterable[tuple[str, str]]) -> Requirements:
    """Read lines that another file holds, each with its place; what they name is relative to that file."""
    reader = _Reader(Path(realpath(path)).parent)
    for where, text in texts:
        for line in lines(text):
            if line.text:
                reader.read_line(line, where, path, False, Comments())
    return reader.result


def _is_hashed(found: list[Requirement]) -> bool:
    """Tell whether every requirement carries hashes: then pip demands that all dependencies are listed too."""
    listed = [item for item in found if not item.constraint]
    return bool(listed) and all(item.source.hashes for item in listed)


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
        fault = self._nesting_fault(real) or file_fault(path, "a requirements file")
        if fault:
            self._refuse(self._shown(path), fault)
        elif (real, constraint) not in self.seen:
            self.seen.add((real, constraint))
            self.open.append(real)
            self._read_lines(path, constraint)
            self.open.pop()

    def _nesting_fault(self, real: str) -> str:
        if real in self.open:
            return f"includes itself: {' > '.join(self._shown(file) for file in (*self.open, real))}"
        return f"more than {DEPTH_LIMIT} files deep" if len(self.open) >= DEPTH_LIMIT else ""

    def _read_lines(self, path: Path, constraint: bool) -> None:
        shown = self._shown(path)
        try:
            with path.open("rb") as stream:
                text = decode(stream.read(LIMIT_BYTES + 1))
        except TextFault as fault:
            self._refuse(shown, str(fault))
            return
        except OSError as error:
            self._refuse(shown, f"cannot be read: {error.strerror}")
            return
        comments, last = Comments(), -1
        for line in lines(text):
            if line.text:
                self._explain(last, comments.take_via())
                count = len(self.result.found)
                self.read_line(line, f"{shown}:{line.number}", path, constraint, comments)
                last = count if len(self.result.found) == count + 1 else -1
                comments.take_editable()
            comments.read(line.comment)
        self._explain(last, comments.take_via())

    def _explain(self, index: int, via: str) -> None:
        """Note at the requirement before a comment what the comment says of it."""
        if via and index >= 0:
            item = self.result.found[index]
            self.result.found[index] = msgspec.structs.replace(item, note="; ".join(filter(None, (item.note, via))))

    def read_line(self, line: Line, where: str, path: Path, constraint: bool, comments: Comments) -> None:
        """Read one line: a requirement, or options."""
        try:
            if "\0" in line.text:
                raise LineFault("holds a NUL character, which no path or URL has")
            wanted, options = pip_option.split(line.text)
            if wanted:
                self._add(read_requirement(wanted, options, line.text, where, path.parent), constraint)
            else:
                self._read_options(read_options(options, line.text), where, path, constraint, comments)
        except (LineFault, SourceFault) as fault:
            self._refuse(where, str(fault))

    def _read_options(self, options: dict[str, Any], where: str, path: Path, constraint: bool, comments: Comments) -> None:
        """Follow -r and -c, keep the indexes, take editables; other options choose files for pip and declare nothing."""
        for option, inner in (("requirement", constraint), ("constraint", True)):
            for name in options.pop(option, []):
                if "://" in name:
                    self._refuse(where, f"{name}: nothing is downloaded; save it as a file")
                else:
                    self.read(path.parent / name, constraint=inner)
        extra = [without_credentials(url) for url in options.pop("extra_index_url", [])]
        self.result.indexes += [*map(without_credentials, options.pop("index_url", [])), *extra]
        self.result.extra_indexes += extra
        for text in options.pop("editable", []):
            self._add(read_editable(text, where, path.parent, comments.take_editable()), constraint)
        for name in options.keys() & set(pip_option.OF_A_REQUIREMENT):
            raise LineFault(f"{pip_option.spelled(name)} belongs behind a requirement")
        if options:
            self.result.leave(where, f"{' '.join(map(pip_option.spelled, options))} chooses files for pip")

    def _add(self, item: Requirement, constraint: bool) -> None:
        self.result.found.append(msgspec.structs.replace(item, constraint=constraint) if constraint else item)

    def _refuse(self, where: str, fault: str) -> None:
        """Add a fault, without the credentials of the URLs that it quotes."""
        self.result.faults.append(f"{where}: {CREDENTIALS.sub('', fault)[:400]}")

    def _shown(self, path: Path | str) -> str:
        return relpath(realpath(path), self.root)
