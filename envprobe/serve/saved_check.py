"""A check that was saved with `--format json`, read back as the report that it was."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from .. import document
from ..baseline.waiver import Waiver
from ..claim import ClaimResult
from ..error import DocumentError
from ..fact import ABSENT, Fact, Known, Section, Value
from ..fixes import Fix
from ..metric import History, MetricRuns
from ..numerics.comparison import Comparison
from ..output import OutputComparison
from ..policy import Severity
from ..render.json import SCHEMA
from ..report import Difference, Kind, OutputResult, PolicySource, QuotedLine, Report, UnknownFact

NOT_COMPARED = "not-compared"
EDITED = "the file was edited or damaged after it was written; check again"


class _Side(msgspec.Struct, frozen=True):
    id: str
    name: str
    signature: str = ""


class _Difference(msgspec.Struct, frozen=True, kw_only=True):
    path: str
    kind: Kind
    severity: Severity
    expected: Value | None
    observed: Value | None
    why: str = ""
    fix: str = ""
    fix_parts: Fix | None = None
    """The same in parts, of which several make one command; older documents have none."""
    because: str | None = None
    waiver: Waiver | None = None


class _Saved(msgspec.Struct, frozen=True, kw_only=True):
    """The document as render/json.py writes it; members that a later version adds are passed over."""

    verdict: str
    environment: str = ""
    strict: bool = False
    expected: _Side
    observed: _Side
    compared: int = 0
    differences: list[_Difference]
    unknown: list[UnknownFact]
    skipped: dict[str, str] = {}
    stale_waivers: list[str] = []
    policy_from: PolicySource | None = None
    trace: dict[str, Any]
    outputs: list[dict[str, Any]] = []
    claims: list[dict[str, Any]] = []
    metrics: list[MetricRuns] = []
    histories: list[History] = []


def from_value(value: object, where: str) -> Report:
    """Read a parsed `envprobe.report/1`; what it holds must give the verdict that it claims. Raises DocumentError."""
    document.check_schema(value, SCHEMA, where)
    saved = document.convert(value, _Saved, where)
    document.refuse(where, [fault for index, item in enumerate(saved.differences) for fault in _value_faults(item, index)])
    report = Report(
        expected_name=saved.expected.name,
        expected_id=saved.expected.id,
        observed_name=saved.observed.name,
        observed_id=saved.observed.id,
        differences=[_difference(item) for item in saved.differences],
        unknown=saved.unknown,
        skipped=saved.skipped,
        compared=saved.compared,
        trace=_trace(saved.trace, where),
        outputs=[_output(item, f"{where}: outputs[{index}]") for index, item in enumerate(saved.outputs)],
        claims=[_claim(item, f"{where}: claims[{index}]") for index, item in enumerate(saved.claims)],
        metrics=saved.metrics,
        histories=saved.histories,
        stale_waivers=saved.stale_waivers,
        policy_from=saved.policy_from,
        strict=saved.strict,
        observed=QuotedLine(saved.observed.signature),
    )
    for name, said, found in (
        ("verdict", saved.verdict, report.verdict.value),
        ("environment", saved.environment or report.environment_verdict.value, report.environment_verdict.value),
    ):
        if said != found:
            raise DocumentError(f"{where}: {name}: says {said[:40]!a}, but what it holds gives {found}", EDITED)
    return report


def _value_faults(item: _Difference, index: int) -> Iterator[str]:
    """Yield where a side of a difference is no value that a fact may have."""
    sides = Section(known={name: value for name in ("expected", "observed") if (value := getattr(item, name)) is not None})
    yield from (f"differences[{index}].{fault.removeprefix('known.')}" for fault in sides.faults())


def _difference(item: _Difference) -> Difference:
    return Difference(
        path=item.path,
        kind=item.kind,
        severity=item.severity,
        expected=_fact(item.expected),
        observed=_fact(item.observed),
        why=item.why,
        fix=item.fix_parts or Fix(item.fix),
        because=item.because,
        waiver=item.waiver,
    )


def _fact(value: Value | None) -> Fact:
    return ABSENT if value is None else Known(value)


def _trace(value: dict[str, object], where: str) -> Comparison | None:
    if value.get("verdict") == NOT_COMPARED:
        return None
    found = document.convert(value, Comparison, f"{where}: trace")
    lengths = [{len(curve.steps), len(curve.expected), len(curve.observed)} for curve in found.curves]
    faults = [f"trace.curves[{index}]: not one value a step" for index, several in enumerate(lengths) if len(several) > 1]
    document.refuse(where, faults)
    return found


def _claim(value: dict[str, object], where: str) -> ClaimResult:
    claim = {"metric": value.get("metric"), "relation": value.get("relation"), "margin": value.get("margin")}
    body = {**value, "claim": {**claim, "is_relative": value.get("relative", False)}}
    return document.convert(body, ClaimResult, where)


def _output(value: dict[str, object], where: str) -> OutputResult:
    severity = document.convert(value.get("severity", Severity.FAIL.value), Severity, where)
    return OutputResult(comparison=document.convert(value, OutputComparison, where), severity=severity)
