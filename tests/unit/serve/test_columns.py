"""Runs beside each other: their metrics as columns."""

from __future__ import annotations

import math

from envprobe.serve.columns import COLUMN_LIMIT, ColumnChoice, shown, summaries
from tests.support.run_sample import attempt, described, run, seeded


def test_a_metric_is_its_mean_and_what_runs_spread_by() -> None:
    """With the digits that the spread leaves; one run is its number, and NaN is said."""
    found = summaries(seeded([0.80, 0.82, 0.79, 0.81, 0.80]))["metrics.json:accuracy"]
    assert (found.words, found.title) == ("0.804 ± 0.011", "5 runs")
    assert summaries(seeded([0.8125]))["metrics.json:accuracy"].words == "0.8125"
    odd = summaries(seeded([0.8, math.nan]))["metrics.json:accuracy"]
    assert (odd.mean, odd.words, odd.title) == (0.8, "0.8 (NaN)", "2 runs, 1 of them NaN or infinite")
    assert summaries(seeded([math.inf]))["metrics.json:accuracy"].mean is None


def test_columns_are_those_that_most_runs_have_or_those_that_are_chosen() -> None:
    """Without a word the most common ones; an address adds, removes, sorts, and turns the order."""
    runs = [summaries(run(attempt(described(**{f"m{index}": 1.0 for index in range(count)})))) for count in (9, 7)]
    first = shown(runs, ColumnChoice())
    assert [column.words for column in first.columns] == ["m0", "m1", "m2", "m3", "m4"]
    assert [name for name, _ in first.others] == [f"metrics.json:m{index}" for index in range(5, 9)]
    chosen = shown(runs, ColumnChoice(["metrics.json:m8", "metrics.json:nowhere", "metrics.json:m8"], "metrics.json:m8"))
    (column,) = chosen.columns
    assert column.arrow == "↓"
    assert column.sort.endswith("sort=metrics.json%3Am8&order=up")


def test_what_is_the_same_in_every_run_comes_last() -> None:
    """The number of epochs tells no run from another."""
    runs = [summaries(run(attempt(described(epochs=20.0, loss=loss)))) for loss in (0.5, 0.4)]
    assert [column.words for column in shown(runs, ColumnChoice()).columns] == ["loss", "epochs"]
    assert [column.words for column in shown(runs[:1], ColumnChoice()).columns] == ["epochs", "loss"]


def test_an_address_cannot_ask_for_too_many_columns() -> None:
    """Whatever it says, a page stays a page."""
    runs = [summaries(run(attempt(described(**{f"m{index}": 1.0 for index in range(50)}))))]
    found = shown(runs, ColumnChoice([f"metrics.json:m{index}" for index in range(50)]))
    assert (len(found.columns), found.others) == (COLUMN_LIMIT, [])
