"""Compare the rows of two tables in turn, many cells at once: where rows differ almost everywhere and none has moved."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from .array_number import Block
from .cells import REALS, CellColumn, Cells
from .decimals import LAST, NEWLINE, WORD, Cut, cut_decimals, read_integers
from .lines import Lines

BLOCK_BYTES = 1 << 18
REMEMBERED_ROWS = 1 << 17
INTEGER_DIGITS = 15
"""Integers up to so many digits are floats, too."""
WORDS = 3
"""Cells up to so many words are compared at once."""
ODD = b'"\r\0'
"""Where one of these is, a line may be no row, and a piece of it no cell."""


class Rows(NamedTuple):
    """Some rows of one table."""

    cells: Cut
    is_real: Block
    """Which cells are floats without a question."""
    is_integer: Block

    def spelled(self, cell: int) -> str:
        """Return a cell as it stands."""
        return self.cells.bytes_of(cell).decode("utf-8", "surrogateescape")


def compare_in_turn(expected: Lines, observed: Lines, delimiter: str, keys: Sequence[int], cells: Cells, passed: int) -> bool:
    """Compare the rows from where both files stand, in turn. Returns False where that may not be right.

    Then `cells` are of no use, and the rows are to be aligned: quotes, rows that are also found at another place, keys (by the
    indices of their columns) that are not the same, as many rows on one side only.
    """
    places = [side.stream.tell() for side in (expected, observed)]
    is_right = _compare(expected, observed, delimiter.encode(), keys, cells, passed)
    for side, place in zip((expected, observed), places, strict=True):
        side.stream.seek(place)
    return is_right


def _compare(expected: Lines, observed: Lines, delimiter: bytes, keys: Sequence[int], cells: Cells, passed: int) -> bool:
    memory = None if keys else Memory()
    width, rests, balance, offset = len(cells.columns), [b"", b""], 0, passed
    while True:
        texts = [_filled(side, rest) for side, rest in zip((expected, observed), rests, strict=True)]
        count = min(text.count(b"\n") for text in texts)
        if not count:
            break
        parts = [_first_lines(text, count) for text in texts]
        rests = [text[len(part) :] for text, part in zip(texts, parts, strict=True)]
        ours, theirs = (_rows(part, delimiter, width, count) for part in parts)
        if ours is None or theirs is None:
            return False
        hashes = [np.fromiter(map(hash, part[:-1].split(b"\n")), np.int64, count) for part in parts]
        balance += int(hashes[0].sum()) - int(hashes[1].sum())
        if memory is not None and memory.has_moved(*hashes):
            return False
        if keys and not all(_same_text(ours.cells, theirs.cells, np.arange(key, count * width, width)).all() for key in keys):
            return False
        _add(offset, width, ours, theirs, cells)
        offset += count
    if any(texts) or not balance:  # rows on one side only, or the same rows in another order
        return False
    cells.balance = balance
    cells.close(offset)
    return True


def _filled(side: Lines, rest: bytes) -> bytes:
    """Return what is left of a file, at least one block of it where there is as much; the last line gets its end."""
    room = max(min(BLOCK_BYTES - len(rest), side.end - side.stream.tell()), 0)
    text = rest + side.stream.read(room)
    is_last = side.stream.tell() >= side.end
    return text + b"\n" if is_last and text and not text.endswith(b"\n") else text


def _first_lines(text: bytes, count: int) -> bytes:
    """Return as many lines, without what follows them."""
    ends = np.flatnonzero(np.frombuffer(text, np.uint8) == NEWLINE)
    return text[: int(ends[count - 1]) + 1]


def _rows(text: bytes, delimiter: bytes, width: int, count: int) -> Rows | None:
    """Cut rows into cells; None where they are not of the plainest kind."""
    found = cut_decimals(text, delimiter + b"\n")
    is_odd = any((found.marks == mark).any() for mark in ODD) or (width == 1 and (found.starts == found.ends).any())
    ends = found.data[found.ends]
    if (
        is_odd
        or len(ends) != width * count
        or (ends[width - 1 :: width] != NEWLINE).any()
        or np.count_nonzero(ends == NEWLINE) != count
    ):
        return None
    is_real = found.is_decimal.copy()
    powers = np.flatnonzero(found.is_power)
    for place, cell in ((place, found.bytes_of(place)) for place in powers.tolist()):
        if REALS.fullmatch(cell.decode()):
            found.values[place], is_real[place] = float(cell), True
    digits = found.digits - found.is_negative
    leads = found.data[found.starts + found.is_negative]
    is_integer = (digits >= 1) & (digits <= INTEGER_DIGITS) & ((leads != ord("0")) | (digits == 1))
    if len(some := np.flatnonzero(is_integer)):
        found.values[some] = read_integers(found, some)
    return Rows(found, is_real, is_integer)


class Memory:
    """The rows of both tables that were met, each by its hash: what tells that a row has moved."""

    def __init__(self) -> None:
        self.tables = [np.zeros(REMEMBERED_ROWS, np.int64) for _ in range(2)]

    def has_moved(self, ours: Block, theirs: Block) -> bool:
        """Tell whether a row is found on the other side at another place, or one that is the same twice; remember all."""
        mine, others = self.tables
        is_same = ours == theirs
        if (_held(others, ours) | _held(mine, theirs)).any() or (is_same.any() and len(np.unique(ours)) < len(ours)):
            return True
        for table, rows in ((mine, ours), (others, theirs)):
            table[rows & (REMEMBERED_ROWS - 1)] = rows
        return bool(((_held(others, ours) | _held(mine, theirs)) & ~is_same).any())


def _held(table: Block, rows: Block) -> Block:
    return np.asarray(table[rows & (REMEMBERED_ROWS - 1)] == rows)


def _same_text(ours: Cut, theirs: Cut, cells: Block) -> Block:
    """Return which of some cells are spelled the same."""
    lengths = ours.ends[cells] - ours.starts[cells]
    same: Block = lengths == theirs.ends[cells] - theirs.starts[cells]
    longest = int(lengths.max(initial=0))
    for word in range(min(WORDS, -(-longest // WORD))):
        mask = LAST[np.clip(lengths - word * WORD, 0, WORD)]
        left, right = (side.words()[side.ends[cells] - (word + 1) * WORD] for side in (ours, theirs))
        same &= (left & mask) == (right & mask)
    for place in np.flatnonzero(same & (lengths > WORDS * WORD)).tolist():
        same[place] = ours.bytes_of(cells[place]) == theirs.bytes_of(cells[place])
    return same


def _add(offset: int, width: int, ours: Rows, theirs: Rows, cells: Cells) -> None:
    """Hand the cells to their columns: those that are numbers on both sides at once, others that differ one by one."""
    left, right = ours.cells.values, theirs.cells.values
    is_real, is_integer = ours.is_real & theirs.is_real, ours.is_integer & theirs.is_integer
    looks_same = np.flatnonzero((left == right) | ~(is_real | is_integer))
    is_same = np.zeros(len(left), bool)
    is_same[looks_same] = _same_text(ours.cells, theirs.cells, looks_same)
    is_equal = left == right
    for index, column in enumerate(cells.columns):
        part = slice(index, None, width)
        differs = ~is_same[part]
        alone = differs & (is_equal[part] if column.rule.is_exact else False)
        reals, integers = differs & is_real[part] & ~alone, differs & is_integer[part] & ~alone
        rest = np.flatnonzero(differs & ~reals & ~integers)
        pairs = [(int(row), ours.spelled(row * width + index), theirs.spelled(row * width + index)) for row in rest]
        if _have_order(column, pairs, reals, integers):
            for row in np.flatnonzero(differs).tolist():
                column.add_pair(offset + row, ours.spelled(row * width + index), theirs.spelled(row * width + index))
            continue
        for row, mine, other in pairs:
            column.add_pair(offset + row, mine, other)
        if reals.any():
            column.add_numbers(offset, np.where(reals, left[part], 0.0), np.where(reals, right[part], 0.0))
        elif integers.any():
            column.add_numbers(
                offset, np.where(integers, left[part], 0).astype(np.int64), np.where(integers, right[part], 0).astype(np.int64)
            )


def _have_order(column: CellColumn, pairs: list[tuple[int, str, str]], reals: Block, integers: Block) -> bool:
    """Tell whether numbers of several kinds differ, whose places are written down in the order of the rows."""
    is_mixed = bool(reals.any() and integers.any())
    return is_mixed or any(column.are_numbers(mine, other) for _, mine, other in pairs)
