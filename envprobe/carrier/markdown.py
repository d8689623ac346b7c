"""Markdown: the line as code, the metrics as a table, the record in a comment. Works in GitHub, GitLab, Quarto and pandoc."""

from __future__ import annotations

import re
from pathlib import Path

from . import Carrier, region
from .carried import HINT, METRIC, TITLE, VALUE, Carried
from .file import Format, ReportFile
from .region import Marks, Texts

MARKS = Marks(b"<!-- envprobe:begin -->", b"<!-- envprobe:record", b"envprobe:end -->")
_LINE = re.compile(r"^`(envprobe:[^`\n]*)`\r?$", re.MULTILINE)
_ROW = re.compile(r"^\| *`([^`\n]*)` *\| *`([^`\n]*)` *\|\r?$", re.MULTILINE)


def open_carrier(name: str) -> Carrier:
    """Open a Markdown report."""
    return ReportFile(Path(name), Format(find, put))


def put(report: bytes, record: Carried, where: str) -> bytes:
    """Return the report with the record at its end, or in place of the one that is there."""
    region.refuse_wide(report, where)
    return region.put(report, _write(record), region.find(report, MARKS, where), len(report), "\n")


def find(report: bytes, where: str) -> Carried | None:
    """Return the report's record, None where there is none. Raises DocumentError."""
    return region.read(report, MARKS, visible, [_write], where)


def visible(text: str) -> Texts:
    """Return the line and the metrics that a Markdown text shows."""
    text = text[: region.SHOWN_LIMIT_BYTES]
    return next(iter(_LINE.findall(text)), ""), _ROW.findall(text)


def shown(record: Carried) -> list[str]:
    """Return the lines of Markdown that show a record."""
    table = ["", f"| {METRIC} | {VALUE} |", "| --- | --- |", *(f"| `{name}` | `{value}` |" for name, value in record.metrics)]
    return [f"**{TITLE}** (check it with `{HINT}`):", "", f"`{record.line}`", *(table if record.metrics else [])]


def _write(record: Carried) -> str:
    begin, packed, end = (mark.decode() for mark in MARKS[:3])
    return "\n".join([begin, *shown(record), "", packed, *record.packed_lines(), end])
