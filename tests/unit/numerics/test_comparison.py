"""Two traces to a verdict."""

from __future__ import annotations

import msgspec
import pytest

from envprobe.numerics.comparison import compare, compare_with
from envprobe.numerics.tolerance import RoundingLimits
from envprobe.numerics.trace import TraceRecord, numeric_class, with_trace
from envprobe.numerics.verdict import TraceVerdict
from tests.support.trace_sample import moved, record, trace, with_class

ROUNDING, TF32, WRONG = (1.0, 0.5000005, 0.25), (1.0, 0.5003, 0.25), (-1.0, 0.5, 0.25)


def test_the_same_bits_are_identical() -> None:
    """Every record equal, and none missing."""
    found = compare(trace(), trace(context={"import_s": "9"}))
    assert (found.verdict, found.first_divergence, found.moved, found.compared) == (
        TraceVerdict.IDENTICAL,
        None,
        0,
        len(trace().records),
    )


@pytest.mark.parametrize(
    ("changes", "verdict", "stage", "tensor"),
    [
        ({("training", "forward"): ROUNDING}, "tolerance", "forward", "conv1"),
        ({("training", "forward"): TF32}, "diverged", "forward", "conv1"),
        ({("training", "gradient"): ROUNDING, ("training", "update"): ROUNDING}, "tolerance", "gradient", "conv1.kernel"),
        ({("training", "update"): WRONG, ("training", "weights"): WRONG}, "diverged", "update", "conv1.kernel"),
        ({("training", "init"): WRONG}, "diverged", "init", "conv1.kernel"),
        ({("training", "data"): ROUNDING}, "diverged", "data", "images.0"),
        ({("host", "numpy"): ROUNDING}, "tolerance", "numpy", "exp.float64"),
        ({("operation", "matmul"): TF32, ("training", "forward"): ROUNDING}, "diverged", "matmul", "k8"),
    ],
)
def test_rounding_is_told_from_everything_larger(changes: dict, verdict: str, stage: str, tensor: str) -> None:  # type: ignore[type-arg]
    """At steps 0 and 1 rounding and TF32 are decades apart; the first divergence is the first in the order of the run."""
    found = compare(trace(), moved(changes))
    assert found.verdict.value == verdict
    assert found.first_divergence is not None
    assert (found.first_divergence.stage, found.first_divergence.tensor, found.first_divergence.how) == (stage, tensor, "bits")


@pytest.mark.parametrize("values", [TF32, WRONG])
def test_every_step_decides(values: tuple[float, float, float]) -> None:
    """A changed momentum shows after step 1 only: rounding was measured not to grow so far, at any step."""
    late = record("training", "weights", "conv1.kernel", 7, values)
    found = compare(trace(), trace(records=[late if item.key == late.key else item for item in trace().records]))
    assert found.verdict is TraceVerdict.DIVERGED
    assert found.first_larger is not None and (found.first_larger.stage, found.first_larger.step) == ("weights", 7)


def test_what_is_larger_is_told_apart_from_the_rounding_before_it() -> None:
    """On another machine everything rounds otherwise, and what counts is where that no longer explains it."""
    found = compare(trace(), moved({("host", "numpy"): ROUNDING, ("training", "update"): WRONG}))
    assert found.first_divergence is not None and found.first_divergence.stage == "numpy"
    assert found.first_larger is not None and found.first_larger.stage == "update"


def test_the_model_and_the_canaries_are_told_apart() -> None:
    """Whether what a team trains moved is another question than whether some operation did."""
    found = compare(trace(), moved({("operation", "matmul"): ROUNDING}))
    assert found.model is not None and (found.model.verdict, found.model.compared, found.model.moved) == (
        TraceVerdict.IDENTICAL,
        11,
        0,
    )
    assert found.canaries is not None and (found.canaries.verdict, found.canaries.moved) == (TraceVerdict.TOLERANCE, 1)
    assert found.canaries.tensors == ["matmul/k8"] and found.canaries.relative and found.canaries.ulp
    model = compare(trace(), moved({("training", "loss"): TF32})).model
    assert model is not None and model.verdict is TraceVerdict.DIVERGED


def test_a_policy_may_forbid_any_difference() -> None:
    """With a tolerance of nothing, rounding is a divergence."""
    nothing = RoundingLimits(forward=0.0, gradient=0.0, update=0.0)
    assert compare(trace(), moved({("training", "forward"): ROUNDING}), nothing).verdict is TraceVerdict.DIVERGED


def test_a_truncated_run_is_never_identical() -> None:
    """A run that stopped early agrees as far as it goes, and that is not enough."""
    found = compare(trace(), trace(records=trace().records[:-1]))
    assert found.verdict is TraceVerdict.DIVERGED
    assert found.first_divergence is not None and found.first_divergence.how == "missing"


def test_an_operation_that_raises_is_a_divergence() -> None:
    """An exception where there was a tensor is not rounding."""
    raised = TraceRecord(part="operation", stage="matmul", tensor="k8", error="UnimplementedError")
    found = compare(trace(), trace(records=[raised if item.key == raised.key else item for item in trace().records]))
    assert (found.verdict, found.first_divergence and found.first_divergence.how) == (TraceVerdict.DIVERGED, "raises")


def test_a_full_device_cannot_be_compared() -> None:
    """A GPU without memory for the run says nothing about what it would have computed."""
    full = [msgspec.structs.replace(r, error="ResourceExhaustedError") if r.stage == "matmul" else r for r in trace().records]
    found = compare(trace(), trace(records=full))
    assert found.verdict is TraceVerdict.INCOMPARABLE and "memory" in found.hint


def test_another_class_is_judged_as_the_same_one_is() -> None:
    """Other bits are judged, not shrugged at: rounding is equivalent, and anything larger a divergence."""
    other = with_class(cpus=4).numeric_class
    rounding = msgspec.structs.replace(moved({("training", "forward"): ROUNDING}), numeric_class=other)
    wrong = msgspec.structs.replace(moved({("training", "forward"): TF32}), numeric_class=other)
    assert (compare(trace(), rounding).verdict, compare(trace(), rounding).equivalent) == (TraceVerdict.TOLERANCE, True)
    assert (compare(trace(), wrong).verdict, compare(trace(), wrong).equivalent) == (TraceVerdict.DIVERGED, False)


def test_a_part_that_came_later_is_compared_where_both_have_it() -> None:
    """A newer probe runs more than an old baseline knows: that is said, and no difference."""
    new = trace(records=[*trace().records, record("precision", "matmul", "bfloat16")])
    for found in (compare(trace(), new), compare(new, trace())):
        assert (found.verdict, found.compared) == (TraceVerdict.IDENTICAL, len(trace().records))
        assert list(found.not_compared) == ["precision"]
    assert compare(new, new).not_compared == {}


def test_a_run_on_a_gpu_needs_one_to_be_compared_with() -> None:
    """What the CPU computes says nothing of the GPU; where it already differs, that decides."""
    gpu = trace(records=[*trace().records, record("training-gpu", "forward", "conv1")])
    found = compare(trace(), gpu)
    assert found.verdict is TraceVerdict.INCOMPARABLE and "GPU" in found.hint
    assert compare(gpu, moved({("training", "forward"): WRONG})).verdict is TraceVerdict.DIVERGED


def test_another_class_with_equal_bits_is_identical() -> None:
    """Equal bits need no explanation: TensorFlow 2.9.3 is another package, and computes the same."""
    assert compare(trace(), with_class(framework="tensorflow 2.9.3")).verdict is TraceVerdict.IDENTICAL


def test_another_kind_of_run_is_incomparable() -> None:
    """Where TensorFlow is missing there is a numpy run, which has nothing to be compared with."""
    found = compare(trace(), trace(kind="numpy"))
    assert found.verdict is TraceVerdict.INCOMPARABLE and "numpy" in found.hint


def test_a_quick_run_is_compared_with_a_full_one() -> None:
    """A full trace holds all that a quick one does; the rest is left out, and counts as compared for neither."""
    full = trace(mode="full", records=[*trace().records, record("full.training", "loss", "classes", 99)])
    found = compare(full, trace())
    assert (found.verdict, found.compared) == (TraceVerdict.IDENTICAL, len(trace().records))
    assert compare(full, trace(mode="full")).verdict is TraceVerdict.DIVERGED


def test_the_nearest_trace_counts() -> None:
    """Of all that a baseline holds, whatever its class, the nearest is compared: one more trace never makes it worse."""
    other = msgspec.structs.replace(moved({("training", "forward"): WRONG}), numeric_class=with_class(cpus=4).numeric_class)
    traces = with_trace(with_trace({}, trace()), other)
    assert compare_with(traces, other).verdict is TraceVerdict.IDENTICAL
    assert compare_with(traces, trace()).verdict is TraceVerdict.IDENTICAL
    assert compare_with(traces, moved({("training", "forward"): ROUNDING}, numeric_class=other.numeric_class)).equivalent
    assert compare_with({numeric_class(trace()): [trace()]}, other).verdict is TraceVerdict.DIVERGED


def test_one_of_several_runs_of_a_class_is_enough() -> None:
    """A class that was seen to give two results may give either of them."""
    second = moved({("operation", "matmul"): ROUNDING})
    assert compare_with(with_trace(with_trace({}, trace()), second), second).verdict is TraceVerdict.IDENTICAL


def test_a_baseline_without_traces_says_how_to_record_one() -> None:
    """Nothing to compare with is never a pass."""
    found = compare_with({}, trace())
    assert found.verdict is TraceVerdict.INCOMPARABLE and "record it" in found.hint
