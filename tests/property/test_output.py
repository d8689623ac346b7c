"""What is true of every comparison of numbers and nested values."""

from __future__ import annotations

import json
import math
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from envprobe.output import OutputVerdict, Rule, Tolerance, compare_outputs
from envprobe.output.array_tally import ArrayTally
from envprobe.output.number import Agreement, agree
from envprobe.output.tally import Tally

floats = st.one_of(st.floats(), st.sampled_from([0.0, -0.0, math.nan, math.inf, 1.0, math.nextafter(1.0, 2.0), 5e-324, 1.7e308]))
integers = st.one_of(st.integers(-3, 3), st.integers())
numbers = st.one_of(floats, integers)
limits = st.none() | st.floats(0, 10) | st.sampled_from([0.0, 1e308, math.inf])
rules = st.builds(
    Rule,
    ulp=st.none() | st.integers(0, 2**63),
    absolute=limits,
    relative=limits,
    nan_equal=st.booleans(),
    signed_zero=st.booleans(),
)
values = st.recursive(
    st.none() | st.booleans() | numbers | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=4),
    max_leaves=12,
)


def _larger(limit: Any, by: Any) -> Any:
    return by if limit is None else max(limit, by)


@given(numbers, numbers, rules)
def test_agreement_is_symmetric(one: Any, other: Any, rule: Rule) -> None:
    """It never matters which of two numbers is the expected one."""
    assert agree(one, other, rule) is agree(other, one, rule)


@given(numbers, rules.filter(lambda rule: rule.nan_equal))
def test_a_number_agrees_with_itself(number: Any, rule: Rule) -> None:
    """Under any rule, unless NaN is asked to differ."""
    assert agree(number, number, rule) is Agreement.SAME


@given(numbers, numbers, rules, st.integers(0, 2**63), st.floats(0, 10), st.floats(0, 10))
def test_a_larger_tolerance_never_rejects_more(
    one: Any, other: Any, rule: Rule, ulp: int, absolute: float, relative: float
) -> None:
    """Whatever a rule accepts, a wider rule accepts too."""
    wider = Rule(
        ulp=_larger(rule.ulp, ulp),
        absolute=_larger(rule.absolute, absolute),
        relative=_larger(rule.relative, relative),
        nan_equal=rule.nan_equal,
        signed_zero=rule.signed_zero,
    )
    assert agree(one, other, wider) <= agree(one, other, rule)


@given(st.lists(st.tuples(floats, floats), max_size=30), rules)
def test_arrays_follow_the_rules_of_single_numbers(pairs: list[tuple[float, float]], rule: Rule) -> None:
    """Block by block, an array is judged as its elements are one by one."""
    single = Tally(rule)
    for index, (one, other) in enumerate(pairs):
        single.add(index, one, other)
    ours, theirs = (np.array([pair[side] for pair in pairs], np.float64) for side in (0, 1))
    blocks = ArrayTally(rule, ours.dtype, theirs.dtype, ours.shape)
    for start in range(0, len(pairs), 7):
        blocks.add(ours[start : start + 7], theirs[start : start + 7])
    expected, observed = single.deviation(), blocks.deviation()
    for name in ("count", "differing", "outside", "not_finite", "max_absolute", "median_absolute", "max_ulp"):
        assert getattr(expected, name) == getattr(observed, name), name
    assert [place.where for place in expected.worst] == [place.where for place in observed.worst]


@given(st.integers(1, 10**6), st.floats(0, 1))
def test_a_sample_changes_no_count_and_no_worst_place(seed: int, absolute: float) -> None:
    """Where too many elements differ to measure all, verdict, counts and the largest absolute error stay exact."""
    random = np.random.default_rng(seed)
    ours, theirs = random.standard_normal((2, 300_000))
    whole, sampled = (ArrayTally(Rule(absolute=absolute), ours.dtype, theirs.dtype, ours.shape, limit) for limit in (10**9, 0))
    for tally in (whole, sampled):
        tally.add(ours, theirs)
    expected, observed = whole.deviation(), sampled.deviation()
    assert (expected.is_sampled, observed.is_sampled) == (False, True)
    for name in ("count", "differing", "outside", "max_absolute", "first", "worst"):
        assert getattr(expected, name) == getattr(observed, name), name
    assert abs((observed.median_absolute or 0) / (expected.median_absolute or 1) - 1) < 0.05


@given(st.lists(st.tuples(st.integers(-(2**63), 2**63 - 1), st.integers(-(2**63), 2**63 - 1)), min_size=1, max_size=20), rules)
def test_integers_in_arrays_follow_the_rules_too(pairs: list[tuple[int, int]], rule: Rule) -> None:
    """Also where their difference does not fit their type."""
    ours, theirs = (np.array([pair[side] for pair in pairs], np.int64) for side in (0, 1))
    tally = ArrayTally(rule, ours.dtype, theirs.dtype, ours.shape)
    tally.add(ours, theirs)
    outside = sum(agree(one, other, rule) is Agreement.OUTSIDE for one, other in pairs)
    assert tally.deviation().outside == outside


def _verdict(one: Any, other: Any, tolerance: Tolerance) -> OutputVerdict:
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder, name, "m.json") for name in ("expected", "observed")]
        for path, value in zip(paths, (one, other), strict=True):
            path.parent.mkdir()
            path.write_text(json.dumps(value))
        comparison = compare_outputs(*paths, tolerance)
        assert comparison.compared_by in ("json", "bytes"), comparison.compared_by
        return comparison.verdict


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(values)
def test_a_document_is_identical_to_itself(value: Any) -> None:
    """Spelled anew, with other bytes, it has no difference."""
    spelled = json.loads(json.dumps(value))
    assert _verdict([value, 1], [spelled, 1], Tolerance()) is OutputVerdict.IDENTICAL


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(values, values, rules)
def test_documents_are_compared_symmetrically_and_monotonely(one: Any, other: Any, rule: Rule) -> None:
    """The sides may be exchanged, and a tolerance never turns a pass into a failure."""
    tolerance = Tolerance({"*": rule})
    verdict = _verdict(one, other, tolerance)
    assert verdict is _verdict(other, one, tolerance)
    if (
        _verdict(one, other, Tolerance({"*": Rule(nan_equal=rule.nan_equal, signed_zero=rule.signed_zero)}))
        is OutputVerdict.IDENTICAL
    ):
        assert verdict is OutputVerdict.IDENTICAL
