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

from envprobe.render import FORMATS, Style

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


def _files() -> Iterator[tuple[str, str, str]]:
    for report in REPORTS:
        for form in FORMATS:
            for style in STYLES[form]:
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


def test_nothing_is_left_behind() -> None:
    """Every kept text belongs to a report, a format and a style that there are."""
    kept = {path for path in HERE.glob("*/*.*") if path.suffix != ".pyc"}
    assert kept == {_path(*names) for names in _files()}


def test_every_format_is_kept() -> None:
    """A format that is added gets its texts."""
    assert STYLES.keys() == FORMATS.keys() == ENDINGS.keys()
