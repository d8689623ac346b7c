"""A fleet as JUnit XML: a case a member, those of a class that does not reproduce with what differs."""

from __future__ import annotations

from xml.etree.ElementTree import Element, SubElement

from ...fleet.report import FleetClass, FleetReport
from ...report import Verdict
from ...spelling import line
from .. import Style
from ..junit import to_document
from ..summary import headline as class_headline
from .words import fact, headline, why, wrong

SUITE = "envprobe fleet"
SHOWN_FACTS = 40


def render(report: FleetReport, style: Style) -> str:
    """Return one suite."""
    suite = Element("testsuite", name=line(f"{SUITE}: {headline(report)}", 400))
    unstable: dict[str, str] = {}
    for odd in report.unstable:
        unstable[odd.member] = "; ".join(filter(None, [unstable.get(odd.member), wrong(odd)]))
    for one in report.classes:
        for member in one.members:
            case = _case(suite, member)
            if member in unstable:
                SubElement(case, "error", type="unstable", message=unstable[member])
            elif one.verdict is Verdict.DIFFERS:
                SubElement(case, "failure", type="differs", message=class_headline(one.report)).text = _facts(one)
            elif one.verdict is Verdict.UNDETERMINED:
                SubElement(case, "error", type="undetermined", message=class_headline(one.report)).text = _facts(one)
            elif one.unlike is not None:
                SubElement(case, "system-out").text = f"outlier: {why(one)}"
    for gone in report.unreachable:
        SubElement(_case(suite, gone.member), "error", type="unreachable", message=line(gone.reason, 400))
    return to_document(suite)


def _case(suite: Element, member: str) -> Element:
    return SubElement(suite, "testcase", classname="envprobe.fleet", name=line(member))


def _facts(one: FleetClass) -> str:
    gating = [item for item in one.report.differences if item.severity in one.report.gate]
    unknown = [
        f"{line(item.path)}: unknown: {line(item.reason)}" for item in one.report.unknown if item.severity in one.report.gate
    ]
    words = [*(fact(item) for item in gating), *unknown]
    more = [f"and {len(words) - SHOWN_FACTS} more"] if len(words) > SHOWN_FACTS else []
    return "\n".join([*words[:SHOWN_FACTS], *more])
