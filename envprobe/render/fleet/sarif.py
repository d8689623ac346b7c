"""A fleet as SARIF 2.1.0: a result for each fact that keeps a class from reproducing, with the members that have it."""

from __future__ import annotations

from typing import Any

from ...fact import canonical, sha256
from ...fleet.report import FleetClass, FleetReport
from ...report import Difference
from ...spelling import line
from .. import Style
from ..sarif import IDENTITY, LEVELS, SHOWN_RESULTS, SUBJECTS, left_over, notification, to_document, unlinked
from .words import fact, headline, names, wrong


def render(report: FleetReport, style: Style) -> str:
    """Return one run; members out of reach are notifications of its invocation."""
    found = [(one, item) for one in report.classes for item in one.report.roots if item.severity in one.report.gate]
    sections = sorted({_section(item) for _, item in found})
    trouble = [f"{line(one.member)}: {line(one.reason, 400)}" for one in report.unreachable]
    trouble += [f"{line(one.member)} {wrong(one)}" for one in report.unstable]
    invocation: dict[str, Any] = {"executionSuccessful": not trouble}
    notifications = [notification("error", words) for words in trouble] + left_over(found, "envprobe fleet check -v")
    if notifications:
        invocation["toolExecutionNotifications"] = notifications
    properties = {"verdict": report.verdict.value, "headline": headline(report), "strict": report.strict}
    rules = [_rule(section) for section in sections]
    return to_document(rules, [_result(one, item, sections) for one, item in found[:SHOWN_RESULTS]], invocation, properties)


def _section(item: Difference) -> str:
    return item.path.partition(".")[0]


def _rule(section: str) -> dict[str, Any]:
    words = SUBJECTS.get(section, section)
    return {"id": section, "shortDescription": {"text": words}, "fullDescription": {"text": f"{words}: as the baseline expects"}}


def _result(one: FleetClass, item: Difference, sections: list[str]) -> dict[str, Any]:
    return {
        "ruleId": _section(item),
        "ruleIndex": sections.index(_section(item)),
        "level": LEVELS.get(item.severity, "error"),
        "message": {"text": unlinked(f"{names(one, 6)}: {fact(item)}")},
        "partialFingerprints": {IDENTITY: sha256(canonical([one.id, item.path]))},
        "locations": [{"logicalLocations": [{"fullyQualifiedName": line(item.path), "kind": "member"}]}],
        "properties": {"members": len(one.members), "severity": item.severity.value},
    }
