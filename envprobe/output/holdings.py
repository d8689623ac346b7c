"""What a file holds, by name: arrays, nested values, tables, and members that cannot be read. Compared in one way for every type.

A reader has only to say what there is: `read(path, type_name, stack)`; what it leaves open is closed with the stack.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple, TypeAlias

from .align import aligned
from .array import Array, compare_array, describe_array
from .cells import Cells, parse
from .finding import Findings, Step, Unreadable, only_refusals
from .plain import digest_without_numbers, metrics
from .rows import Row, alike
from .summary import SHOWN_ITEMS, Summary, spelled
from .tree import compare_trees, spell


class Nested(NamedTuple):
    """A plain value."""

    value: object

    def __str__(self) -> str:
        return spell(self.value)


class Grid(NamedTuple):
    """A table of typed columns that can be read again and again."""

    names: tuple[str, ...]
    rows: Callable[[], Iterator[Row]]
    """Cells as texts that no two values share; see `spell_cell`."""

    def __str__(self) -> str:
        return f"a table of {len(self.names)} columns"


class Columns(NamedTuple):
    """A table of which the columns are arrays, compared as such where both have as many rows, else row by row."""

    arrays: Mapping[str, Array]
    height: int
    rows: Callable[[], Iterator[Row]]

    def __str__(self) -> str:
        return f"a table of {self.height:,} rows"

    @property
    def grid(self) -> Grid:
        """The same as rows of cells."""
        return Grid(tuple(self.arrays), self.rows)


class Unread(NamedTuple):
    """A member that is there and could not be read."""

    reason: str
    digest: str
    """Of its bytes: two that are the same are the same."""
    hint: str = ""

    def __str__(self) -> str:
        return self.reason


Holding: TypeAlias = Array | Nested | Grid | Columns | Unread
Holdings: TypeAlias = Mapping[str, Holding]
Read: TypeAlias = Callable[[Path, str, ExitStack], Holdings]


class Reader(NamedTuple):
    """A module's `read` as a comparator."""

    read: Read

    def compare(self, expected: Path, observed: Path, findings: Findings) -> None:
        """Compare what two files hold."""
        with ExitStack() as stack:
            compare(self.read(expected, findings.type_name, stack), self.read(observed, findings.type_name, stack), findings)

    def summarize(self, path: Path, type_name: str) -> Summary:
        """Summarize what a file holds."""
        with ExitStack() as stack:
            return summarize(self.read(path, type_name, stack))


def unread(reason: str, data: bytes, hint: str = "") -> Unread:
    """Return a member that could not be read."""
    return Unread(reason, f"sha256:{hashlib.sha256(data).hexdigest()}", hint)


def compare(expected: Holdings, observed: Holdings, findings: Findings, prefix: tuple[Step, ...] = ()) -> None:
    """Compare holdings by name."""
    for name in sorted({*expected, *observed}):
        path = (*prefix, name) if name else prefix
        if findings.rule(path).ignore:
            continue
        ours, theirs = expected.get(name), observed.get(name)
        if ours is None or theirs is None:
            findings.add(
                path,
                "added" if ours is None else "removed",
                *("absent" if side is None else str(side) for side in (ours, theirs)),
            )
        else:
            _compare_one(path, ours, theirs, findings)


def _compare_one(path: tuple[Step, ...], expected: Holding, observed: Holding, findings: Findings) -> None:
    if isinstance(expected, Unread) or isinstance(observed, Unread):
        digests = [side.digest if isinstance(side, Unread) else "read" for side in (expected, observed)]
        if digests[0] != digests[1]:
            findings.hint = findings.hint or next(side.hint for side in (expected, observed) if isinstance(side, Unread))
            findings.add(path, "unread", str(expected), str(observed))
    elif isinstance(expected, Array) and isinstance(observed, Array):
        try:
            with only_refusals("an array"):
                compare_array(path, expected, observed, findings)
        except Unreadable as error:
            findings.add(path, "unread", str(expected), f"{observed}: {error}")
    elif isinstance(expected, Nested) and isinstance(observed, Nested):
        compare_trees(expected.value, observed.value, findings, path)
    elif isinstance(expected, Columns) and isinstance(observed, Columns):
        if expected.height == observed.height:
            compare(expected.arrays, observed.arrays, findings, path)
        else:
            _compare_grids(path, expected.grid, observed.grid, findings)
    elif isinstance(expected, Grid) and isinstance(observed, Grid):
        _compare_grids(path, expected, observed, findings)
    else:
        findings.add(path, "type", str(expected), str(observed))


def _compare_grids(path: tuple[Step, ...], expected: Grid, observed: Grid, findings: Findings) -> None:
    if expected.names != observed.names:
        compare_trees(list(expected.names), list(observed.names), findings, (*path, "columns"))
    shared = [name for name in expected.names if name in observed.names]
    places = [[side.names.index(name) for name in shared] for side in (expected, observed)]
    sides = [
        (tuple(row[place] for place in kept) for row in side.rows())
        for side, kept in zip((expected, observed), places, strict=True)
    ]
    Cells(shared, findings, path).compare(aligned(sides[0], sides[1], alike))


def spell_cell(value: object) -> str:
    """Spell a cell so that no two values are spelled alike: a text that looks like a number, or like a quoted one, is quoted."""
    if value is None:
        return ""
    if isinstance(value, str):
        is_plain = value and not value.startswith('"') and isinstance(parse(value), str) and value not in ("true", "false")
        return value if is_plain else f'"{value}"'
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, bytes):
        return f"bytes {value.hex()}"
    if hasattr(value, "isoformat"):
        return f"{type(value).__name__} {value.isoformat()}"
    return f"{type(value).__name__} {value}"


def summarize(holdings: Holdings, prefix: str = "") -> Summary:
    """Return numbers and digests of everything that was read, and the reasons for what was not."""
    found_metrics, parts, unread_parts, hint = dict[str, str](), dict[str, str](), dict[str, str](), ""
    for name, one in sorted(holdings.items()):
        shown = f"{prefix}{name}" or "content"
        if isinstance(one, Unread):
            unread_parts[shown], hint = one.reason, hint or one.hint
            parts[shown] = one.digest
        elif isinstance(one, Array):
            parts[shown] = describe_array(one)
        elif isinstance(one, Columns):
            parts |= {f"{prefix}{name}": describe_array(array) for name, array in one.arrays.items()}
        elif isinstance(one, Grid):
            parts[shown] = _describe_grid(one)
        else:
            found_metrics |= spelled(metrics(one.value, (f"{prefix}{name}",) if name or prefix else ()))
            parts[shown] = digest_without_numbers(one.value)
        if len(found_metrics) > SHOWN_ITEMS and len(parts) > SHOWN_ITEMS:
            break
    return Summary(found_metrics, parts, is_complete=not unread_parts, unread=unread_parts, hint=hint)


def _describe_grid(grid: Grid) -> str:
    digest, count = hashlib.sha256(), 0
    for row in grid.rows():
        count += 1
        digest.update("\x1f".join(row).encode("utf-8", "surrogatepass") + b"\x1e")
    return f"{count:,} rows of {', '.join(grid.names)[:500]} sha256:{digest.hexdigest()}"
