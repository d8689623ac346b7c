"""Rows in turn, many cells at once."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import pytest

from envprobe.output import Tolerance
from envprobe.output.cells import Cells
from envprobe.output.columns import compare_in_turn
from envprobe.output.finding import Findings
from envprobe.output.lines import Lines

ROWS = [f"{row},{row / 7},{row / 3:.3e},w{row}" for row in range(1, 200)]
OTHERS = [f"{row},{row / 7 + 1e-9},{row / 3 + 0.1:.3e},x{row}" for row in range(1, 200)]


def _is_right(folder: Path, ours: list[str], theirs: list[str], keys: list[int]) -> tuple[bool, int]:
    findings = Findings(Tolerance(), "t.csv", "table")
    cells = Cells(["a", "b", "c", "d"], findings)
    with ExitStack() as stack:
        sides = []
        for name, rows in (("ours", ours), ("theirs", theirs)):
            (folder / name).write_text("\n".join(rows), "utf-8")
            sides.append(Lines(folder / name, "utf-8", stack))
        is_right = compare_in_turn(sides[0], sides[1], ",", keys, cells, 0)
        assert [side.stream.tell() for side in sides] == [0, 0]
    return is_right, findings.count


def test_rows_that_all_differ_are_compared_in_turn(tmp_path: Path) -> None:
    """Numbers of a column are one difference, texts one each; nothing is left to be aligned."""
    assert _is_right(tmp_path, ROWS, OTHERS, []) == (True, 2 + len(ROWS))
    assert _is_right(tmp_path, ROWS, OTHERS, [0]) == (True, 2 + len(ROWS))


@pytest.mark.parametrize(
    ("theirs", "keys"),
    [
        ([*OTHERS[:50], ROWS[80], *OTHERS[51:]], []),
        (OTHERS[:-1], []),
        ([*OTHERS, OTHERS[0]], []),
        (ROWS[::-1], []),
        (ROWS[::-1], [0]),
        ([*OTHERS[:50], "7,0.1,1e-05,y", *OTHERS[51:]], [0]),
        ([*OTHERS[:50], '"51",0.1,1e-05,y', *OTHERS[51:]], []),
        ([*OTHERS[:50], "51,0.1,y", *OTHERS[51:]], []),
        ([*OTHERS[:50], "", *OTHERS[51:]], []),
    ],
    ids=["moved", "one less", "one more", "reversed", "reversed keys", "another key", "quotes", "a cell less", "blank"],
)
def test_rows_that_may_have_to_be_aligned_are_left_to_that(tmp_path: Path, theirs: list[str], keys: list[int]) -> None:
    """Whatever says that rows do not belong together in turn ends it, and nothing was written down."""
    assert _is_right(tmp_path, ROWS, theirs, keys) == (False, 0)
