"""A report for tests of the page."""

from __future__ import annotations

from typing import Any

from envprobe.output.comparison import Deviation, OutputComparison, OutputDifference, OutputVerdict, Place
from envprobe.report import Difference, OutputResult, Report, UnknownFact


def report(differences: list[Difference] | None = None, unknown: list[UnknownFact] | None = None, **given: Any) -> Report:
    """Return a report of two environments with these differences."""
    members = {
        "expected_name": "tf-2.9",
        "expected_id": "sha256:1",
        "observed_name": "docker://trainer",
        "observed_id": "sha256:2",
    }
    return Report(differences=differences or [], unknown=unknown or [], **{**members, "compared": 10, **given})


def output(
    *deviations: Deviation | None, name: str = "weights.npz", verdict: OutputVerdict = OutputVerdict.DIFFERS
) -> OutputResult:
    """Return an output with a difference for each deviation."""
    differences = [
        OutputDifference(path=f"part {index}", kind="number", expected="1.0", observed="2.0", deviation=deviation)
        for index, deviation in enumerate(deviations)
    ]
    comparison = OutputComparison(
        name=name,
        type="npz",
        compared_by="npz",
        verdict=verdict,
        same_bytes=False,
        differences=differences,
        count=len(differences),
    )
    return OutputResult(comparison=comparison)


def deviation(largest: float | None = 1e-3, mean: float | None = 1e-4, median: float | None = 1e-5, **given: Any) -> Deviation:
    """Return how 30 of 100 numbers differ."""
    errors = {
        "max_absolute": largest,
        "mean_absolute": mean,
        "median_absolute": median,
        "max_relative": largest,
        "mean_relative": mean,
        "median_relative": median,
    }
    places = [Place("[3]", "1.0", "2.0")]
    return Deviation(**{"count": 100, "differing": 30, "outside": 30, "first": places, "worst": places, **errors, **given})
