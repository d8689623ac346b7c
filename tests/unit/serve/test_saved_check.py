"""A check read back."""

from __future__ import annotations

import json

import msgspec
import pytest

from envprobe.error import DocumentError
from envprobe.render.json import render
from envprobe.render.quoted import quoted
from envprobe.report import QuotedLine, Report
from envprobe.serve.saved_check import from_value
from tests.golden.report import REPORTS


@pytest.mark.parametrize("report", REPORTS.values(), ids=REPORTS)
def test_a_saved_check_is_the_report_that_it_was(report: Report) -> None:
    """What was saved as JSON is shown as it was told: nothing is lost on the way."""
    saved = msgspec.structs.replace(report, observed=QuotedLine(quoted(report)))  # of what was observed, its line is kept
    assert from_value(json.loads(render(report)), "check.json") == saved


def test_a_verdict_that_does_not_follow_is_refused() -> None:
    """A saved check whose verdict was edited is no evidence of anything."""
    value = {**json.loads(render(REPORTS["differs"])), "verdict": "reproduces"}
    with pytest.raises(DocumentError, match=r"check\.json: verdict: says 'reproduces', but what it holds gives differs"):
        from_value(value, "check.json")


@pytest.mark.parametrize("member", ["verdict", "expected", "observed", "differences", "unknown", "trace"])
def test_every_fault_has_its_path(member: str) -> None:
    """A check of another shape says where."""
    value = {**json.loads(render(REPORTS["other-bits"])), member: 7}
    with pytest.raises(DocumentError, match=member):
        from_value(value, "check.json")


@pytest.mark.parametrize("value", [[None], {"a": [1.5]}, [{"a": None}]])
@pytest.mark.parametrize("side", ["expected", "observed"])
def test_a_side_that_no_fact_may_have_is_a_fault(side: str, value: object) -> None:
    """A page that shows it would fail: JSON knows more values than facts do."""
    saved = json.loads(render(REPORTS["differs"]))
    saved["differences"][0][side] = value
    with pytest.raises(DocumentError, match=rf"differences\[0\]\.{side}.*a fact is made of"):
        from_value(saved, "check.json")


@pytest.mark.parametrize("member", ["steps", "expected", "observed"])
def test_a_curve_has_one_value_a_step(member: str) -> None:
    """A curve that is longer on one side cannot be drawn, and is a fault with its place."""
    saved = json.loads(render(REPORTS["rounding"]))
    saved["trace"]["curves"][0][member].append(7)
    with pytest.raises(DocumentError, match=r"trace\.curves\[0\]: not one value a step"):
        from_value(saved, "check.json")
