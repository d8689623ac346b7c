"""An audit as JSON, `envprobe.audit/1`: what scripts read."""

from __future__ import annotations

from typing import Any

import msgspec

from ...audit.model import AuditFinding
from ...audit.report import AuditReport
from ...fingerprint import encode
from .. import Style

SCHEMA = "envprobe.audit/1"


def render(report: AuditReport, style: Style | None = None) -> str:
    """Return the whole audit; the same findings give the same bytes."""
    body = {
        "schema": SCHEMA,
        "verdict": report.verdict.value,
        "strict": report.strict,
        "files": list(report.files),
        "findings": [_finding(finding) for finding in report.findings],
        "unread": [msgspec.to_builtins(unread) for unread in report.unread],
        "waived": [{**_finding(one.finding), "waiver": msgspec.to_builtins(one.waiver)} for one in report.waived],
        "stale_waivers": list(report.stale_waivers),
    }
    return encode(body).decode("utf-8")


def _finding(finding: AuditFinding) -> dict[str, Any]:
    told: dict[str, Any] = msgspec.to_builtins(finding)
    told.pop("edit")
    return told
