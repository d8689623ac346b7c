"""The report as one HTML file for who would rather look than read: no network, readable without scripts, safe to open."""

from __future__ import annotations

from collections import Counter

from markupsafe import Markup

from ...policy import Severity
from ...report import Report
from ...spelling import line
from .. import Style, summary
from ..quoted import quoted
from . import curve, deviation, experiment, view
from .shell import document
from .template import fill

PLACES = (
    ("claims", "claims", "Claims"),
    ("differences", "weighty", "Differences"),
    ("runs", "runs", "Runs"),
    ("outputs", "outputs", "Outputs"),
    ("benchmark", "trace", "Benchmark"),
    ("unknown", "unknowns", "Unknown"),
    ("waived", "waived", "Waived"),
    ("notes", "noted", "Notes"),
    ("compared", "", "Provenance"),
)
"""The headings of the page, each there where this value is."""


def render(report: Report, style: Style | None = None) -> str:
    """Return the whole report as a page; everything is in it, folded where a reader need not look."""
    return document(f"{report.verdict_words}: {line(report.observed_name)}", body(report))


def body(report: Report) -> Markup:
    """Return what the page shows, for a page of another kind around it."""
    found = summary.groups(report, (Severity.FAIL, Severity.WARN, Severity.NOTE))
    weighty = view.parts(group for group in found if group.severity is not Severity.NOTE)
    waived = view.parts(group for group in found if group.severity is Severity.NOTE and group.first.waiver)
    noted = view.parts(group for group in found if group.severity is Severity.NOTE and not group.first.waiver)
    every = [*weighty, *waived, *noted]
    claims = experiment.claims(report)
    outputs, unknowns = deviation.items(report), summary.unknowns(report, notes=True)
    values: dict[str, object] = {
        "report": report,
        "signature": quoted(report),
        "headline": summary.headline(report),
        "observed_name": line(report.observed_name),
        "expected_name": line(report.expected_name),
        "provenance": summary.provenance(report),
        "counts": _counts(every, [*claims, *outputs], len(unknowns)),
        "sections": _sections(every, outputs, unknowns),
        "weighty": weighty,
        "waived": waived,
        "noted": noted,
        "notes": sum(item.size for part in noted for item in part.items),
        "claims": claims,
        "outputs": outputs,
        "runs": experiment.runs(report),
        "trace": curve.view(report),
        "unknowns": [
            (*words, view.paths(alike)) for words, alike in zip(unknowns, summary.alike_unknowns(report, notes=True), strict=True)
        ],
        "section": view.section,
        "left_out": summary.left_out(report.skipped),
        "waivers": [line(waiver, 400) for waiver in report.stale_waivers],
    }
    values["places"] = [(name, words) for name, shown, words in PLACES if not shown or values[shown]]
    return fill("report.html", values)


def _counts(
    parts: list[view.SectionCards], others: list[experiment.ShownClaim | deviation.OutputCard], unknowns: int
) -> list[tuple[str, int]]:
    """Return how many there are of each severity that there is, the worst first; what is unknown is `unknown`."""
    counts = Counter(other.severity for other in others)
    for part in parts:
        for item in part.items:
            counts[item.severity] += item.size
    counts["unknown"] += unknowns
    return [(word, counts[word]) for word in ("fail", "warn", "unknown", "note") if counts[word]]


def _sections(
    parts: list[view.SectionCards], outputs: list[deviation.OutputCard], unknowns: list[tuple[str, str, str]]
) -> list[str]:
    names = {part.section for part in parts} | {view.section(facts) for facts, _, _ in unknowns}
    return sorted(names | ({"outputs"} if outputs else set()))
