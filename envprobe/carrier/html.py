"""HTML: a footer with the line and the metrics, the record in a comment, which no browser or sanitiser acts on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from ..records.metric_table import PLUS_MINUS
from . import Carrier, Words, html_view, region
from .carried import HINT, METRIC, TITLE, Carried
from .file import Format, ReportFile
from .markdown import MARKS

BOX = "margin:2em 0 1em;padding:.8em 1em;border:1px solid #8888;border-radius:6px;font:13px/1.5 system-ui,sans-serif"
CODE = "font-family:ui-monospace,monospace;overflow-wrap:anywhere"
FIELD = "white-space:nowrap"
"""Browsers break lines at hyphens; a field of the line is easier to read in one piece."""
BREAK = "<wbr/>"
"""As XHTML needs it; HTML takes no notice of the slash."""


class TableStyle(NamedTuple):
    """How the table of metrics looks."""

    table: str
    cell: str
    number: str
    """Of one attempt; the numbers of several, as earlier versions showed them, are too long for one line."""


TABLE_STYLE = TableStyle(
    "margin:.6em 0 0;border-collapse:collapse;width:auto;max-width:100%",
    "text-align:left;vertical-align:top;padding:.1em 2em .1em 0;border:0;background:0 0;overflow-wrap:anywhere",
    "text-align:left;vertical-align:top;padding:.1em 0;border:0;background:0 0;white-space:nowrap",
)
"""All that a report's own style of tables is likely to set; a long name breaks, so that a narrow page needs no scroll bar."""
FIRST_TABLE_STYLE = TableStyle("margin-top:.6em", *["text-align:left;padding:.1em 2em .1em 0"] * 2)
"""Reports that were written with it are out there, and stay intact."""
_BODY_END = re.compile(rb"</body\s*>", re.IGNORECASE)


def open_carrier(name: str) -> Carrier:
    """Open an HTML report."""
    return ReportFile(Path(name), Format(find, put, _number, words))


def put(report: bytes, record: Carried, where: str) -> bytes:
    """Return the report with the record before the end of its body, or in place of the one that is there."""
    region.refuse_wide(report, where)
    ends = [match.start() for match in _BODY_END.finditer(report)]
    place = region.find(report, MARKS, where)
    return region.put(report, _write(record), place, ends[-1] if ends else len(report), "")


def find(report: bytes, where: str) -> Carried | None:
    """Return the report's record, None where there is none. Raises DocumentError."""
    return region.read(report, MARKS, html_view.look, [_write, _write_first], where)


def words(report: bytes) -> Iterator[Words]:
    """Yield the text of the page, of each element where it begins."""
    return html_view.words(region.outside(report, MARKS))


def _write_first(record: Carried) -> str:
    return _write(record, FIRST_TABLE_STYLE)


def _write(record: Carried, style: TableStyle = TABLE_STYLE) -> str:
    rows = [
        f'<tr><td style="{style.cell}"><code>{name}</code></td>'
        f'<td style="{style.cell if "," in value else style.number}"><code>{value}</code></td></tr>'
        for name, value in record.metrics or []
    ]
    fields = record.line.replace("|", "|\n").split("\n")
    line = BREAK.join(f'<span style="{FIELD}">{field}</span>' for field in fields)
    head = f'<tr><th style="{style.cell}">{METRIC}</th><th style="{style.cell}">{record.heading}</th></tr>'
    begin, packed, end = (mark.decode() for mark in MARKS[:3])
    lines = [
        begin,
        f'<footer class="envprobe" style="{BOX}">',
        f"<div><strong>{TITLE}</strong> (check it with <code>{HINT}</code>):</div>",
        f'<div><code style="{CODE}">{line}</code></div>',
        *([f'<table style="{style.table}">', head, *rows, "</table>"] if rows else []),
        "</footer>",
        packed,
        *record.packed_lines(),
        end,
    ]
    return _number("\n".join(lines))


def _number(text: str) -> str:
    return text.replace(PLUS_MINUS, "&#177;")
