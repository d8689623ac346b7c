"""An audit as JUnit XML: a case a file, a failure a finding that counts."""

from __future__ import annotations

from xml.etree.ElementTree import Element, SubElement

from ...audit.report import LEVELS, AuditReport
from ...spelling import line
from .. import Style
from ..junit import to_document
from .words import headline, place, sentence

NAME = "envprobe doctor"


def render(report: AuditReport, style: Style) -> str:
    """Return one suite; notes are output of their file's case."""
    suite = Element("testsuite", name=line(f"{NAME}: {headline(report)}", 400))
    counting = LEVELS if report.strict else LEVELS[:2]
    for name in report.files:
        case = SubElement(suite, "testcase", classname="envprobe.doctor", name=line(name))
        own = [one for one in report.findings if (one.file or name) == name]
        for one in own:
            if one.severity in counting:
                SubElement(
                    case, "failure", type=one.rule, message=line(f"{one.rule}: {one.evidence}", 300)
                ).text = f"{place(one)}: {sentence(one)}"
        notes = [f"{place(one)}: {one.rule}: {sentence(one)}" for one in own if one.severity not in counting]
        if notes:
            SubElement(case, "system-out").text = "\n".join(notes)
    for unread in report.unread:
        case = SubElement(suite, "testcase", classname="envprobe.doctor", name=line(unread.file))
        SubElement(case, "error", type="unread", message=line(unread.reason, 400))
    return to_document(suite)
