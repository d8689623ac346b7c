"""An audit as Markdown, for a pull request."""

from __future__ import annotations

from ...audit.report import AuditReport
from .. import Style
from ..markdown_cell import cell
from .words import headline, place


def render(report: AuditReport, style: Style) -> str:
    """Return the verdict and a table of the findings."""
    rows = [f"**{report.verdict.value}**: {headline(report)}", ""]
    shown = [one for one in report.findings if one.severity != "note" or style.verbosity > 0 or report.strict]
    if shown:
        rows += ["| | where | rule | what and why | fix |", "| --- | --- | --- | --- | --- |"]
        rows += [
            f"| {one.severity} | {cell(place(one))} | {one.rule} | {cell(one.evidence)}: {cell(one.why)} | {cell(one.fix)} |"
            for one in shown
        ]
        rows.append("")
    rows += [f"- not read: {cell(one.file)}: {cell(one.reason)}" for one in report.unread]
    return "\n".join(rows).rstrip() + "\n"
