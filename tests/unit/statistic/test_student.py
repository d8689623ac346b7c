"""Student's t distribution against scipy's."""

from __future__ import annotations

import pytest
from scipy import stats

from envprobe.statistic.student import quantile, shifted_tail, upper_tail

FREEDOMS = [1, 1.5, 2, 3.7, 4, 8, 18, 58, 200, 2e4]


@pytest.mark.parametrize("freedom", FREEDOMS)
@pytest.mark.parametrize("value", [-3.0, 0.0, 1e-8, 0.1, 1.0, 2.776, 20.0, 1e6, 1e200])
def test_tail(value: float, freedom: float) -> None:
    """The tail is that of scipy, to seven digits of even the smallest."""
    assert upper_tail(value, freedom) == pytest.approx(stats.t.sf(value, freedom), rel=1e-7)


@pytest.mark.parametrize("freedom", FREEDOMS)
@pytest.mark.parametrize("tail", [0.5, 0.4, 0.05, 0.025, 0.0025, 1e-9])
def test_quantile(tail: float, freedom: float) -> None:
    """The quantile is that of scipy."""
    assert quantile(tail, freedom) == pytest.approx(stats.t.isf(tail, freedom), rel=1e-6, abs=1e-9)


@pytest.mark.parametrize("freedom", [3, 4, 8, 18, 58, 2e4])
@pytest.mark.parametrize("shift", [0.5, 2.0, 4.0, 8.0])
@pytest.mark.parametrize("value", [-3.0, 0.0, 1.7, 2.8, 4.3])
def test_shifted_tail(value: float, shift: float, freedom: float) -> None:
    """The non-central tail, of which the power is made, is that of scipy."""
    assert shifted_tail(value, freedom, shift) == pytest.approx(stats.nct.sf(value, freedom, shift), abs=2e-5)
