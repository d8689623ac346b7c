"""Stored expectations of tests: one file or folder each, beside the test's file, compared as recorded outputs are.

`expectations/MODULE/TEST/NAME.json` is committed. Where a test obtains something else, or nothing is expected, that is kept
in `expectations/MODULE/TEST/obtained/NAME.json`, which git ignores.
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from ..error import StoreError, UsageError
from ..output import OutputComparison, OutputVerdict, Tolerance, compare_outputs
from ..output.file import require
from ..render.output_summary import findings, heading
from ..store import NAME
from .obtained import write_value
from .place import put, remove

FOLDER = "expectations"
OBTAINED = "obtained"
PASSES = (OutputVerdict.IDENTICAL, OutputVerdict.TOLERANCE)
NAME_LIMIT = 100
_REPEAT = re.compile(r"\[repeat\d+of\d+\]|(?<=\[)repeat\d+of\d+-|-repeat\d+of\d+(?=[-\]])")
"""How the repetitions of a test are told apart in its name; they share their expectations."""


def without_repeat(test: str) -> str:
    """Return a test's name or node id as it is without `repeat=`."""
    return _REPEAT.sub("", test)


def folder_of(test_file: Path, test: str) -> Path:
    """Return where the expectations of `TestClass.test_name[parameters]` of a file lie."""
    name = without_repeat(test)
    safe = re.sub(r"[^A-Za-z0-9._+=,-]", "_", name.removesuffix("]").replace("[", "-", 1))
    if len(safe) > NAME_LIMIT or safe != name.removesuffix("]").replace("[", "-", 1):
        safe = f"{safe[:NAME_LIMIT]}-{hashlib.sha256(name.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}"
    return test_file.parent / FOLDER / test_file.stem / safe


def stored(test_file: Path) -> Iterator[Path]:
    """Yield the expectations of all tests of a file, in order."""
    for path in sorted((test_file.parent / FOLDER / test_file.stem).glob("*/*")):
        if path.name != OBTAINED and not path.name.startswith("."):
            yield path


class Expectations:
    """The expectations of one test, and what became of them."""

    def __init__(self, folder: Path, *, tolerance: Tolerance, test: str, record: bool = False) -> None:
        self.folder = folder
        self.tolerance = tolerance
        self.test = test
        """The test's node id, for the command that records."""
        self.record = record
        self.used: list[Path] = []
        self.recorded: list[Path] = []
        """Those that were written; one that was there with the same bytes is left alone."""

    def check(self, value: object, name: str = "") -> str:
        """Compare a value, or the file or folder that an os.PathLike names, with what is stored. Writes only if it records.

        Returns what is wrong, empty where the value is as expected. Raises UsageError or StoreError.
        """
        with tempfile.TemporaryDirectory(prefix="envprobe-") as scratch:
            source = _file(value, name, Path(scratch))
            expected = self.folder / _stored_name(source, name)
            if expected in self.used:
                raise UsageError(f"{expected.name}: this test has checked another value under this name", "give each a name=")
            self.used.append(expected)
            if self.record:
                self._record(source, expected)
                return ""
            if not expected.exists():
                return self._missing(source, expected)
            comparison = compare_outputs(expected, source, self.tolerance, name or expected.stem)
            if comparison.verdict not in PASSES:
                return self._different(source, expected, comparison)
        with suppress(StoreError):
            remove(self._obtained(expected))
        return ""

    def _record(self, source: Path, expected: Path) -> None:
        same_kind = expected.exists() and expected.is_dir() == source.is_dir()
        if not same_kind or not compare_outputs(expected, source, Tolerance()).same_bytes:
            put(source, expected)
            self.recorded.append(expected)
        with suppress(StoreError):
            remove(self._obtained(expected))

    def _missing(self, source: Path, expected: Path) -> str:
        others = [path.name for path in sorted(self.folder.glob("*")) if path.is_file() and path.stem == expected.stem]
        there = f"; there is {', '.join(others)}: the value was of another kind" if others else ""
        return "\n".join(
            [
                f"{expected.stem}: no expectation is recorded{there}",
                f"  expected in {_shown(expected)}",
                *self._what_next(source, expected),
            ]
        )

    def _different(self, source: Path, expected: Path, comparison: OutputComparison) -> str:
        found, left = findings(comparison, everything=False)
        lines = [f"  {one.where}: {one.expected} != {one.observed}  {one.words}".rstrip() for one in found]
        more = [f"  and {left} more"] if left else []
        hint = [f"  {comparison.hint}"] if comparison.hint else []
        return "\n".join(
            [
                f"{expected.stem}: {heading(comparison)} (expected != obtained)",
                *lines,
                *more,
                *hint,
                f"  expected in {_shown(expected)}",
                *self._what_next(source, expected),
            ]
        )

    def _what_next(self, source: Path, expected: Path) -> list[str]:
        """Keep what was obtained, and say where it lies and how to make it the expectation."""
        try:
            put(source, self._obtained(expected), private=True)
            kept = f"obtained in {_shown(self._obtained(expected))}"
        except StoreError as error:
            kept = f"what was obtained could not be kept: {error.message}"
        return [f"  {kept}", f"  if that is right, record it: pytest --envprobe-record {without_repeat(self.test)!r}"]

    def _obtained(self, expected: Path) -> Path:
        return expected.parent / OBTAINED / expected.name


def _file(value: object, name: str, scratch: Path) -> Path:
    """Return the file or folder that holds a value: the one that it names, or a new one."""
    if isinstance(value, os.PathLike):
        path = Path(value)
        require(path)
        return path
    _check_name(name or "value")
    return write_value(value, name or "value", scratch)


def _stored_name(source: Path, name: str) -> str:
    """Return the file name of an expectation: the name with the output's suffix, which tells its type."""
    suffix = "" if source.is_dir() or name.endswith(source.suffix) else source.suffix
    stored_name = f"{name}{suffix}" if name else source.name
    _check_name(stored_name)
    return stored_name


def _check_name(name: str) -> None:
    if not NAME.fullmatch(name) or name == OBTAINED:
        raise UsageError(
            f"{name[:NAME_LIMIT]!r} is not a name of an expectation", "use letters, digits, . _ + and -, up to 100 in all"
        )


def _shown(path: Path) -> str:
    with suppress(ValueError):
        return str(path.relative_to(Path.cwd()))
    return str(path)
