"""Compare CSV and TSV files: by column name and aligned rows, cells never rounded, in bounded memory."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from contextlib import ExitStack
from itertools import islice
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple

from ..align import Pair, aligned
from ..cells import Cells, is_text, parse, sort_key
from ..finding import Findings, Unable, Unreadable
from ..lines import Lines, is_utf_8, leave_out_common_end
from ..number import Number
from ..rows import QUOTE, Row, alike, count_rows, joined_rows, pass_over_rows, read_row
from ..summary import HISTORY_ROWS, Summary, histories, spelled
from ..text_file import encoding_of

SORT_LIMIT_ROWS = 1_000_000
LEAST_BYTES = 1 << 16
"""What is left of both tables where many cells at once are faster than one by one."""
HEAD_LINES = 200
"""Lines in which comments and names of columns are looked for, and columns that tell rows apart."""
DELIMITERS = (",", ";", "\t", "|")
KEYS = ("id", "key", "name", "step", "epoch", "iteration", "index", "sample", "seed", "fold", "file", "path", "date", "time", "")
"""Names of columns that tell rows apart where their cells do; pandas writes an index without a name."""


class Table(NamedTuple):
    """What the first lines of a table say."""

    path: Path
    encoding: str
    delimiter: str
    comments: tuple[str, ...]
    columns: tuple[str, ...]
    has_header: bool
    first_line: int
    """Index of the line with the first row."""
    sample: tuple[Row, ...]
    """Some of the first rows."""

    def rows(self, stack: ExitStack) -> tuple[Lines, Iterator[bytes]]:
        """Return the open file, and its rows as bytes of UTF-8 without the ends of lines; blank lines are no rows."""
        lines = Lines(self.path, self.encoding, stack)
        lines.skip(self.first_line)
        return lines, joined_rows(lines)

    def read(self, row: bytes) -> Row:
        """Return the cells of a row. Raises Unreadable where they are not as many as the columns."""
        cells = read_row(row, self.delimiter)
        if len(cells) != len(self.columns):
            raise Unreadable(f"a row has {len(cells)} cells, not {len(self.columns)}: {row[:80]!r}")
        return cells


def read_table(path: Path, encoding: str = "") -> Table:
    """Look at the first lines: comments, the most frequent delimiter, and names unless every cell is a number or empty."""
    found = encoding_of(path, encoding)
    with ExitStack() as stack:
        head = [
            line.decode("utf-8", "surrogateescape").rstrip("\r\n")
            for line in islice(Lines(path, found, stack).pieces, HEAD_LINES)
        ]
    start = next((index for index, line in enumerate(head) if line.strip() and not line.startswith("#")), len(head))
    comments, rest = [line for line in head[:start] if line.startswith("#")], head[start:]
    line = rest[0] if rest else ""
    delimiter = "\t" if path.suffix.lower() == ".tsv" else max(DELIMITERS, key=line.count)
    first = read_row(line.encode("utf-8", "surrogateescape"), delimiter) if line else ()
    has_header = any(cell and isinstance(parse(cell), str) for cell in first)
    names = first if has_header else tuple(f"column {index}" for index in range(len(first)))
    if not has_header and comments and len(said := read_row(comments[-1].lstrip("# ").encode(), delimiter)) == len(first) > 1:
        names, comments, has_header = said, comments[:-1], True  # numpy.savetxt puts the names into a comment
        start -= 1
    sample = (_sampled(line, delimiter) for line in head[start + has_header :])
    rows = tuple(row for row in sample if len(row) == len(names))
    return Table(path, found, delimiter, tuple(comments), _unique(names), has_header, start + has_header, rows)


def _sampled(line: str, delimiter: str) -> Row:
    try:
        return read_row(line.encode("utf-8", "surrogateescape"), delimiter)
    except Unreadable:
        return ()


def _unique(names: Row) -> tuple[str, ...]:
    """Number columns of one name, as pandas does."""
    counts: dict[str, int] = {}
    found = []
    for name in names:
        counts[name] = counts.get(name, 0) + 1
        found.append(name if counts[name] == 1 else f"{name} ({counts[name]})")
    return tuple(found)


def compare(expected: Path, observed: Path, findings: Findings) -> None:
    """Compare two tables: comments, names of columns, then the rows that belong together, cell by cell."""
    ours, theirs = (read_table(path, findings.whole.encoding) for path in (expected, observed))
    if ours.comments != theirs.comments:
        findings.add("comments", "changed", "\n".join(ours.comments) or "none", "\n".join(theirs.comments) or "none")
    if ours.has_header != theirs.has_header and ours.columns and theirs.columns:
        findings.add("header", "changed", *(", ".join(side.columns) if side.has_header else "none" for side in (ours, theirs)))
    places = compare_columns(ours.columns, theirs.columns, findings)
    if places:
        with ExitStack() as stack:
            _compare_rows(ours, theirs, places, findings, stack)


def compare_columns(expected: Row, observed: Row, findings: Findings) -> list[tuple[int, int]]:
    """Compare names of columns. Returns the pairs of indices that hold the same column, in the expected order."""
    ours_places, theirs_places = ({name: index for index, name in enumerate(side)} for side in (expected, observed))
    removed = {name for name in expected if name not in theirs_places}
    added = {name for name in observed if name not in ours_places}
    renamed = {ours: theirs for ours, theirs in zip(expected, observed, strict=False) if ours in removed and theirs in added}
    new_names = set(renamed.values())
    for ours, theirs in renamed.items():
        findings.add("columns", "renamed", ours, theirs)
    for name in expected:
        if name in removed and name not in renamed:
            findings.add((name,), "removed", "a column", "absent")
    for name in observed:
        if name in added and name not in new_names:
            findings.add((name,), "added", "absent", "a column")
    shared = [renamed.get(name, name) for name in expected if name not in removed or name in renamed]
    kept = set(shared)
    if shared != [name for name in observed if name in kept] and not findings.rule(("columns",)).ignore_order:
        findings.add("columns", "order", ", ".join(expected), ", ".join(observed))
    pairs = ((name, renamed.get(name, name)) for name in expected)
    return [
        (ours_places[ours], theirs_places[theirs])
        for ours, theirs in pairs
        if theirs in theirs_places and not findings.rule((ours,)).ignore
    ]


def _compare_rows(ours: Table, theirs: Table, places: list[tuple[int, int]], findings: Findings, stack: ExitStack) -> None:
    names = [ours.columns[place[0]] for place in places]
    texts = {name for name, place in zip(names, places, strict=True) if _has_text(ours, place[0]) or _has_text(theirs, place[1])}
    cells = Cells(names, findings, texts=texts)
    pick_ours, pick_theirs = (_picker([place[side] for place in places]) for side in (0, 1))
    (ours_lines, ours_rows), (theirs_lines, theirs_rows) = ours.rows(stack), theirs.rows(stack)
    if findings.rule(("rows",)).ignore_order:
        sides = (_sorted(map(ours.read, ours_rows), pick_ours), _sorted(map(theirs.read, theirs_rows), pick_theirs))
        cells.compare(aligned(*sides, alike))
        return
    keys = _keys(ours, theirs, places, findings)
    key = itemgetter(*keys) if keys else None
    if _are_alike(ours, theirs) and findings.tolerance.trusts_equal_bytes:  # then equal lines are equal rows, and are not parsed
        passed = pass_over_rows(ours_lines, theirs_lines)
        leave_out_common_end(ours_lines, theirs_lines, QUOTE)
        at_once = Cells(names, findings, texts=texts)
        at_once.total = cells.total = passed + count_rows(ours_lines)
        if len(places) == len(ours.columns) and _in_blocks(ours_lines, theirs_lines, ours, keys, at_once, passed):
            return
        pairs = aligned(ours_rows, theirs_rows, _likeness_of_bytes, key and _key_of_bytes(ours, key, pick_ours))
        cells.compare((_read(pair, ours, theirs, pick_ours, pick_theirs) for pair in pairs), passed, key)
        return
    sides = (pick_ours(ours.read(row)) for row in ours_rows), (pick_theirs(theirs.read(row)) for row in theirs_rows)
    if findings.tolerance.trusts_equal_bytes:
        cells.compare(aligned(*sides, alike, key), 0, key)
    else:
        cells.compare(_in_step(*sides), 0, key)


def _has_text(table: Table, place: int) -> bool:
    """Tell whether one of the first cells of a column is text."""
    return any(is_text(row[place], parse(row[place])) for row in table.sample)


def _key_of_bytes(table: Table, key: Callable[[Row], Hashable], pick: Pick) -> Callable[[bytes], Hashable]:
    """Return what tells rows apart that are not parsed: their first cell as it stands, where that is it."""
    delimiter = table.delimiter.encode()
    is_first = key(pick(table.columns)) == table.columns[0]
    return lambda row: row.partition(delimiter)[0] if is_first and not row.startswith(b'"') else key(pick(table.read(row)))


def _are_alike(ours: Table, theirs: Table) -> bool:
    return ours[2:7] == theirs[2:7] and is_utf_8(ours.encoding) and is_utf_8(theirs.encoding)


def _read(pair: Pair[bytes], ours: Table, theirs: Table, pick_ours: Pick, pick_theirs: Pick) -> Pair[Row]:
    left = None if pair.expected is None else pick_ours(ours.read(pair.expected))
    right = None if pair.observed is None else pick_theirs(theirs.read(pair.observed))
    return Pair(pair.expected_index, left, pair.observed_index, right)


def _in_step(ours: Iterator[Row], theirs: Iterator[Row]) -> Iterator[Pair[Row]]:
    """Yield all rows in turn: where a rule wants NaN to differ from itself, equal rows count too."""
    return (Pair(index, left, index, right) for index, (left, right) in enumerate(zip(ours, theirs, strict=False)))


Pick = Callable[[Row], Row]


def _picker(places: list[int]) -> Pick:
    if places == list(range(len(places))):
        count = len(places)
        return lambda row: row if len(row) == count else row[:count]
    return lambda row: tuple(row[place] for place in places)


def _sorted(rows: Iterator[Row], pick: Pick) -> Iterator[Row]:
    found = [pick(row) for row in islice(rows, SORT_LIMIT_ROWS + 1)]
    if len(found) > SORT_LIMIT_ROWS:
        raise Unable(f"it has more than the {SORT_LIMIT_ROWS:,} rows that are sorted to ignore their order")
    return iter(sorted(found, key=lambda row: [sort_key(parse(cell)) for cell in row]))


def _keys(ours: Table, theirs: Table, places: list[tuple[int, int]], findings: Findings) -> list[int]:
    """Return the columns that tell rows apart: those that a rule names, else one that does so by its name and its cells."""
    names = [ours.columns[place[0]] for place in places]
    declared = findings.rule(("rows",)).key or findings.whole.key
    if declared:
        missing = [name for name in declared if name not in names]
        if missing:
            raise Unable(
                f"a rule's key names {missing[0][:80]!r}, which is no column of both", "name columns that both tables have"
            )
        return [names.index(name) for name in declared]
    for index, (mine, other) in enumerate(places):
        cells, others = {row[mine] for row in ours.sample}, {row[other] for row in theirs.sample}
        is_key = len(cells) == len(ours.sample) and len(others) == len(theirs.sample) and len(cells & others) * 2 > len(cells)
        if names[index].lower() in KEYS and is_key:
            return [index]
    return []


def _in_blocks(ours: Lines, theirs: Lines, table: Table, keys: list[int], cells: Cells, passed: int) -> bool:
    """Compare large tables many cells at once, where numpy is there; tell if that was right."""
    if min(side.end - side.stream.tell() for side in (ours, theirs)) < LEAST_BYTES:
        return False
    try:
        from ..columns import compare_in_turn
    except ImportError:
        return False
    return compare_in_turn(ours, theirs, table.delimiter, keys, cells, passed)


def _likeness_of_bytes(ours: bytes, theirs: bytes) -> float:
    left, right = ours.split(b","), theirs.split(b",")
    return sum(a == b for a, b in zip(left, right, strict=False)) / max(len(left), len(right), 1)


def summarize(path: Path, type_name: str) -> Summary:
    """Return the numbers of the last row as metrics: of a training log, the final values."""
    table = read_table(path)
    count, last, first = 0, b"", []
    with ExitStack() as stack:
        for row in table.rows(stack)[1]:
            count, last = count + 1, row
            if count <= HISTORY_ROWS + 1:
                first.append(row)
    return Summary(
        metrics=spelled(_numbers(table, last) if count else ()),
        parts={"rows": f"{count:,}", "columns": ", ".join(table.columns)[:1000]},
        histories=histories([_numbers(table, row) for row in first]) if count <= HISTORY_ROWS else {},
    )


def _numbers(table: Table, row: bytes) -> list[tuple[tuple[str], Number]]:
    """Return the numbers of a row by the names of their columns."""
    cells = zip(table.columns, map(parse, table.read(row)), strict=False)
    return [((name,), value) for name, value in cells if not isinstance(value, str)]
