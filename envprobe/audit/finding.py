"""How a rule says what it has found, in one line each."""

from __future__ import annotations

from .model import AuditFinding, Edit

FAIL, WARN, NOTE = "fail", "warn", "note"


def found(
    rule: str, severity: str, line: int | None, evidence: str, why: str, fix: str, edit: tuple[str, str | None] | None = None
) -> AuditFinding:
    """Return a finding; `edit` is what of the line becomes what (None: the line goes), where envprobe can know it."""
    return AuditFinding(
        rule=rule,
        severity=severity,
        line=line,
        evidence=evidence,
        why=why,
        fix=fix,
        edit=Edit(*edit) if edit else None,
    )
