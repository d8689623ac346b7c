"""What differs inside outputs, as pictures."""

from __future__ import annotations

import math

import pytest

from envprobe.output.comparison import OutputVerdict
from envprobe.render.page import deviation as page
from tests.unit.render.page.sample import deviation, output, report


def _item(*deviations: object) -> page.Item:
    [item] = page.items(report(outputs=[output(*deviations)]))
    return item


def test_parts_of_one_output_share_an_axis() -> None:
    """ThreeErrors of two tensors can be compared by eye: a tenfold one stands as far to the right in both."""
    item = _item(deviation(1e-3, 1e-4, 1e-5), deviation(1e-1, 1e-2, 1e-3))
    small, large = (one.absolute for one in item.differences)
    assert small is not None and large is not None
    assert small.largest == large.median
    assert [tick.label for tick in item.absolute] == ["1e-5", "1e-4", "1e-3", "0.01", "0.1"]


def test_a_share_is_drawn_and_told() -> None:
    """The share of differing numbers is drawn; the least one is wide enough to be seen, and only nothing is nothing."""
    shares = [one.share for one in _item(deviation(), deviation(count=10**9, differing=1, outside=0)).differences]
    assert shares == [page.Share("30 of 100", 30.0, 30.0), page.Share("1 of 1,000,000,000", 1.0, 0.0)]


@pytest.mark.parametrize("errors", [(None, None, None), (math.inf, 1.0, 1.0), (0.0, 0.0, 0.0), (math.nan, math.nan, math.nan)])
def test_errors_without_a_place(errors: tuple[float | None, ...]) -> None:
    """ThreeErrors that are none, zero or not finite have no picture; the words stay."""
    [one] = _item(deviation(*errors, not_finite=3)).differences
    assert one.absolute is None
    assert "30 of 100 differ" in one.words


def test_a_median_of_zero_stands_at_the_edge() -> None:
    """Most numbers may differ by nothing that can be told; the largest error is drawn all the same."""
    [one] = _item(deviation(1e-3, 1e-4, 0.0)).differences
    assert one.absolute is not None
    assert one.absolute.median == page.START


def test_a_single_number_needs_no_picture() -> None:
    """For one metric both values say all."""
    [one] = _item(deviation(count=1, differing=1, outside=1)).differences
    assert (one.share, one.absolute, one.first) == (None, None, [])


def test_the_worst_output_comes_first() -> None:
    """Outputs that differ stand above those that are the same."""
    outputs = [output(name="a", verdict=OutputVerdict.IDENTICAL), output(deviation(), name="b")]
    assert [(item.name, item.severity) for item in page.items(report(outputs=outputs))] == [("b", "fail"), ("a", "note")]
