"""The benchmark's trace: whether two environments compute the same, as changes and unknowns beside those of facts."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from ..baseline import Baseline
from ..fact import Known, Section, Unknown
from ..fingerprint import Fingerprint, skip_reason
from ..numerics import comparison, trace
from ..numerics.comparison import Comparison
from ..numerics.divergence import Divergence
from ..numerics.pattern import FACTS
from ..numerics.tolerance import RoundingLimits
from ..numerics.trace import Trace
from ..numerics.verdict import TraceVerdict
from ..policy import Policy
from ..report import Kind
from .change import Change
from .left_out import in_words

PATH = "trace"
EQUIVALENT = "trace.equivalent"
"""Other bits, by rounding alone: a path of its own, so that a policy can rule on it."""
CLASS_FACTS = {"cpu": "cpu.dispatch", "cpus": "cpu.affinity", "onednn": "numerics.onednn", "onednn_isa": "numerics.onednn_isa"}
"""What a trace's own class says of a machine whose facts nobody recorded."""

EXPECT_IT_TOO = "if this machine is right, expect its bits too"

TELLING_ULP = 1_000_000
"""More units in the last place say no more than the scaled error: a wrong float64 is 10¹² off."""

FRAMEWORK = ("numerics.*", "numerics.framework")
"""Unknown where the benchmark was started and came to nothing, which is reported there."""

HOW = {
    "dtype": "another type",
    "shape": "another shape",
    "raises": "raises on one side",
    "missing": "not recorded any more",
    "added": "not recorded before",
}


def compare_traces(expected: Baseline | Fingerprint, observed: Fingerprint, policy: Policy) -> Comparison | None:
    """Compare the observed trace with those that are expected; None where one side has none."""
    wanted = expected_traces(expected)
    if not wanted or observed.trace is None:
        return None
    limits = RoundingLimits(forward=policy.forward_scaled, gradient=policy.gradient_scaled, update=policy.update_scaled)
    found = trace.read_trace(observed.trace, "the observed benchmark")
    recorded = expected.fingerprint if isinstance(expected, Baseline) else expected
    own = _trace_of(recorded)

    def settled(of: Trace) -> frozenset[str]:
        if recorded is not None and own is not None and own.id == of.id:
            return _equal_facts(recorded, observed)
        return _equal_class(of, found)

    return comparison.compare_with(wanted, found, limits, settled)


def _equal_facts(expected: Fingerprint, observed: Fingerprint) -> frozenset[str]:
    """Return the facts that are known and equal on both sides, of those that can rule a switch out."""
    return frozenset(path for path in FACTS if _is_told_equal(path, expected, observed))


def _equal_class(expected: Trace, observed: Trace) -> frozenset[str]:
    """Return the facts that two classes say are equal: of a trace that was added later nothing else is known."""
    ours, theirs = expected.numeric_class, observed.numeric_class
    return frozenset(path for name, path in CLASS_FACTS.items() if name in ours and ours[name] == theirs.get(name))


def _is_told_equal(path: str, expected: Fingerprint, observed: Fingerprint) -> bool:
    if any(skip_reason(path, side.skipped) for side in (expected, observed)):
        return False
    ours, theirs = expected.get(path), observed.get(path)
    return not isinstance(ours, Unknown) and ours == theirs


def expected_traces(expected: Baseline | Fingerprint) -> dict[str, list[Trace]]:
    """Return the traces that are expected, by numeric class: the recorded environment's own and those added later."""
    added = trace.read_traces(expected.traces, f"{expected.name}: traces") if isinstance(expected, Baseline) else {}
    own = _trace_of(expected.fingerprint if isinstance(expected, Baseline) else expected)
    return added if own is None else trace.with_trace(added, own)


def _trace_of(recorded: Fingerprint | None) -> Trace | None:
    if recorded is None or recorded.trace is None:
        return None
    return trace.read_trace(recorded.trace, "the recorded benchmark")


def with_command(found: Comparison | None, add_trace: str) -> Comparison | None:
    """Return a comparison with the command that makes the observed bits expected, where that is what there is to do."""
    if found is None or not add_trace or not (found.equivalent or found.hint == comparison.NOTHING_RECORDED):
        return found
    return msgspec.structs.replace(found, hint=found.hint or EXPECT_IT_TOO, command=add_trace)


def changes_of(found: Comparison | None) -> list[Change]:
    """Return the change that a comparison is, if it is one: bits that differ by rounding alone, or by more."""
    if found is None or found.first_divergence is None or found.verdict not in (TraceVerdict.DIVERGED, TraceVerdict.TOLERANCE):
        return []
    shown = found.first_larger or found.first_divergence
    path = EQUIVALENT if found.equivalent else PATH
    return [Change(path, Kind.CHANGED, Known("the same bits"), Known(describe(shown)))]


def unknown_in(found: Comparison | None) -> dict[str, str]:
    """Return why a comparison came to nothing, by the trace's path; empty where it came to something."""
    if found is None or found.verdict is not TraceVerdict.INCOMPARABLE:
        return {}
    return {PATH: found.hint or "nothing was recorded that it could be compared with"}


def not_run(expected: Baseline | Fingerprint, observed: Fingerprint, left_out: Mapping[str, str]) -> dict[str, str]:
    """Return, by the trace's path, that the observed side has no benchmark though one is expected and asked for."""
    is_failed = any(f"numerics.{key}" in FRAMEWORK for key in observed.sections.get("numerics", Section()).unknown)
    if observed.trace is not None or is_failed or skip_reason(PATH, left_out) or not expected_traces(expected):
        return {}
    return {PATH: in_words(skip_reason("numerics.framework", observed.skipped) or "no benchmark was recorded")}


def describe(divergence: Divergence) -> str:
    """Return one divergence in words: `training/gradient/conv1.kernel at step 0: 57 ULP, scaled error 7e-06`."""
    step = "" if divergence.step is None else f" at step {divergence.step}"
    place = f"{divergence.part}/{divergence.stage}/{divergence.tensor}{step}"
    if divergence.how != "bits":
        return f"{place}: {HOW[divergence.how]}"
    told = [f"{divergence.ulp:,} ULP"] if divergence.ulp is not None and divergence.ulp <= TELLING_ULP else []
    told += [f"scaled error {divergence.relative:.1g}"] if divergence.relative is not None else []
    return f"{place}: {', '.join(told) or 'other bits'}"
