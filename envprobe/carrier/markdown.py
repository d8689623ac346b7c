"""Markdown: the line as code, the metrics as a table, the payload in a comment. Works in GitHub, GitLab, Quarto and pandoc."""

from __future__ import annotations

import re

from . import region
from .block import HINT, METRIC, TITLE, VALUE, Block
from .region import Marks

MARKS = Marks(b"<!-- envprobe:begin -->", b"<!-- envprobe:record", b"envprobe:end -->")
_LINE = re.compile(r"^`(envprobe:[^`\n]*)`\r?$", re.MULTILINE)
_ROW = re.compile(r"^\| *`([^`\n]*)` *\| *`([^`\n]*)` *\|\r?$", re.MULTILINE)


def attach(report: bytes, block: Block, where: str) -> bytes:
    """Return the report with the block at its end, or in place of the one that is there."""
    region.refuse_wide(report, where)
    return region.put(report, _write(block), region.find(report, MARKS, where), len(report), "\n")


def read(report: bytes, where: str) -> Block | None:
    """Return the report's block, None where there is none. Raises DocumentError."""
    return region.read(report, MARKS, visible, [_write], where)


def visible(text: str) -> list[str]:
    """Return the line and the metrics that a Markdown text shows."""
    text = text[: region.SHOWN_LIMIT_BYTES]
    return _LINE.findall(text)[:1] + [f"{name} {value}" for name, value in _ROW.findall(text)]


def shown(block: Block) -> list[str]:
    """Return the lines of Markdown that show a block."""
    line = "".join(block.visible[:1])
    table = ["", f"| {METRIC} | {VALUE} |", "| --- | --- |", *(f"| `{name}` | `{value}` |" for name, value in block.metrics)]
    return [f"**{TITLE}** (check it with `{HINT}`):", "", f"`{line}`", *(table if block.metrics else [])]


def _write(block: Block) -> str:
    begin, record, end = (mark.decode() for mark in MARKS[:3])
    return "\n".join([begin, *shown(block), "", record, *block.payload_lines(), end])
