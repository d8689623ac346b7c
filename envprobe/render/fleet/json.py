"""A fleet as JSON, `envprobe.fleet/1`: what scripts read. The same members give the same bytes."""

from __future__ import annotations

import msgspec

from ...fact import Fact, Known
from ...fingerprint import encode
from ...fleet.report import FleetClass, FleetReport
from ...policy import Severity
from ...report import Difference
from .. import Style
from ..summary import headline as class_headline
from .words import why

SCHEMA = "envprobe.fleet/1"


def render(report: FleetReport, style: Style | None = None) -> str:
    """Return the whole report; an absent fact is null."""
    body = {
        "schema": SCHEMA,
        "verdict": report.verdict.value,
        "strict": report.strict,
        "engine": report.engine,
        "baseline": {"id": report.baseline_id, "name": report.baseline},
        "members": report.members,
        "answered": report.answered,
        "classes": [_class(one) for one in report.classes],
        "outliers": [
            {"member": member, "why": why(one), "class": one.id, "majority": one.majority}
            for one in report.outliers
            for member in one.members
        ],
        "unstable": [msgspec.to_builtins(one) for one in report.unstable],
        "burn_in": msgspec.to_builtins(report.burn_in),
        "unreachable": [msgspec.to_builtins(one) for one in report.unreachable],
    }
    return encode(body).decode("utf-8")


def _class(one: FleetClass) -> dict[str, object]:
    telling = [item for item in one.report.differences if item.severity is not Severity.NOTE]
    return {
        "id": one.id,
        "verdict": one.verdict.value,
        "up_to_rounding": one.report.is_up_to_rounding,
        "headline": class_headline(one.report),
        "numeric_class": one.numeric_class,
        "members": list(one.members),
        "differences": [_difference(item) for item in telling],
        "unknown": [
            {"path": fact.path, "reason": fact.reason, "severity": fact.severity.value}
            for fact in one.report.unknown
            if fact.severity is not Severity.NOTE
        ],
        "unlike": [_difference(item) for item in one.differs_in],
    }


def _difference(one: Difference) -> dict[str, object]:
    return {
        "path": one.path,
        "kind": one.kind.value,
        "severity": one.severity.value,
        "expected": _value(one.expected),
        "observed": _value(one.observed),
        "why": one.why,
        "because": one.because,
    }


def _value(fact: Fact) -> object:
    return fact.value if isinstance(fact, Known) else None
