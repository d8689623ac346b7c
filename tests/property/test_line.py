from __future__ import annotations

import contextlib
import string

from hypothesis import given
from hypothesis import strategies as st

from envprobe.error import EnvprobeError
from envprobe.fact import ABSENT, Fact, Known, Unknown
from envprobe.records.line import FIELDS, NOT_TOLD, SummaryLine, escape, format_line, parse_line, unescape

texts = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=40)
facts: st.SearchStrategy[Fact] = st.one_of(st.just(ABSENT), st.just(Unknown(NOT_TOLD)), texts.map(Known))
lines = st.fixed_dictionaries(dict.fromkeys(FIELDS, facts)).map(SummaryLine)
printable = st.characters(min_codepoint=32, max_codepoint=126)


@given(lines)
def test_what_is_written_is_read(summary: SummaryLine) -> None:
    """Every line comes back as it was, whatever its values hold."""
    assert parse_line(format_line(summary), "line") == summary


@given(lines)
def test_a_line_is_one_word(summary: SummaryLine) -> None:
    """No value can break the line, end a field, or be seen as markup."""
    line = format_line(summary)
    assert line.isascii()
    assert line.isprintable()
    assert line.count("|") == len(FIELDS)
    assert not set(line) & set(" `<>&\"'\\{}$#^~*!;")


@given(lines, st.data())
def test_any_change_of_one_character_is_told(summary: SummaryLine, data: st.DataObject) -> None:
    """A changed, removed or added character gives another line or none."""
    line = format_line(summary)
    place = data.draw(st.integers(0, len(line) - 1))
    edits = (
        line[:place] + data.draw(printable) + line[place + 1 :],
        line[:place] + line[place + 1 :],
        line[:place] + data.draw(printable) + line[place:],
    )
    for changed in edits:
        if changed != line:
            with contextlib.suppress(EnvprobeError):
                assert parse_line(changed, "line") != summary


@given(st.text(max_size=200) | st.text(string.printable).map("envprobe:1|".__add__))
def test_any_text_is_a_line_or_trouble_of_ours(text: str) -> None:
    """Whatever stands in a report, the reader answers or says what is wrong; and what it accepts it would write."""
    with contextlib.suppress(EnvprobeError):
        assert format_line(parse_line(text, "line")) == text


@given(st.text(st.characters(exclude_categories=("Cs",))))
def test_escaping_is_undone(text: str) -> None:
    """Names and numbers of metrics come back, and no two look alike."""
    assert unescape(escape(text)) == text
