"""The report as JSON, `envprobe.report/1`: what scripts read. Sorted, indented, the same bytes for the same report."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from ..claim import ClaimResult
from ..fact import Fact, Known
from ..fingerprint import encode
from ..report import Difference, OutputResult, Report
from .quoted import quoted

if TYPE_CHECKING:
    from ..numerics.comparison import Comparison
    from . import Style

SCHEMA = "envprobe.report/1"


def render(report: Report, style: Style | None = None) -> str:
    """Return the whole report; an absent fact is null, an unknown one stands under `unknown` and nowhere else."""
    body = {
        "schema": SCHEMA,
        "verdict": report.verdict.value,
        "up_to_rounding": report.is_up_to_rounding,
        "strict": report.strict,
        "expected": {"id": report.expected_id, "name": report.expected_name},
        "observed": {"id": report.observed_id, "name": report.observed_name, "signature": quoted(report)},
        "compared": report.compared,
        "differences": [_difference(difference) for difference in report.differences],
        "unknown": [{"path": fact.path, "reason": fact.reason, "severity": fact.severity.value} for fact in report.unknown],
        "skipped": report.skipped,
        "stale_waivers": report.stale_waivers,
        "policy_from": msgspec.to_builtins(report.policy_from),
        "trace": _trace(report.trace),
        "outputs": [_output(output) for output in report.outputs],
        "environment": report.environment_verdict.value,
        "claims": [_claim(result) for result in report.claims],
        "metrics": msgspec.to_builtins(report.metrics),
        "histories": msgspec.to_builtins(report.histories),
    }
    return encode(body).decode("utf-8")


def _difference(difference: Difference) -> dict[str, object]:
    return {
        "path": difference.path,
        "kind": difference.kind.value,
        "severity": difference.severity.value,
        "expected": _value(difference.expected),
        "observed": _value(difference.observed),
        "why": difference.why,
        "fix": difference.fix.text,
        "fix_parts": msgspec.to_builtins(difference.fix),
        "because": difference.because,
        "waiver": msgspec.to_builtins(difference.waiver),
    }


def _output(output: OutputResult) -> dict[str, object]:
    return {**msgspec.to_builtins(output.comparison), "severity": output.severity.value}


def _claim(result: ClaimResult) -> dict[str, object]:
    members = msgspec.to_builtins(result)
    claim = members.pop("claim")
    return {
        "metric": claim["metric"],
        "relation": claim["relation"],
        "margin": claim["margin"],
        "relative": claim["is_relative"],
        **members,
    }


def _value(fact: Fact) -> object:
    return fact.value if isinstance(fact, Known) else None


def _trace(trace: Comparison | None) -> dict[str, object]:
    if trace is None:
        return {"verdict": "not-compared", "first_divergence": None}
    return dict(msgspec.to_builtins(trace))
