"""The report as JUnit XML, for Jenkins, GitLab and whatever else lists test cases.

A difference that keeps the verdict from `reproduces` is a failure, what is unknown and decides is an error, what was
not compared is skipped, and a warning is a case that passes and says so. No times: the same report, the same bytes.
"""

from __future__ import annotations

import re
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from ..report import Report, Verdict
from ..spelling import line, safe
from . import Style
from .quoted import quoted
from .result import Result, results, trouble_words
from .summary import headline, left_out
from .text import render as render_text

NAME = "envprobe"
NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold even as a reference (section 2.2, Char)."""
WIDTH = 100


def render(report: Report, style: Style) -> str:
    """Return one test suite with a case for each finding; what a terminal would show is its output."""
    suite = Element("testsuite", name=line(f"{NAME}: {report.observed_name} against {report.expected_name}", 400))
    _properties(
        suite,
        {
            "envprobe.verdict": report.verdict.value,
            "envprobe.up_to_rounding": str(report.is_up_to_rounding).lower(),
            "envprobe.fingerprint": report.observed_id,
            "envprobe.expected": report.expected_id,
            "envprobe.signature": quoted(report),
            "envprobe.compared": str(report.compared),
            "envprobe.strict": str(report.strict).lower(),
        },
    )
    told = results(report, everything=style.verbosity > 0)
    for result in told:
        _case(suite, result)
    for sentence in left_out(report.skipped):
        facts, _, reason = sentence.partition(": ")
        SubElement(_element(suite, "not compared", facts), "skipped", message=reason)
    if not any(result.gates for result in told):
        _verdict(suite, report)
    SubElement(suite, "system-out").text = render_text(report, Style(width=WIDTH, verbosity=style.verbosity))
    return to_document(suite)


def trouble(message: str, hint: str) -> str:
    """Return a suite whose one case is the error that kept envprobe from a verdict."""
    suite = Element("testsuite", name=NAME)
    case = _element(suite, "trouble", "check")
    SubElement(case, "error", type="trouble", message=safe(message.partition("\n")[0])).text = trouble_words(message, hint)
    return to_document(suite)


def to_document(suite: Element) -> str:
    """Return a suite as a whole document with its counts, in characters that XML can hold."""
    counts = {f"{kind}s": str(sum(1 for _ in suite.iter(kind))) for kind in ("failure", "error")}
    counts["tests"] = str(sum(1 for _ in suite.iter("testcase")))
    suite.attrib.update(counts, skipped=str(sum(1 for _ in suite.iter("skipped"))))
    root = Element("testsuites", {"name": NAME, **counts})
    root.append(suite)
    for element in root.iter():
        element.attrib.update({name: _legal(value) for name, value in element.attrib.items()})
        element.text = _legal(element.text) if element.text else None
    ElementTree.indent(root, " ")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ElementTree.tostring(root, encoding="unicode")}\n'


def _properties(suite: Element, told: dict[str, str]) -> None:
    properties = SubElement(suite, "properties")
    for name, value in told.items():
        if value:
            SubElement(properties, "property", name=name, value=safe(value))


def _case(suite: Element, result: Result) -> None:
    case = _element(suite, result.section, result.name)
    if result.gates:
        outcome = SubElement(case, "error" if result.is_unknown else "failure", type=result.kind, message=result.title)
        outcome.text = result.body or result.title
    elif result.is_unknown:
        SubElement(case, "skipped", message=result.title)
    else:
        SubElement(case, "system-out").text = f"{result.severity.value}: {result.message}"


def _verdict(suite: Element, report: Report) -> None:
    """Add the case that there is where no other one failed: it passes, or says that nothing was compared."""
    case = _element(suite, "environment", "reproduces")
    if report.verdict is not Verdict.REPRODUCES:
        SubElement(case, "error", type=report.verdict.value, message=headline(report))


def _element(suite: Element, section: str, name: str) -> Element:
    return SubElement(suite, "testcase", classname=f"{NAME}.{section}", name=name)


def _legal(text: str) -> str:
    return NOT_XML.sub(lambda found: found[0].encode("unicode_escape").decode("ascii"), text)
