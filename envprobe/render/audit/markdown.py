"""An audit as Markdown, for a pull request."""

from __future__ import annotations

from ...audit.report import AuditReport
from ...spelling import line
from .. import Style
from .words import headline, place

MARKED = str.maketrans({letter: f"\\{letter}" for letter in "\\`*_{}[]<>|#~&!"})


def render(report: AuditReport, style: Style) -> str:
    """Return the verdict and a table of the findings."""
    rows = [f"**{report.verdict.value}**: {headline(report)}", ""]
    shown = [one for one in report.findings if one.severity != "note" or style.verbosity > 0 or report.strict]
    if shown:
        rows += ["| | where | rule | what and why | fix |", "| --- | --- | --- | --- | --- |"]
        rows += [
            f"| {one.severity} | {_cell(place(one))} | {one.rule} | {_cell(one.evidence)}: {_cell(one.why)} | {_cell(one.fix)} |"
            for one in shown
        ]
        rows.append("")
    rows += [f"- not read: {_cell(one.file)}: {_cell(one.reason)}" for one in report.unread]
    return "\n".join(rows).rstrip() + "\n"


def _cell(text: str) -> str:
    return line(text, 300).translate(MARKED)
