"""The report as one HTML file for who would rather look than read: no network, readable without scripts, safe to open."""

from __future__ import annotations

from ...report import Report
from ...spelling import line
from .. import summary
from .shell import document
from .template import fill


def render(report: Report) -> str:
    """Return the whole report as a page; everything is in it, folded where a reader need not look."""
    body = fill("report.html", {"report": report, "headline": summary.headline(report)})
    return document(f"{report.verdict.value}: {line(report.observed_name)}", body)
