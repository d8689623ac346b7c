"""An audit for a log of GitHub Actions: an annotation a finding, at its line."""

from __future__ import annotations

from ...audit.report import AuditReport
from .. import Style
from ..github import SHOWN, command
from .words import headline, sentence

COMMANDS = {"fail": "error", "warn": "warning", "note": "notice"}


def render(report: AuditReport, style: Style) -> str:
    """Return the verdict in one line, and a workflow command a finding; GitHub shows ten of a kind."""
    rows = [f"{report.verdict.value}  {headline(report)}"]
    for severity, kind in COMMANDS.items():
        if severity == "note" and style.verbosity < 1 and not report.strict:
            continue
        members = [one for one in report.findings if one.severity == severity]
        for one in members[:SHOWN]:
            number = str(one.line) if one.line else ""
            rows.append(command(kind, sentence(one), title=f"envprobe: {one.rule}", file=one.file or "", line=number))
        if len(members) > SHOWN:
            rows.append(command(kind, f"and {len(members) - SHOWN} more: envprobe doctor shows them", title="envprobe"))
    rows += [command("error", f"{one.file}: {one.reason}", title="envprobe could not tell") for one in report.unread]
    return "\n".join(rows) + "\n"
