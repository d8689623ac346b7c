"""The limits of rounding against what was measured of every switch, on two makes of CPU, emulated ones and pretended counts."""

from __future__ import annotations

import pytest

from tests.bench.switches import DOCUMENT, tables
from tests.support.margins import Row, read, times_limit, updated

ROWS = read()
BELOW = 8
"""So many times the worst rounding that was measured fits into each limit."""
ABOVE = 3
"""So many times its limit the furthest record of every larger change is off."""


def of_kind(*kinds: str) -> list[Row]:
    return [row for row in ROWS if row.kind in kinds]


@pytest.mark.parametrize("row", of_kind("nothing"), ids=lambda row: row.name)
def test_what_changes_no_result_moved_no_bit(row: Row) -> None:
    """Hash seed, quota, user, folder, another patch release: not one record."""
    assert row.moved == []


@pytest.mark.parametrize("row", of_kind("rounding"), ids=lambda row: row.name)
def test_another_order_of_sums_lies_below_every_limit(row: Row) -> None:
    """Another CPU, instruction set, number of threads, BLAS or numpy is rounding at every stage and step."""
    assert all(item.divergence().is_rounding for item in row.moved)
    assert times_limit(row) * BELOW <= 1


@pytest.mark.parametrize("row", of_kind("precision", "constant", "algorithm", "random"), ids=lambda row: row.name)
def test_everything_else_lies_above_a_limit(row: Row) -> None:
    """Lower precision, a changed constant, another optimizer or generator is never taken for rounding."""
    assert times_limit(row) >= ABOVE


def test_both_makes_of_cpu_and_all_kinds_were_measured() -> None:
    """The limits rest on AMD and Intel, on emulated CPUs, and on every kind of change."""
    names = " ".join(row.name for row in of_kind("rounding"))
    assert all(word in names for word in ("Intel", "emulated", "one CPU", "64 CPUs", "oneDNN off", "OpenBLAS", "numpy", "glibc"))
    assert {row.kind for row in ROWS} == {"nothing", "rounding", "precision", "constant", "algorithm", "random"}


@pytest.mark.parametrize("name", ["switches", "limits"])
def test_the_published_table_is_what_was_recorded(name: str) -> None:
    """`python tests/bench/switches.py --tables` makes both tables of the document from what was measured."""
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    published = DOCUMENT.read_text().partition(begin)[2].partition(end)[0].strip()
    assert published == tables(ROWS)[name]


def test_what_is_measured_again_takes_its_place() -> None:
    """A switch alone can be measured: every other row stays."""
    old, new = [Row("a", "rounding", []), Row("b", "rounding", [])], [Row("a", "nothing", []), Row("c", "random", [])]
    assert updated(old, new) == [new[0], old[1], new[1]]
