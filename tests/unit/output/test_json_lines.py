"""JSON lines."""

from __future__ import annotations

from pathlib import Path

import pytest

from .case import OutputVerdict, compare, found, only

LOG = '{"step": 0, "loss": 0.5}\n{"step": 1, "loss": 0.25}\n'


@pytest.mark.parametrize(
    ("observed", "expected_findings"),
    [
        ('{"loss": 0.5, "step": 0}\n\n{"step": 1, "loss": 0.25}', []),
        (LOG.replace("0.25", "0.75"), [("number", "[1].loss")]),
        ('{"step": 1, "loss": 0.25}\n{"step": 0, "loss": 0.5}\n', [("order", "")]),
        (LOG + '{"step": 2, "loss": 0.1}\n', [("added", "[2]")]),
    ],
)
def test_lines_are_compared_by_value(tmp_path: Path, observed: str, expected_findings: list[tuple[str, str]]) -> None:
    """Order of keys and blank lines do not count; values, order and number of lines do."""
    assert found(compare(tmp_path, "log.jsonl", LOG, observed)) == expected_findings


def test_a_line_that_is_no_json_is_named(tmp_path: Path) -> None:
    """A log that was cut off is compared by bytes, with the line."""
    assert "line 2 is not JSON" in compare(tmp_path, "log.jsonl", LOG, LOG[:-5]).compared_by


def test_a_thousand_lines_off_are_still_judged(tmp_path: Path) -> None:
    """Every line is judged by its tolerance, also the last."""
    expected = "".join(f'{{"loss": {number}.0}}\n' for number in range(3000))
    near = expected.replace(".0}", ".000001}")
    far = near.replace("2999.000001", "1.0")
    rules = {"loss": {"absolute": 1e-3}}
    assert compare(tmp_path, "log.jsonl", expected, near, rules).verdict is OutputVerdict.TOLERANCE
    comparison = compare(tmp_path, "log.jsonl", expected, far, rules)
    assert comparison.verdict is OutputVerdict.DIFFERS
    assert comparison.differences[0].path == "[2999].loss"


def test_order_may_be_ignored(tmp_path: Path) -> None:
    """Where lines may come in any order, the same lines are identical."""
    swapped = "".join(reversed(LOG.splitlines(keepends=True)))
    assert compare(tmp_path, "log.jsonl", LOG, swapped, {"*": {"ignore_order": True}}).verdict is OutputVerdict.IDENTICAL
    assert only(compare(tmp_path, "log.jsonl", LOG, swapped)).kind == "order"
