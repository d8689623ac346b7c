"""Any one character that a reader sees of a record, changed in any kind of report, is found."""

from __future__ import annotations

import functools
import re
import string
import tempfile
from pathlib import Path

import pypdf
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf.generic import DecodedStreamObject, NameObject

from envprobe.command.report import verify
from envprobe.verification.verification import Status
from tests.support.attached import RECORD, SEVERAL, attached

LETTERS = string.ascii_letters + string.digits
REGIONS = {
    "report.md": rb"<!-- envprobe:begin.*?(?=<!-- envprobe:record)",
    "report.html": rb"<!-- envprobe:begin.*?(?=<!-- envprobe:record)",
    "report.tex": rb"% envprobe:begin.*?(?=% envprobe:record)",
    "report.json": rb'"envprobe":.*?(?="record":)',
    "report.ipynb": rb'"source": \[\s*"\*\*envprobe record.*?\]|"envprobe": \{.*?(?="record":)',
    "report.tfevents": rb"\*\*envprobe record.*?(?=\x12.\n?envprobe/record|\Z)",
}
"""Where a reader looks; the packed record behind it is damaged by any change."""


@functools.cache
def reports() -> dict[str, tuple[bytes, list[int]]]:
    """Return each report with a record, and where its visible characters are; `\\n` in JSON is none."""
    found = {}
    for name, region in REGIONS.items():
        with tempfile.TemporaryDirectory() as folder:
            data = attached(name, Path(folder), SEVERAL).read_bytes()
        spans = [match.span() for match in re.finditer(region, data, re.DOTALL)]
        assert spans
        inside = [place for start, end in spans for place in range(start + 1, end) if data[place : place + 1].strip()]
        found[name] = (data, [place for place in inside if data[place - 1 : place] != b"\\" or name != "report.ipynb"])
    return found


def status(name: str, data: bytes) -> Status:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(data)
        return verify(path).status


@settings(max_examples=300)
@given(st.data())
def test_any_changed_character_is_found(data: st.DataObject) -> None:
    """Of the words, the numbers and the markup around them: replaced by another letter or digit, or taken away."""
    name = data.draw(st.sampled_from(sorted(REGIONS)))
    report, places = reports()[name]
    place = data.draw(st.sampled_from(places))
    old = chr(report[place])
    new = data.draw(st.sampled_from([letter for letter in LETTERS if letter.casefold() != old.casefold()]))
    assert status(name, report[:place] + new.encode() + report[place + 1 :]) is not Status.INTACT


@settings(max_examples=300)
@given(st.data())
def test_any_added_character_is_found(data: st.DataObject) -> None:
    """A letter or a digit before any of the words, numbers or marks."""
    name = data.draw(st.sampled_from(sorted(REGIONS)))
    report, places = reports()[name]
    place = data.draw(st.sampled_from(places))
    letter = data.draw(st.sampled_from(LETTERS))
    changed = report[:place] + letter.encode() + report[place:]
    if status(name, changed) is Status.INTACT:
        assert (name, letter) == ("report.html", "0"), "only a zero before `.8em` means nothing"


@settings(max_examples=40)
@given(st.data())
def test_any_changed_character_of_a_page_is_found(data: st.DataObject) -> None:
    """What is drawn on the page of a PDF."""
    with tempfile.TemporaryDirectory() as folder:
        path = attached("report.pdf", Path(folder), data.draw(st.sampled_from([RECORD, SEVERAL])))
        writer = pypdf.PdfWriter(clone_from=path)
        page = writer.pages[-1]
        content = page.get_contents().get_data()
        places = [place for match in re.finditer(rb"\(([^()\\]*)\)", content) for place in range(*match.span(1))]
        place = data.draw(st.sampled_from(places))
        letter = data.draw(st.sampled_from([letter for letter in LETTERS if ord(letter) != content[place]]))
        stream = DecodedStreamObject()
        stream.set_data(content[:place] + letter.encode() + content[place + 1 :])
        page[NameObject("/Contents")] = writer._add_object(stream)
        with path.open("wb") as out:
            writer.write(out)
        assert verify(path).status is Status.ALTERED
