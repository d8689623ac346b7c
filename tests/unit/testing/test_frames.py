"""Data frames of the real pandas as expectations."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy
import pandas
import pytest

from envprobe.error import UsageError
from envprobe.output import Rule, Tolerance
from envprobe.testing.expectation import Expectations


def predictions() -> pandas.DataFrame:
    """A frame with numbers, a missing one, texts, days and categories."""
    noise = numpy.random.default_rng(0).normal(size=50)
    frame = pandas.DataFrame({"truth": noise, "label": list("abcde") * 10, "day": pandas.date_range("2024-01-01", periods=50)})
    frame["predicted"] = frame.truth * 2
    frame["group"] = pandas.Categorical(list("xy") * 25)
    frame.loc[3, "truth"] = numpy.nan
    return frame


def check(folder: Path, value: Any, *, record: bool = False, tolerance: Tolerance | None = None) -> str:
    return Expectations(folder, tolerance=tolerance or Tolerance(), test="test_it.py::test_it", record=record).check(
        value, "frame"
    )


FORMS: list[Callable[[pandas.DataFrame], Any]] = [
    lambda frame: frame,
    lambda frame: frame.groupby(["label", "day"]).predicted.agg(["mean", "count"]),
    lambda frame: frame.predicted,
    lambda frame: frame.predicted.mean(),
    lambda frame: {"mean": frame.predicted.mean(), "rows": frame.label.size, "first": frame.day[0]},
    lambda frame: frame.predicted.to_numpy(),
    lambda frame: frame.label.tolist(),
]


@pytest.mark.parametrize("form", FORMS)
def test_what_was_recorded_passes(tmp_path: Path, form: Callable[[pandas.DataFrame], Any]) -> None:
    """The same computation passes against its own recording, to the last bit."""
    check(tmp_path, form(predictions()), record=True)
    assert check(tmp_path, form(predictions())) == ""


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda frame: frame.assign(predicted=frame.predicted * (1 + 1e-9)), "predicted: "),
        (lambda frame: frame.assign(truth=frame.truth.fillna(0)), "truth: "),
        (lambda frame: frame.replace({"label": {"e": "f"}}), "label[4]: e != f"),
        (lambda frame: frame.rename(columns={"truth": "target"}), "target"),
        (lambda frame: frame.drop(index=49), "49"),
        (lambda frame: frame.iloc[::-1], "differs"),
    ],
)
def test_what_changed_is_named(tmp_path: Path, change: Callable[[pandas.DataFrame], pandas.DataFrame], words: str) -> None:
    """A value, a missing one, a text, a column, a row and an order that are other than recorded fail."""
    check(tmp_path, predictions(), record=True)
    assert words in check(tmp_path, change(predictions()))


def test_tolerance_holds_for_numbers_in_frames(tmp_path: Path) -> None:
    """Rounding within a rule passes, and what is beyond it does not."""
    check(tmp_path, predictions(), record=True)
    close, far = (predictions().assign(predicted=lambda frame, by=by: frame.predicted * (1 + by)) for by in (1e-9, 1e-3))
    tolerance = Tolerance({"*": Rule(relative=1e-6)})
    assert check(tmp_path, close, tolerance=tolerance) == ""
    assert "50 of 50 differ" in check(tmp_path, far, tolerance=tolerance)


@pytest.mark.parametrize(
    ("value", "hint"),
    [
        ({"train": predictions()}, "by itself"),
        ([predictions().truth], "by itself"),
        (pandas.Index(["a", None], dtype=object), "tolist"),
        ({"masked": numpy.ma.masked_array([1.0], [True])}, "fill it"),
    ],
)
def test_what_would_lose_something_is_refused(tmp_path: Path, value: Any, hint: str) -> None:
    """Columns, an index or a mask that could not be stored would not be missed by any later comparison."""
    with pytest.raises(UsageError) as error:
        check(tmp_path, value)
    assert hint in error.value.hint
