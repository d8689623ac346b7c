"""Numbers become places in a picture."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envprobe.render.page.scale import linear, logarithmic

finite = st.floats(allow_nan=False, allow_infinity=False)


@given(st.lists(finite, max_size=20))
def test_every_number_has_a_place(values: list[float]) -> None:
    """Whatever finite numbers a trace holds, each is drawn inside its axis, and larger ones never lower."""
    scale = linear(values, 0, 100)
    places = [scale.place(value) for value in sorted(values)]
    assert all(0 <= place <= 100 for place in places)
    assert places == sorted(places)


@given(st.lists(finite, max_size=20))
def test_a_logarithmic_scale_takes_anything(values: list[float]) -> None:
    """An axis of powers of ten holds every number above zero; the others have no place on it and do no harm."""
    scale = logarithmic(values, 0, 100)
    assert all(0 <= scale.place(value) <= 100 for value in values if value > 0)
    assert scale.low > 0


@given(st.lists(finite, max_size=20), st.booleans())
def test_ticks_are_few_and_differ(values: list[float], is_log: bool) -> None:
    """An axis has ticks that can be read: a handful, none twice, in order."""
    ticks = (logarithmic if is_log else linear)(values, 0, 100).ticks
    assert 1 <= len(ticks) <= 7
    assert [tick.place for tick in ticks] == sorted({tick.place for tick in ticks})
    assert len({tick.label for tick in ticks}) == len(ticks)


@pytest.mark.parametrize(
    ("values", "labels"),
    [
        ([0.0, 1.0], ["0", "0.2", "0.4", "0.6", "0.8", "1"]),
        ([2.2, 2.32], ["2.2", "2.25", "2.3"]),
        ([5.0], ["4", "5", "6"]),
        ([], ["0", "0.2", "0.4", "0.6", "0.8", "1"]),
    ],
)
def test_round_numbers(values: list[float], labels: list[str]) -> None:
    """Ticks are the numbers that a person would choose."""
    found = [tick.label for tick in linear(values, 0, 100).ticks]
    assert set(labels) <= set(found), found


def test_powers_of_ten() -> None:
    """Errors are drawn between powers of ten, and a tenfold one is as far from the next as any other."""
    scale = logarithmic([3e-7, 2e-5], 0, 100)
    assert [tick.label for tick in scale.ticks] == ["1e-7", "1e-6", "1e-5", "1e-4"]
    assert math.isclose(scale.place(1e-6), 33.3)
