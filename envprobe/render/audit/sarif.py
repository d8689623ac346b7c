"""An audit as SARIF 2.1.0: a result a finding with its file and line, a rule a family with its own documentation."""

from __future__ import annotations

from importlib import import_module
from typing import Any
from urllib.parse import quote

from ...audit.model import AuditFinding
from ...audit.report import AuditReport
from ...audit.rules import RULES
from ...fact import canonical, sha256
from ...spelling import line, safe
from .. import Style
from ..sarif import IDENTITY, SHOWN_RESULTS, left_over, notification, to_document, unlinked
from .words import sentence

LEVELS = {"fail": "error", "warn": "warning", "note": "note"}


def render(report: AuditReport, style: Style) -> str:
    """Return one run. Notes are results too: code scanning lists them apart."""
    everything = [*((one, None) for one in report.findings), *((one.finding, one.waiver) for one in report.waived)]
    found = everything[:SHOWN_RESULTS]
    families = [row for row in RULES if any(_is_of(one, row.family) for one, _ in found)]
    results = []
    for finding, waiver in found:
        result = _result(finding, [row.family for row in families])
        if waiver is not None:
            by = f"{waiver.reason} ({waiver.owner}, until {waiver.expires})"
            result["suppressions"] = [{"kind": "external", "status": "accepted", "justification": line(by, 400)}]
        results.append(result)
    invocation: dict[str, Any] = {"executionSuccessful": not report.unread}
    notifications = [notification("error", f"{safe(one.file)}: {line(one.reason, 400)}") for one in report.unread]
    notifications += left_over(everything, "envprobe doctor")
    if notifications:
        invocation["toolExecutionNotifications"] = notifications
    rules = [_rule(row.family, row.module) for row in families]
    return to_document(rules, results, invocation, {"verdict": report.verdict.value, "strict": report.strict})


def _is_of(finding: AuditFinding, family: str) -> bool:
    return finding.rule == family or finding.rule.startswith(f"{family}.")


def _rule(family: str, module: str) -> dict[str, Any]:
    words = (import_module(f"envprobe.audit.rules.{module}").__doc__ or "").strip()
    title, _, body = words.partition("\n")
    return {
        "id": family,
        "shortDescription": {"text": title},
        "fullDescription": {"text": " ".join(body.split()) or title},
        "help": {"text": words},
        "defaultConfiguration": {"level": "warning"},
        "properties": {"tags": ["reproducibility", "security"]},
    }


def _result(finding: AuditFinding, families: list[str]) -> dict[str, Any]:
    family = next(name for name in families if _is_of(finding, name))
    result: dict[str, Any] = {
        "ruleId": family,
        "ruleIndex": families.index(family),
        "level": LEVELS[finding.severity],
        "message": {"text": unlinked(sentence(finding))},
        "partialFingerprints": {IDENTITY: sha256(canonical([finding.rule, finding.file or "", finding.evidence]))},
        "properties": {"rule": finding.rule, "fix": line(finding.fix, 400)},
    }
    if finding.file is not None:
        result["locations"] = [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": quote(finding.file, errors="surrogateescape"), "uriBaseId": "%SRCROOT%"},
                    "region": {"startLine": finding.line or 1},
                }
            }
        ]
    return result
