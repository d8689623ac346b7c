"""The benchmark's trace: whether two environments compute the same, as changes and unknowns beside those of facts."""

from __future__ import annotations

import re

import msgspec

from ..baseline import Baseline
from ..fact import Known
from ..fingerprint import Fingerprint
from ..numerics import comparison, trace
from ..numerics.comparison import Comparison, Divergence
from ..numerics.tolerance import Tolerance
from ..numerics.trace import Trace
from ..policy import Policy
from ..report import Kind
from .change import Change

ADD_TRACE = re.compile(r"envprobe record( TARGET --name NAME)? --add-trace")
"""How the comparison, which knows neither, spells that a target's trace is added to a baseline."""
PATH = "trace"
ROUNDING = "trace.rounding"
"""A difference within the tolerance has a path of its own, so that a policy can rule on it."""

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
    limits = Tolerance(forward=policy.forward_scaled, gradient=policy.gradient_scaled, update=policy.update_scaled)
    return comparison.compare_with(wanted, trace.read_trace(observed.trace, "the observed benchmark"), limits)


def expected_traces(expected: Baseline | Fingerprint) -> dict[str, list[Trace]]:
    """Return the traces that are expected, by numeric class: the recorded environment's own and those added later."""
    added = trace.read_traces(expected.traces, f"{expected.name}: traces") if isinstance(expected, Baseline) else {}
    recorded = expected.fingerprint if isinstance(expected, Baseline) else expected
    if recorded is None or recorded.trace is None:
        return added
    return trace.with_trace(added, trace.read_trace(recorded.trace, "the recorded benchmark"))


def typed(found: Comparison | None, command: str) -> Comparison | None:
    """Return a comparison whose hint names target and baseline, so that it is typed as it stands."""
    if found is None or not command:
        return found
    return msgspec.structs.replace(found, hint=ADD_TRACE.sub(lambda _: command, found.hint))


def changes_of(found: Comparison | None) -> list[Change]:
    """Return the change that a comparison is, if it is one: other bits in an environment of the same numeric class."""
    if found is None or found.first_divergence is None or found.verdict not in ("diverged", "tolerance"):
        return []
    path = ROUNDING if found.verdict == "tolerance" else PATH
    return [Change(path, Kind.CHANGED, Known("the same bits"), Known(describe(found.first_divergence)))]


def unknown_in(found: Comparison | None) -> dict[str, str]:
    """Return why a comparison came to nothing, by the trace's path; empty where it came to something."""
    if found is None or found.verdict != "incomparable":
        return {}
    return {PATH: found.hint or "nothing was recorded that it could be compared with"}


def describe(divergence: Divergence) -> str:
    """Return one divergence in words: `training/gradient/conv1.kernel at step 0: 57 ULP, scaled error 7e-06`."""
    step = "" if divergence.step is None else f" at step {divergence.step}"
    place = f"{divergence.part}/{divergence.stage}/{divergence.tensor}{step}"
    if divergence.how != "bits":
        return f"{place}: {HOW[divergence.how]}"
    told = [f"{divergence.ulp:,} ULP"] if divergence.ulp is not None else []
    told += [f"scaled error {divergence.relative:.1g}"] if divergence.relative is not None else []
    return f"{place}: {', '.join(told) or 'other bits'}"
