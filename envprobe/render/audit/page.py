"""An audit as one HTML page that loads nothing."""

from __future__ import annotations

from markupsafe import Markup, escape

from ...audit.report import AuditReport
from ...spelling import line
from .. import Style
from ..page.shell import document
from .words import headline, place

ROW = Markup("<tr><td>{}</td><td><code>{}</code></td><td>{}</td><td><code>{}</code><br>{}</td><td><code>{}</code></td></tr>")


def render(report: AuditReport, style: Style) -> str:
    """Return the page: the verdict, and a table of the findings, notes included."""
    rows = Markup("\n").join(
        ROW.format(one.severity, place(one), one.rule, line(one.evidence, 300), line(one.why, 300), line(one.fix, 300))
        for one in report.findings
    )
    unread = Markup("").join(Markup("<li>{}: {}</li>").format(line(one.file), line(one.reason, 300)) for one in report.unread)
    head = Markup("<thead><tr><th></th><th>where</th><th>rule</th><th>what and why</th><th>fix</th></tr></thead>")
    table = Markup("<table>{}<tbody>{}</tbody></table>").format(head, rows) if rows else Markup("")
    more = Markup("<h2>not read</h2><ul>{}</ul>").format(unread) if unread else Markup("")
    title = Markup("<h1>{}</h1><p>{}</p>").format(escape(report.verdict.value), headline(report))
    return document("envprobe doctor", Markup("<main>{}{}{}</main>").format(title, table, more))
