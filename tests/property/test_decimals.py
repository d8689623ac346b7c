"""Decimals that are read many at once are the floats that Python reads one by one."""

from __future__ import annotations

import struct

from hypothesis import example, given
from hypothesis import strategies as st

from envprobe.output.cells import REALS, parse
from envprobe.output.decimals import read_decimals

PLAIN = st.from_regex(r"\A-?(?:0|[1-9][0-9]{0,15})\.[0-9]{1,20}\Z")
SHORTEST = st.floats(-1e15, 1e15).map(repr)
BETWEEN = st.integers(1 << 53, (1 << 54) - 1).map(lambda number: f"{number / 8:.3f}"[:-3] + "0625")
"""Near the middle of two floats."""
ODD_NUMBERS = (
    "nan",
    "-inf",
    "1",
    "-0",
    "007.5",
    "00.5",
    ".5",
    "5.",
    "+1.5",
    "1e5",
    "1.5e-05",
    "1.5E3",
    "9" * 300,
    "0." + "0" * 30 + "1",
)
ODD_TEXTS = (
    "",
    " 1.5",
    "1.5 ",
    "1.5\r",
    "1_0.5",
    "1.5.5",
    "--1.5",
    "1-.5",
    "1.-5",
    "-",
    ".",
    "0x1.8",
    '"1.5"',
    "1,5",
    "1.5\n2.5",
    "\n",
)
ODD_BYTES = ("1.5\x000", "/.5", ":.5", "\N{ARABIC-INDIC DIGIT ONE}.5")
ODD = st.sampled_from(ODD_NUMBERS + ODD_TEXTS + ODD_BYTES)
TEXTS = st.lists(st.one_of(PLAIN, SHORTEST, BETWEEN), max_size=20)


def _bits(value: float) -> bytes:
    return struct.pack("<d", value)


@given(TEXTS)
@example(["0.1", "-0.0", "9007199254740993.0", "9007199254740992.9", "0.30000000000000004", "1.7976931348623157"])
@example(["9999999999999999.999", "0.000000000000000001", "4503599627370496.5", "4503599627370497.5", "0.500000000000000166"])
def test_decimals_read_at_once_have_the_bits_that_python_reads(cells: list[str]) -> None:
    """Whatever decimals a column holds, the bits of each are those of float()."""
    found = read_decimals(tuple(cells))
    if found is not None:
        assert [_bits(value) for value in found.tolist()] == [_bits(float(cell)) for cell in cells]


@given(st.lists(SHORTEST.filter(lambda text: "e" not in text and len(text) < 19), min_size=1, max_size=20))
def test_the_shortest_spelling_of_floats_is_read_at_once(cells: list[str]) -> None:
    """What Python and pandas write for a float of everyday size takes the fast way."""
    assert read_decimals(tuple(cells)) is not None


@given(TEXTS, st.one_of(ODD, st.text(max_size=8)), st.integers(0, 20))
def test_a_cell_of_another_spelling_is_left_to_the_slow_way(cells: list[str], odd: str, place: int) -> None:
    """One cell that is no plain decimal keeps the whole column from being read at once; what is read is what parse() gives."""
    cells.insert(place, odd)
    found = read_decimals(tuple(cells))
    if not REALS.fullmatch(odd) or not odd or "\n" in odd or "e" in odd.lower():
        assert found is None
    elif found is not None:
        assert found.tolist()[min(place, len(cells) - 1)] == parse(odd)
