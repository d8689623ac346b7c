"""Nested values, by way of JSON files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from .case import OutputVerdict, compare, found, is_typed, only


def _compare(folder: Path, expected: Any, observed: Any, rules: Any = None) -> Any:
    comparison = compare(folder, "metrics.json", json.dumps(expected), json.dumps(observed, indent=1), rules)
    assert is_typed(comparison), comparison.compared_by
    return comparison


def test_indentation_and_order_of_keys_do_not_count(tmp_path: Path) -> None:
    """Other bytes with the same values are identical, and the bytes are said to differ."""
    comparison = _compare(tmp_path, {"a": 1, "b": [1.5, None]}, {"b": [1.5, None], "a": 1})
    assert comparison.verdict is OutputVerdict.IDENTICAL
    assert not comparison.same_bytes


@pytest.mark.parametrize(
    ("expected", "observed", "kind", "path", "words"),
    [
        ({"a": {"b": 0.5}}, {"a": {"b": 0.25}}, "number", "a.b", ("0.5", "0.25")),
        ({"a": [0.5, 1.5]}, {"a": [0.5, 1.75]}, "number", "a", ("1.5", "1.75")),
        ({"a": "x"}, {"a": "y"}, "changed", "a", ('"x"', '"y"')),
        ({"a": 1}, {"a": 1, "b": 2}, "added", "b", ("absent", "2")),
        ({"a": 1, "b": 2}, {"a": 1}, "removed", "b", ("2", "absent")),
        ({"a": 1}, {"a": "1"}, "type", "a", ("1", '"1"')),
        ({"a": 1}, {"a": True}, "type", "a", ("1", "true")),
        ({"a": None}, {"a": 0}, "type", "a", ("null", "0")),
        ({"a": 1}, {"a": 1.0}, "type", "a", ("1", "1.0")),
        ({"a": [1, 2]}, {"a": [2, 1]}, "order", "a", ("[1, 2]", "[2, 1]")),
        ({"a": [1, 2]}, {"a": [1, 2, 3]}, "added", "a[2]", ("absent", "3")),
        ({"a": [1, 2, 3]}, {"a": [1, 3]}, "removed", "a[1]", ("2", "absent")),
        ({"a": ["x"]}, {"a": ["x", "y"]}, "added", "a[1]", ("absent", '"y"')),
        ({"a": 1.0}, {"a": float("nan")}, "number", "a", ("1.0", "nan")),
        ({"__a": 1}, {"__a": 2}, "number", "__a", ("1", "2")),
        ({"a.b": {"c": 1}}, {"a.b": {"c": 2}}, "number", '["a.b"].c', ("1", "2")),
        ([1], {"a": 1}, "type", "", ("[1]", '{"a": 1}')),
    ],
)
def test_each_kind_of_difference(
    tmp_path: Path, expected: Any, observed: Any, kind: str, path: str, words: tuple[str, str]
) -> None:
    """Each difference is told for what it is, where it is, with both values."""
    comparison = _compare(tmp_path, expected, observed)
    difference = only(comparison)
    assert comparison.verdict is OutputVerdict.DIFFERS
    assert (difference.kind, difference.path, (difference.expected, difference.observed)) == (kind, path, words)


def test_a_tolerance_accepts_and_says_how_far(tmp_path: Path) -> None:
    """Within its tolerance a curve is accepted, and its distance is still told."""
    rules = {"loss": {"relative": 1e-3}}
    comparison = _compare(tmp_path, {"loss": [1.0, 0.5]}, {"loss": [1.0, 0.50001]}, rules)
    difference = only(comparison)
    assert comparison.verdict is OutputVerdict.TOLERANCE
    assert difference.accepted
    assert difference.deviation is not None
    assert difference.deviation.sentence.startswith("1 of 2 differ (50 %); 0 outside the tolerance; absolute error 1e-05")


def test_one_place_outside_is_enough(tmp_path: Path) -> None:
    """Of a thousand numbers one is too far: the verdict is differs, and the worst place comes first."""
    expected = [float(number) for number in range(1000)]
    observed = [number + 1e-9 for number in expected]
    observed[417] = -5.0
    difference = only(_compare(tmp_path, expected, observed, {"*": {"absolute": 1e-6}}))
    assert difference.deviation is not None
    assert (difference.deviation.outside, difference.deviation.count) == (1, 1000)
    assert difference.deviation.worst[0].where == "[417]"
    assert difference.deviation.first[0].where == "[0]"


def test_what_is_ignored_is_not_compared(tmp_path: Path) -> None:
    """A duration that a rule ignores may change, appear or vanish."""
    rules = {"*seconds": {"ignore": True}}
    expected = {"fit_seconds": 1.0, "old_seconds": 2, "loss": 1}
    assert _compare(tmp_path, expected, {"fit_seconds": "x", "loss": 1}, rules).verdict is OutputVerdict.IDENTICAL


def test_order_may_be_ignored(tmp_path: Path) -> None:
    """A list whose order does not matter is compared sorted, with its tolerance."""
    rules = {"scores": {"ignore_order": True, "absolute": 0.1}}
    assert _compare(tmp_path, {"scores": [1.0, 2.0]}, {"scores": [2.0, 1.0]}, rules).verdict is OutputVerdict.IDENTICAL
    assert _compare(tmp_path, {"scores": [1.0, 2.0]}, {"scores": [2.01, 1.0]}, rules).verdict is OutputVerdict.TOLERANCE
    assert _compare(tmp_path, {"scores": [1.0, 2.0]}, {"scores": [2.5, 1.0]}, rules).verdict is OutputVerdict.DIFFERS


def test_nan_may_be_asked_to_differ_from_itself(tmp_path: Path) -> None:
    """With nan_equal off, even two files of the same bytes differ where they hold NaN."""
    data = json.dumps({"loss": float("nan")})
    assert compare(tmp_path, "m.json", data, data).verdict is OutputVerdict.IDENTICAL
    assert compare(tmp_path, "m.json", data, data, {"loss": {"nan_equal": False}}).verdict is OutputVerdict.DIFFERS


def test_many_differences_are_counted_and_few_are_shown(tmp_path: Path) -> None:
    """A thousand changed names are counted; fifty are shown, in natural order."""
    comparison = _compare(tmp_path, [f"a{n}" for n in range(1000)], [f"b{n}" for n in range(1000)])
    assert comparison.count == 1000
    assert found(comparison)[:3] == [("changed", "[0]"), ("changed", "[1]"), ("changed", "[2]")]
    assert len(comparison.differences) == 50


def test_many_records_are_compared_by_column(tmp_path: Path) -> None:
    """A hundred predictions are one series of numbers and one of names, each with its places; rules speak of the column."""
    expected = [{"name": f"image {n}", "p": n / 7, "box": [n, 1]} for n in range(100)]
    observed = [{**item, "p": item["p"] + 1e-9} for item in expected]
    observed[42]["name"] = "other"
    comparison = _compare(tmp_path, {"rows": expected}, {"rows": observed}, {"rows.*.p": {"absolute": 1e-6}})
    assert found(comparison) == [("changed", "rows.*.name[42]"), ("number", "rows.*.p")]
    deviation = comparison.differences[1].deviation
    assert deviation is not None and (deviation.differing, deviation.outside) == (100, 0)


def test_what_no_rule_accepts_is_shown_first(tmp_path: Path) -> None:
    """One failure after sixty accepted differences is not cut off."""
    expected = {f"a{n:02}": 1.0 for n in range(60)} | {"z": 1.0}
    observed = {f"a{n:02}": 1.01 for n in range(60)} | {"z": 2.0}
    comparison = _compare(tmp_path, expected, observed, {"*": {"relative": 0.1}})
    assert comparison.differences[0].path == "z"
    assert comparison.count == 61


def test_text_from_a_file_cannot_move_the_cursor(tmp_path: Path) -> None:
    """Escapes in names and values are spelled out."""
    comparison = _compare(tmp_path, {"a\x1b[2J": "x"}, {"a\x1b[2J": "\x1b[31my"})
    assert "\x1b" not in str(comparison)
