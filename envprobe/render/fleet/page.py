"""A fleet as one HTML page that loads nothing: classes by section, outliers first, and any two of them side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ...fact import canonical
from ...fleet.report import FleetClass, FleetReport
from ...policy import Severity
from ...report import Difference, Verdict
from ...spelling import contrast, line, safe, some
from .. import Style
from ..page.shell import asset, document
from ..page.template import fill
from ..summary import headline as class_headline
from .words import burned, folded, headline, why, wrong

HERE = __package__
SHOWN_FACTS = 60
"""Of one class: what more there is, a check of one of its members shows."""
SHOWN_UNREACHABLE = 2000
MARKS = {Severity.FAIL: "fail", Severity.WARN: "warn", Severity.NOTE: "note"}


class FleetFact(NamedTuple):
    """A fact of a class that is another one than the baseline's."""

    path: str
    severity: str
    expected: str
    observed: str
    why: str


class FleetRow(NamedTuple):
    """A class, as the matrix and what is under it show it."""

    number: int
    verdict: str
    words: str
    mark: str
    size: int
    members: str
    unlike: str
    numeric_class: str
    id: str
    headline: str
    cells: tuple[tuple[str, int], ...]
    """For each section the worst severity, and how many differences; an empty word where there is none."""
    facts: tuple[FleetFact, ...]
    left: int
    differs: str
    """JSON: path to both values, for the comparison of any two."""


def render(report: FleetReport, style: Style) -> str:
    """Return the page."""
    sections = _sections(report.classes)
    rows = [_row(number, one, sections) for number, one in enumerate(report.classes, 1)]
    body = fill(
        "fleet.html",
        {
            "verdict": report.verdict.value,
            "mark": _mark(report.verdict),
            "headline": headline(report),
            "engine": line(report.engine),
            "baseline": line(report.baseline),
            "sections": sections,
            "rows": rows,
            "burned": burned(report.burn_in) if report.burn_in is not None else "",
            "unstable": [(line(one.member), wrong(one)) for one in report.unstable],
            "unreachable": [(line(one.member), line(one.reason, 300)) for one in report.unreachable[:SHOWN_UNREACHABLE]],
            "left": max(len(report.unreachable) - SHOWN_UNREACHABLE, 0),
            "some": some,
        },
        package=HERE,
    )
    title = f"envprobe fleet: {report.verdict.value}"
    return document(title, body, styles=(asset("fleet.css", HERE),), scripts=(asset("fleet.js", HERE),))


def _sections(classes: Sequence[FleetClass]) -> list[str]:
    """Return the sections in which some class differs, those with failures first."""
    weight: dict[str, int] = {}
    for one in classes:
        for item in one.report.roots:
            name = item.path.partition(".")[0]
            weight[name] = max(weight.get(name, 0), item.severity.rank)
    return sorted(weight, key=lambda name: (-weight[name], name))


def _row(number: int, one: FleetClass, sections: Sequence[str]) -> FleetRow:
    roots = one.report.roots
    shown = sorted(roots, key=lambda item: (-item.severity.rank, item.path))[:SHOWN_FACTS]
    facts = tuple(_fact(item) for item in shown)
    return FleetRow(
        number=number,
        verdict=one.verdict.value,
        words=one.report.verdict_words,
        mark=_mark(one.verdict),
        size=len(one.members),
        members=", ".join(folded(one.members)),
        unlike=f"unlike {one.unlike.expected_name}: {why(one)}" if one.unlike is not None else "",
        numeric_class=line(one.numeric_class, 300),
        id=safe(one.id[:19]),
        headline=class_headline(one.report),
        cells=tuple(_cell([item for item in roots if item.path.partition(".")[0] == name]) for name in sections),
        facts=facts,
        left=len(roots) - len(facts),
        differs=canonical({fact.path: [fact.expected, fact.observed] for fact in facts}).decode("ascii"),
    )


def _cell(items: Sequence[Difference]) -> tuple[str, int]:
    if not items:
        return "", 0
    worst = max((item.severity for item in items), key=lambda level: level.rank)
    return MARKS.get(worst, "note"), len(items)


def _fact(item: Difference) -> FleetFact:
    expected, observed = contrast(item.expected, item.observed, 100)
    return FleetFact(line(item.path), item.severity.value, expected, observed, line(item.why, 300))


def _mark(verdict: Verdict) -> str:
    return {Verdict.REPRODUCES: "good", Verdict.DIFFERS: "bad"}.get(verdict, "open")
