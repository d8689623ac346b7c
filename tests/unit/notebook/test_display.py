"""What a cell shows of a report or a document."""

from __future__ import annotations

import json
from html.parser import HTMLParser

import msgspec
import pytest
from hypothesis import given, settings

from envprobe.command.source import Document
from envprobe.fingerprint import Fingerprint
from envprobe.notebook.display import SHOWN_RESULTS, Shown, of_document, of_line, of_report
from envprobe.report import Report
from tests.golden.report import REPORTS
from tests.property.environment import fingerprints
from tests.property.test_render import reports
from tests.support.run_sample import attempt, run
from tests.support.sample import fingerprint

ELEMENTS = {"div", "span", "b", "table", "tr", "th", "td", "code"}


class Markup(HTMLParser):
    """The elements, their attributes and the text of a piece of HTML."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: set[str] = set()
        self.attributes: set[tuple[str, str | None]] = set()
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.add(tag)
        self.attributes.update(attrs)

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_comment(self, data: str) -> None:
        raise AssertionError("a comment")

    handle_decl = handle_pi = unknown_decl = handle_comment


STYLES = {style for report in REPORTS.values() for style in Markup(of_report(report).data["text/html"]).attributes}


def is_harmless(shown: Shown) -> bool:
    """Tell whether a table has no element or style but its own, and all can be saved as JSON."""
    markup = Markup(shown.data["text/html"])
    json.dumps(shown)
    return markup.elements <= ELEMENTS and {name for name, _ in markup.attributes} <= {"style"}


@settings(max_examples=40)
@given(reports())
def test_nothing_of_a_target_becomes_markup(report: Report) -> None:
    """Whatever an environment's names and values are, the table has the elements and the styles of this program alone."""
    shown = of_report(report, 1)
    assert is_harmless(shown)
    assert Markup(shown.data["text/html"]).attributes <= STYLES


@settings(max_examples=40)
@given(fingerprints())
def test_nothing_of_a_document_becomes_markup(found: Fingerprint) -> None:
    """The same holds for a fingerprint that somebody sent."""
    assert is_harmless(of_document(found, 1))


@pytest.mark.parametrize("name", sorted(REPORTS))
def test_text_and_table_tell_the_same(name: str) -> None:
    """Every path and every value that a terminal shows stands in the table, too."""
    report = REPORTS[name]
    shown = of_report(report)
    table = "".join(Markup(shown.data["text/html"]).text.split())
    text = shown.data["text/plain"]
    assert text.split()[0].lower() == shown.metadata["envprobe"]["verdict"] == report.verdict.value
    for root in report.roots[:3]:
        assert ("".join(root.path.split()) in table) is ("".join(root.path.split()) in "".join(text.split()))


def test_many_differences_are_cut_and_counted() -> None:
    """A notebook is read by scrolling: what is left out is said, and -v shows it."""
    report = REPORTS["differs"]
    (one,) = report.roots[:1]
    many = msgspec.structs.replace(
        report, differences=[msgspec.structs.replace(one, path=f"cpu.fact{number}") for number in range(50)]
    )
    few, all_of_them = (Markup(of_report(many, verbosity).data["text/html"]).text for verbosity in (0, 1))
    assert few.count("cpu.fact") == SHOWN_RESULTS and "and 30 more: -v shows all" in few
    assert all_of_them.count("cpu.fact") == 50


@pytest.mark.parametrize("document", [fingerprint(), run(attempt())])
def test_documents_are_tables_of_their_rows(document: Document) -> None:
    """The id of what is shown can be copied, and stands in the metadata."""
    shown = of_document(document)
    assert document.id in shown.data["text/plain"] or document.id == shown.metadata["envprobe"]["id"]
    assert is_harmless(shown)


def test_a_signature_publishes_no_context() -> None:
    """Host name, user and machine paths stay out of a notebook that is shared."""
    found = msgspec.structs.replace(fingerprint(), context={"host_name": "secret-host"})
    assert of_line(found) == of_line(fingerprint())
