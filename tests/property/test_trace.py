"""What must hold for every trace, however odd."""

from __future__ import annotations

import copy
import json
import math
from contextlib import suppress
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from envprobe.error import DocumentError
from envprobe.numerics.comparison import compare, compare_with
from envprobe.numerics.distance import distance
from envprobe.numerics.divergence import Divergence
from envprobe.numerics.pattern import FACTS, guess
from envprobe.numerics.tolerance import RoundingLimits
from envprobe.numerics.trace import Trace, TraceRecord, read_trace, to_json, with_trace
from envprobe.numerics.verdict import TraceVerdict
from envprobe.render.curve import BARS, draw, sparkline
from tests.support.trace_sample import STAGES, TRACE, record, trace

floats = st.floats(width=32, allow_nan=True, allow_infinity=True)
finite = st.floats(width=32, allow_nan=False, allow_infinity=False)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)


@st.composite
def traces(draw_from: st.DrawFn, values: st.SearchStrategy[float] = finite) -> Trace:
    """A trace with some stages missing and others of any values, in one of a few classes."""
    stages = draw_from(st.lists(st.sampled_from(STAGES), unique=True, min_size=1))
    records = [record(*stage, values=tuple(draw_from(st.lists(values, min_size=1, max_size=4)))) for stage in stages]
    cpus = draw_from(st.integers(1, 3))
    return trace(records=records, numeric_class={**trace().numeric_class, "cpus": cpus})


@given(traces(floats))
def test_a_trace_is_identical_to_itself(subject: Trace) -> None:
    """Whatever it holds, NaN and infinities among it."""
    assert compare(subject, subject).verdict is TraceVerdict.IDENTICAL
    assert compare_with(with_trace({}, subject), subject).verdict is TraceVerdict.IDENTICAL


@given(traces())
def test_reading_what_was_written_gives_the_same(subject: Trace) -> None:
    """Round trip, byte for byte."""
    document = json.dumps(to_json(subject), sort_keys=True)
    again = read_trace(json.loads(document), "trace")
    assert again == subject
    assert json.dumps(to_json(again), sort_keys=True) == document


@given(traces(), st.data())
def test_no_record_may_be_missing(subject: Trace, data: st.DataObject) -> None:
    """Leaving any record out, on either side, is never identical and never within tolerance."""
    if len(subject.records) < 2:
        return
    gone = data.draw(st.integers(0, len(subject.records) - 1))
    less = msgspec.structs.replace(subject, records=subject.records[:gone] + subject.records[gone + 1 :])
    assert compare(subject, less).verdict is TraceVerdict.DIVERGED
    assert compare(less, subject).verdict is TraceVerdict.DIVERGED


@given(traces(floats), traces(floats))
def test_identical_means_equal_bits(expected: Trace, observed: Trace) -> None:
    """The verdict is `identical` exactly where every record is the same, whatever the class says."""
    same = {r.key: r.digest for r in expected.records} == {r.key: r.digest for r in observed.records}
    assert (compare(expected, observed).verdict is TraceVerdict.IDENTICAL) == same


@given(traces(floats), traces(floats), st.integers(1, 9))
def test_the_class_decides_nothing(expected: Trace, observed: Trace, cpus: int) -> None:
    """The same records give the same verdict on whatever machine they were computed."""
    elsewhere = msgspec.structs.replace(observed, numeric_class={**observed.numeric_class, "cpus": cpus})
    assert compare(expected, elsewhere).verdict == compare(expected, observed).verdict


@given(st.lists(traces(), min_size=1, max_size=3), traces(), traces())
def test_one_more_trace_never_makes_it_worse(known: list[Trace], more: Trace, observed: Trace) -> None:
    """More evidence, on whichever class, never gives a worse verdict."""
    few: dict[str, list[Trace]] = {}
    for item in known:
        few = with_trace(few, item)
    before, after = compare_with(few, observed), compare_with(with_trace(few, more), observed)
    assert after.verdict.rank <= before.verdict.rank


@given(traces(), traces(), st.floats(0, 1), st.floats(0, 1))
def test_a_wider_tolerance_never_fails_what_a_narrower_passes(expected: Trace, observed: Trace, one: float, other: float) -> None:
    """Monotone in every limit."""
    narrow, wide = sorted((one, other))
    passed = compare(expected, observed, RoundingLimits(forward=narrow, gradient=narrow, update=narrow)).verdict
    again = compare(expected, observed, RoundingLimits(forward=wide, gradient=wide, update=wide)).verdict
    assert again == passed or (passed, again) == (TraceVerdict.DIVERGED, TraceVerdict.TOLERANCE)


@given(st.lists(floats, min_size=1, max_size=6), st.lists(floats, min_size=1, max_size=6))
def test_a_distance_is_a_number_or_none(wanted: list[float], found: list[float]) -> None:
    """Never NaN, never negative, whatever was in the tensors."""
    apart = distance(_record(wanted), _record(found))
    assert apart.relative is None or (math.isfinite(apart.relative) and apart.relative >= 0.0)
    assert apart.ulp is None or apart.ulp >= 0


def _record(values: list[float]) -> TraceRecord:
    return record("training", "loss", "classes", 0, tuple(values))


@given(st.data())
def test_no_document_breaks_the_reader(data: st.DataObject) -> None:
    """Any change to any member is read, or refused as a document; nothing else is ever raised."""
    broken: Any = copy.deepcopy(TRACE)
    at, path = broken, []
    while isinstance(at, dict | list) and at and data.draw(st.booleans() if path else st.just(True)):
        member = data.draw(st.sampled_from(list(at) if isinstance(at, dict) else range(len(at))))
        path.append((at, member))
        at = at[member]
    parent, member = path[-1]
    parent[member] = data.draw(json_values)
    with suppress(DocumentError):
        compare(trace(), read_trace(broken, "trace"))


hows = st.sampled_from(["bits", "dtype", "shape", "raises", "missing", "added"])
divergences = st.builds(
    Divergence,
    part=st.sampled_from(["host", "operation", "training", "training-gpu"]),
    stage=st.text(),
    step=st.none() | st.integers(0, 7),
    tensor=st.text(),
    how=hows,
    relative=st.none() | st.floats(0, 1),
    limit=st.floats(0, 1),
)


@given(st.lists(divergences), st.frozensets(st.sampled_from(sorted(FACTS))))
def test_any_set_of_records_can_be_guessed_at(moved: list[Divergence], settled: frozenset[str]) -> None:
    """A guess is made or not, whatever the order in which records moved."""
    assert guess(moved, settled) == guess(moved[::-1], settled)


@given(traces(floats), st.integers(1, 200))
def test_a_drawing_keeps_to_its_columns(expected: Trace, width: int) -> None:
    """No line is wider than the terminal, and nothing in it can move a cursor."""
    assert all(len(line) <= width and line.isprintable() for line in draw(expected, width))


@given(st.lists(floats, max_size=50), st.integers(0, 100))
def test_a_sparkline_is_bars(values: list[float], width: int) -> None:
    """One bar a value at most, and a mark for what is not finite."""
    line = sparkline(values, width)
    assert len(line) == min(len(values), max(width, 1))
    assert set(line) <= set(BARS) | {"!"}
