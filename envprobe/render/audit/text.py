"""An audit for a terminal: a finding in three lines, the severest first; notes only where everything is wanted."""

from __future__ import annotations

import io

from rich.text import Text

from ...audit.model import AuditFinding
from ...audit.report import AuditReport, AuditVerdict
from ...spelling import line, some
from .. import Style
from ..console import make_console
from .words import headline, place

COLORS = {"fail": "bold red", "warn": "bold yellow", "note": "cyan"}
VERDICTS = {AuditVerdict.CLEAN: "bold green", AuditVerdict.FINDINGS: "bold red", AuditVerdict.UNDETERMINED: "bold yellow"}
INDENT = " " * 6


def render(report: AuditReport, style: Style) -> str:
    """Return the audit as text that ends in a newline."""
    screen = io.StringIO()
    console = make_console(screen, style)
    console.print(Text.assemble((report.verdict.value, VERDICTS[report.verdict]), f"  {headline(report)}"))
    if style.verbosity >= 0:
        hidden = 0
        for finding in report.findings:
            if finding.severity == "note" and style.verbosity < 1 and not report.strict:
                hidden += 1
                continue
            for row in _rows(finding):
                console.print(row, soft_wrap=True)
        for unread in report.unread:
            console.print(Text(f"\n?     {line(unread.file)}: {line(unread.reason, 400)}"), soft_wrap=True)
        for waived in report.waived if style.verbosity > 0 else ():
            by = f"{waived.waiver.reason} ({waived.waiver.owner}, until {waived.waiver.expires})"
            console.print(Text(f"\nwaived {place(waived.finding)} {waived.finding.rule}: {line(by, 400)}"), soft_wrap=True)
        for stale in report.stale_waivers:
            console.print(Text(f"\nwaiver {line(stale, 400)}"), soft_wrap=True)
        if hidden:
            console.print(
                Text(f"\n{some(hidden, 'note')}, on which experts disagree: -v shows {'them' if hidden > 1 else 'it'}", "dim")
            )
    return screen.getvalue()


def _rows(finding: AuditFinding) -> list[Text]:
    return [
        Text.assemble("\n", (f"{finding.severity:<5}", COLORS[finding.severity]), f" {place(finding)}  {finding.rule}"),
        Text(f"{INDENT}{line(finding.evidence, 300)}"),
        Text(f"{INDENT}{line(finding.why, 300)}"),
        Text.assemble(f"{INDENT}fix: ", (line(finding.fix, 400), "green")),
    ]
