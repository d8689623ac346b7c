"""Markdown: the line as code, the metrics as a table, the record in a comment. Works in GitHub, GitLab, Quarto and pandoc."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from . import Carrier, Words, region
from .carried import HINT, METRIC, TITLE, Carried
from .file import Format, ReportFile
from .region import Marks, MarkupView

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

MARKS = Marks(b"<!-- envprobe:begin -->", b"<!-- envprobe:record", b"envprobe:end -->")
CODE, TEXT = "code_inline", "text"
"""Of markdown-it."""
WORDS = (TEXT, "softbreak")
SPACE = re.compile(r"[ \t\r\n]+")
ROW = ("tr_open", "tr_close")


def open_carrier(name: str) -> Carrier:
    """Open a Markdown report."""
    return ReportFile(Path(name), Format(find, put, str, words))


def put(report: bytes, record: Carried, where: str) -> bytes:
    """Return the report with the record at its end, or in place of the one that is there."""
    region.refuse_wide(report, where)
    return region.put(report, _write(record), region.find(report, MARKS, where), len(report), "\n")


def find(report: bytes, where: str) -> Carried | None:
    """Return the report's record, None where there is none. Raises DocumentError."""
    return region.read(report, MARKS, look, [_write], where)


def words(report: bytes) -> Iterator[Words]:
    """Yield the lines of a report."""
    return region.lines(region.outside(report, MARKS))


def look(text: str) -> MarkupView:
    """Return what a reader sees of a Markdown text, as CommonMark and GitHub's tables define it."""
    parts = list(_parts(text[: region.SHOWN_LIMIT_BYTES]))
    kinds = [kind for kind, *_ in parts]
    lines = [
        str(parts[index][1])
        for index, kind in enumerate(kinds)
        if kind == CODE and kinds[index - 1 : index + 2] == ["paragraph_open", CODE, "paragraph_close"]
    ]
    return MarkupView(parts, next(iter(lines), ""), list(_rows(parts)))


def shown(record: Carried) -> list[str]:
    """Return the lines of Markdown that show a record."""
    rows = [f"| `{name}` | `{value}` |" for name, value in record.metrics or []]
    table = ["", f"| {METRIC} | {record.heading} |", "| --- | --- |", *rows] if rows else []
    return [f"**{TITLE}** (check it with `{HINT}`):", "", f"`{record.line}`", *table]


def _write(record: Carried) -> str:
    begin, packed, end = (mark.decode() for mark in MARKS[:3])
    return "\n".join([begin, *shown(record), "", packed, *record.packed_lines(), end])


def _parts(text: str) -> Iterator[tuple[object, ...]]:
    """Yield kind, words and attributes of what Markdown is made of; how a line is broken or emphasis is marked is not seen."""
    for is_words, tokens in groupby(_tokens(text), lambda token: token.type in WORDS):
        if is_words:
            words = SPACE.sub(" ", "".join(token.content if token.type == TEXT else " " for token in tokens)).strip(" ")
            yield from [(TEXT, words, ())] if words else []
        else:
            yield from ((token.type, token.content.strip("\n"), tuple(token.attrs.items())) for token in tokens)


def _rows(parts: list[tuple[object, ...]]) -> Iterator[tuple[str, str]]:
    """Yield name and value of each row of a table that has two cells of code."""
    cells: list[str] = []
    for kind, words, _ in parts:
        if kind in ROW:
            if kind == ROW[1] and len(cells) == len(("name", "value")):
                yield cells[0], cells[1]
            cells = []
        elif kind == CODE:
            cells.append(str(words))


def _tokens(text: str) -> Iterator[Token]:
    for token in _parser().parse(text):
        yield from token.children if token.children is not None else [token]


@cache
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark").enable("table")
