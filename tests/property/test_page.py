"""The page of any report, of environments that mean harm."""

from __future__ import annotations

import unicodedata

from hypothesis import given, settings

from envprobe.render import FORMATS, Style
from envprobe.report import Report
from envprobe.spelling import line
from tests.property.test_render import reports
from tests.support.markup import Page

few = settings(max_examples=40)
ELEMENTS = {
    "html",
    "head",
    "meta",
    "link",
    "title",
    "style",
    "body",
    "a",
    "header",
    "p",
    "h1",
    "h2",
    "h3",
    "h4",
    "span",
    "code",
    "nav",
    "search",
    "label",
    "input",
    "kbd",
    "div",
    "button",
    "select",
    "option",
    "main",
    "section",
    "article",
    "details",
    "summary",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "dl",
    "dt",
    "dd",
    "script",
}


def _render(report: Report) -> str:
    return FORMATS["html"](report, Style())


@few
@given(reports())
def test_a_page_holds_only_our_markup(report: Report) -> None:
    """Whatever a target says, the page's elements are ours and well nested, and nothing in it acts by an attribute."""
    page = Page(_render(report))
    assert {tag for tag, _ in page.elements} <= ELEMENTS
    assert [tag for tag, _ in page.elements].count("script") == 1
    names = {name for _, members in page.elements for name in members}
    assert not [name for name in names if name.startswith("on") or name in ("style", "src", "srcdoc", "action", "formaction")]
    assert all(address == "data:," or address.startswith("#") for address in page.attributes("href"))


@few
@given(reports())
def test_a_page_shows_no_control_characters(report: Report) -> None:
    """No control character or bidi override is in the page: what is read is what is there."""
    text = _render(report)
    hidden = {
        letter for letter in text if letter != "\n" and unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")
    }
    assert not hidden


@few
@given(reports())
def test_a_page_holds_every_difference(report: Report) -> None:
    """Every difference that no other stands for is on the page with its path, and so is the reason of every gap."""
    words = Page(_render(report)).text
    for difference in report.roots:
        assert line(difference.path.partition(".")[2])[:60] in words  # a long one is cut, in a table and in a title elsewhere
    for gap in report.unknown:
        assert line(gap.reason, 400) in words


@few
@given(reports())
def test_the_same_report_is_the_same_page(report: Report) -> None:
    """Same report, same bytes, so that two pages can be compared."""
    assert _render(report) == _render(report)
