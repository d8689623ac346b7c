"""Outputs against repeated runs: what a metric may be, and what cannot be said."""

from __future__ import annotations

import msgspec
import pytest

from envprobe.experiment import spread
from envprobe.output import OutputVerdict, Rule, Tolerance
from tests.support.run_sample import attempt, described

RECORDED = [0.90, 0.91, 0.89, 0.905, 0.895, 0.9, 0.902, 0.898]


def _attempts(values, **parts):
    return [attempt(described(accuracy=value, parts=parts)) for value in values]


def _compared(recorded, new, tolerance=None, *, is_paired=False):
    return spread.compare([spread.Group(recorded, new, is_paired)], tolerance or Tolerance())


def _only(found):
    (comparison,) = found
    return comparison


def test_one_run_inside_and_outside():
    """A new run inside the spread passes with the sentence that says so; one outside does not."""
    inside = _only(_compared(_attempts(RECORDED), _attempts([0.904])))
    outside = _only(_compared(_attempts(RECORDED), _attempts([0.99])))
    assert (inside.verdict, outside.verdict) == (OutputVerdict.TOLERANCE, OutputVerdict.DIFFERS)
    assert "no difference is shown" in inside.differences[0].why
    assert "higher, and more than other seeds explain" in outside.differences[0].why


def test_too_few_runs_are_undetermined():
    """Three recorded runs do not tell how far a fourth may be."""
    assert _only(_compared(_attempts(RECORDED[:3]), _attempts([0.9001]))).verdict is OutputVerdict.UNDETERMINED


def test_a_metric_that_never_varied_must_be_the_same():
    """Where all recorded runs gave one value, only that value is inside."""
    constant = _attempts([0.5] * 6)
    assert _only(_compared(constant, _attempts([0.5]))).verdict is OutputVerdict.IDENTICAL
    assert _only(_compared(constant, _attempts([0.5000001]))).verdict is OutputVerdict.DIFFERS


def test_a_nan_is_outside():
    """A run that diverged is not inside anything."""
    assert _only(_compared(_attempts(RECORDED), _attempts([float("nan")]))).verdict is OutputVerdict.DIFFERS


def test_several_new_runs():
    """The mean of several runs is held against the recorded ones; a rule gives the margin."""
    same = _attempts([value + 0.0001 for value in RECORDED])
    other = _attempts([value + 0.05 for value in RECORDED])
    rules = Tolerance({"accuracy": Rule(absolute=0.02)})
    assert _only(_compared(_attempts(RECORDED), same, rules)).verdict is OutputVerdict.TOLERANCE
    assert _only(_compared(_attempts(RECORDED), other, rules)).verdict is OutputVerdict.DIFFERS
    narrow = Tolerance({"accuracy": Rule(absolute=0.0002)})
    assert _only(_compared(_attempts(RECORDED), same, narrow)).verdict is OutputVerdict.UNDETERMINED


def test_of_a_list_the_last_number_counts():
    """Of a history only its end is judged, however long it is: an early stop is no fault."""

    def history(end, length):
        return attempt(
            described(**{f"loss[{index}]": float(index) for index in range(length - 1)}, **{f"loss[{length - 1}]": end})
        )

    recorded = [history(value, 5) for value in RECORDED]
    found = _only(_compared(recorded, [history(0.9, 4)]))
    assert [difference.path for difference in found.differences] == ["loss[last]"]
    assert found.verdict is OutputVerdict.TOLERANCE


def test_many_metrics_do_not_fail_by_chance():
    """With many metrics each is judged more widely: one that lies just outside its own 95 % interval is no finding."""

    def several(value, count):
        return attempt(described(**{f"m{index}": value for index in range(count)}))

    edge = 0.9175  # outside the 95 % interval of the recorded runs, inside the 99.75 % one
    for count, verdict in ((1, OutputVerdict.DIFFERS), (20, OutputVerdict.TOLERANCE)):
        recorded = [several(value, count) for value in RECORDED]
        assert _only(_compared(recorded, [several(edge, count)])).verdict is verdict


def test_varying_arrays_are_compared_by_shape():
    """Weights that differ between recorded runs may differ; another shape, or a missing one, may not."""
    weights = "float32 (2, 3) sha256:{}"
    recorded = [attempt(described(accuracy=value, parts={"w": weights.format(value)})) for value in RECORDED]
    for text, verdict in ((weights.format("other"), OutputVerdict.TOLERANCE), ("float32 (2, 4) sha256:x", OutputVerdict.DIFFERS)):
        new = [attempt(described(accuracy=0.9015, parts={"w": text}))]
        assert _only(_compared(recorded, new)).verdict is verdict
    assert _only(_compared(recorded, _attempts([0.9015]))).verdict is OutputVerdict.DIFFERS


def test_what_never_varied_must_stay():
    """A part that was the same in all recorded runs, such as a table's columns, is a difference when it changes."""
    found = _compared(_attempts(RECORDED, columns="loss"), _attempts([0.9], columns="train_loss"))
    assert _only(found).verdict is OutputVerdict.DIFFERS
    assert [(item.path, item.kind) for item in _only(found).differences if not item.accepted] == [("columns", "changed")]


def test_without_any_metric_nothing_is_proved():
    """Outputs without a number cannot pass by differing from run to run."""
    recorded = [attempt(described("model.bin", digest=f"sha256:{index}")) for index in range(6)]
    new = [attempt(described("model.bin", digest="sha256:x"))]
    assert _only(_compared(recorded, new)).verdict is OutputVerdict.UNDETERMINED


@pytest.mark.parametrize(
    ("digests", "type_name", "note", "new", "verdict"),
    [
        ("aaaaa", "npy", "numpy is not installed", "b", OutputVerdict.UNDETERMINED),
        ("abcde", "npy", "numpy is not installed", "f", OutputVerdict.UNDETERMINED),
        ("aaaaa", "bytes", "", "b", OutputVerdict.UNDETERMINED),
        ("aaaaa", "npy", "numpy is not installed", "a", OutputVerdict.IDENTICAL),
        ("abcde", "npy", "numpy is not installed", "a", OutputVerdict.IDENTICAL),
        ("abcde", "pickle", "reading a pickle would run code", "f", OutputVerdict.IDENTICAL),
    ],
)
def test_an_output_that_nobody_read_is_not_the_same(digests, type_name, note, new, verdict):
    """Other bytes beside a metric that passes are no pass where a library is missing, or where they had always been the same."""

    def unread(digest):
        weights = described("weights", digest=digest)
        weights = msgspec.structs.replace(weights, type=type_name, is_complete=False, note=note)
        return attempt(described(accuracy=0.9), weights)

    found = _compared([unread(digest) for digest in digests], [unread(new)])
    assert {item.name: item.verdict for item in found} == {"metrics.json": OutputVerdict.IDENTICAL, "weights": verdict}
    ignored = Tolerance({"weights:*": Rule(ignore=True)})
    found = _compared([unread(digest) for digest in digests], [unread(new)], ignored)
    assert {item.verdict for item in found} == {OutputVerdict.IDENTICAL}


def test_failed_attempts_do_not_count():
    """A run that failed is no sample of the metric."""
    recorded = [*_attempts(RECORDED), attempt(described(accuracy=99.0), exit_status=1)]
    assert _only(_compared(recorded, _attempts([0.9015]))).verdict is OutputVerdict.TOLERANCE


@pytest.mark.parametrize(("recorded", "new", "kind"), [(1, 0, "removed"), (0, 1, "added")])
def test_an_output_or_metric_of_one_side(recorded, new, kind):
    """An output that only one side has is told, and so is a metric."""
    both = [attempt(described(accuracy=0.9), described("extra.json", loss=1.0)) for _ in range(6)]
    one = [attempt(described(accuracy=0.9)) for _ in range(6)]
    found = _compared(both if recorded else one, both if new else one)
    (difference,) = next(item.differences for item in found if item.name == "extra.json")
    assert (difference.kind, difference.accepted) == (kind, False)
