"""One text for each report, format and style, kept byte by byte: whoever changes a word sees it in review.

To change them on purpose, run `ENVPROBE_REGENERATE_GOLDEN=1 pytest tests/golden`, which rewrites the files and fails, read
`git diff tests/golden`, and run the tests again without the variable.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from envprobe.policy import Severity
from envprobe.render import FORMATS, Style
from envprobe.render.quoted import quoted
from envprobe.render.summary import groups, headline, title, unknowns
from envprobe.report import Report
from tests.support.markup import Page

from .report import REPORTS

HERE = Path(__file__).parent
SAME_IN_EVERY_PAGE = re.compile(r"(?s)(?<=<style>).*?(?=</style>)|(?<=<script>).*?(?=</script>)|&#39;sha256-[^&]*&#39;")
ENDINGS = {"text": "txt", "json": "json", "markdown": "md", "html": "html", "junit": "xml", "sarif": "sarif", "github": "log"}
STYLES = {
    "text": {
        "80": Style(),
        "140": Style(width=140),
        "color": Style(color=True),
        "verbose": Style(verbosity=1),
        "quiet": Style(verbosity=-1),
    },
    "json": {"all": Style()},
    "markdown": {"short": Style(), "verbose": Style(verbosity=1)},
    "html": {"page": Style()},
    "junit": {"junit": Style()},
    "sarif": {"all": Style(verbosity=1)},
    "github": {"annotations": Style()},
}
PAGES = ("differs", "undetermined", "outputs", "other-bits", "hostile")
"""Reports whose pages are kept: a page is long, and says of the others what these say. For all of them its parts are checked."""


def _files() -> Iterator[tuple[str, str, str]]:
    for report in REPORTS:
        for form in FORMATS:
            for style in STYLES[form] if form != "html" or report in PAGES else ():
                yield report, form, style


def _path(report: str, form: str, style: str) -> Path:
    return HERE / report / f"{style}.{ENDINGS[form]}"


@pytest.mark.parametrize(("report", "form", "style"), [*_files()])
def test_bytes(report: str, form: str, style: str) -> None:
    """A report is the same bytes as last time."""
    path = _path(report, form, style)
    data = SAME_IN_EVERY_PAGE.sub("", FORMATS[form](REPORTS[report], STYLES[form][style])).encode("utf-8")
    if os.environ.get("ENVPROBE_REGENERATE_GOLDEN"):
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)
        pytest.fail(f"{path.name} is rewritten: read the difference, then run again without ENVPROBE_REGENERATE_GOLDEN")
    assert data.decode("utf-8") == path.read_text("utf-8")
    assert data == path.read_bytes()


@pytest.mark.parametrize("report", REPORTS.values(), ids=REPORTS)
def test_the_parts_of_a_page(report: Report) -> None:
    """A page has one heading with the verdict, an article for each thing to tell, and its provenance."""
    page = Page(FORMATS["html"](report, Style()))
    told = [group for group in groups(report, Severity) if group.severity is not Severity.IGNORE]
    tags = [tag for tag, _ in page.elements]
    assert tags.count("h1") == tags.count("main") == 1
    assert tags.count("article") == len(told) + len(unknowns(report, notes=True)) + len(report.outputs) + len(report.claims)
    assert all(title(group) in page.text for group in told)
    assert headline(report) in page.text
    assert all(text in page.text for text in (report.expected_id, report.observed_id, quoted(report)))


def test_nothing_is_left_behind() -> None:
    """Every kept text belongs to a report, a format and a style that there are."""
    kept = {path for path in HERE.glob("*/*.*") if path.suffix != ".pyc"}
    assert kept == {_path(*names) for names in _files()}


def test_every_format_is_kept() -> None:
    """A format that is added gets its texts."""
    assert STYLES.keys() == FORMATS.keys() == ENDINGS.keys()
