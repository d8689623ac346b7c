"""A fleet as Markdown, for a pull request or a wiki."""

from __future__ import annotations

from ...fleet.report import FleetReport
from .. import Style
from ..markdown_cell import cell
from ..summary import headline as class_headline
from .words import burned, headline, names, why, wrong

SHOWN_ROWS = 60


def render(report: FleetReport, style: Style) -> str:
    """Return the verdict, a table of the classes, and who is out of reach."""
    rows = [
        f"## envprobe fleet: {report.verdict.value}",
        "",
        f"**{headline(report)}.** {cell(report.engine)} against {cell(report.baseline)}.",
    ]
    shown = report.classes if style.verbosity > 0 else report.classes[:SHOWN_ROWS]
    if shown:
        rows += ["", "| | members | | what | unlike its peers |", "| --- | ---: | --- | --- | --- |"]
    for one in shown:
        unlike = cell(why(one)) if one.unlike is not None else ""
        row = (one.report.verdict_words, str(len(one.members)), cell(names(one, 6)), cell(class_headline(one.report)), unlike)
        rows.append(f"| {' | '.join(row)} |")
    if len(shown) < len(report.classes):
        rows += ["", f"and {len(report.classes) - len(shown)} more classes"]
    if report.unstable or report.unreachable or report.burn_in is not None:
        rows.append("")
    rows += [f"- {cell(burned(report.burn_in))}"] if report.burn_in is not None else []
    rows += [f"- unstable: {cell(one.member)} {cell(wrong(one))}" for one in report.unstable]
    rows += [f"- unreachable: {cell(one.member)}: {cell(one.reason)}" for one in report.unreachable[:SHOWN_ROWS]]
    if len(report.unreachable) > SHOWN_ROWS:
        rows.append(f"- and {len(report.unreachable) - SHOWN_ROWS} more unreachable")
    return "\n".join(rows) + "\n"
