"""The page of a PDF that shows a record: what is written on it, and what a reader sees of one.

Programs write a page anew with other operators, spaces and numbers that draw the same. So the page is drawn: which text stands
where, in which font and size. Anything that does more than that is not what envprobe writes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from .carried import HINT, METRIC, TITLE, Carried
from .region import MarkupView

FONTS = {"/EnvB": "Helvetica-Bold", "/EnvR": "Helvetica", "/EnvC": "Courier"}
MARGIN, SIZE, LEADING = 72.0, 9.0, 14.0
ADVANCE = 0.6
"""The width of every Courier character, as a share of its size (Adobe Font Metrics)."""
OPERATION_LIMIT = 2000
DEPTH_LIMIT = 100
BEFORE_LINE = 2
"""The title and the hint."""


class Text(NamedTuple):
    """One text on a page, its place in points from the lower left corner."""

    font: str
    size: float
    x: float
    y: float
    words: str


def write(record: Carried, width: float, height: float) -> bytes:
    """Return the content stream for a page of this size, in points."""
    return b"\n".join(
        b"BT %b %.6g Tf %.6g %.6g Td (%b) Tj ET" % (text.font.encode(), text.size, text.x, text.y, _escaped(text.words))
        for text in _placed(record, width, height)
    )


def look(operations: Sequence[tuple[object, bytes]]) -> MarkupView:
    """Return what a reader sees of a page: its texts in the order in which they are drawn, and whatever else is done."""
    parts = list(_drawn(operations[:OPERATION_LIMIT]))
    texts = [part.words for part in parts if isinstance(part, Text)]
    table = texts.index(METRIC) if METRIC in texts else len(texts)
    names, values = texts[table + 2 :: 2], texts[table + 3 :: 2]
    return MarkupView([*parts], "".join(texts[BEFORE_LINE:table]), list(zip(names, values, strict=False)))


def written(record: Carried, width: float, height: float) -> list[tuple[object, ...]]:
    """Return the parts of the view of a page of this size, as `write` writes it."""
    return [_rounded(text) for text in _placed(record, width, height)]


def _drawn(operations: Sequence[tuple[Any, bytes]]) -> Iterator[tuple[object, ...]]:
    """Yield the texts, and every operator that is not needed to place one (ISO 32000-1, 9.4)."""
    font, size, x, y = "", 0.0, 0.0, 0.0
    saved: list[tuple[str, float]] = []
    for operands, operator in operations:
        match operator, operands:
            case b"q", _ if len(saved) < DEPTH_LIMIT:
                saved.append((font, size))
            case b"Q", _ if saved:
                font, size = saved.pop()
            case b"BT", _:
                x = y = 0.0
            case b"ET", _:
                pass
            case b"Tf", [name, number]:
                font, size = str(name), float(number)
            case b"Td" | b"TD", [right, up]:
                x, y = x + float(right), y + float(up)
            case b"Tm", [1, 0, 0, 1, right, up]:
                x, y = float(right), float(up)
            case (b"Tj", [words]) | (b"TJ", [[words]]):
                yield _rounded(Text(font, size, x, y, _words(words)))
            case _:
                yield "operator", operator


def _rounded(text: Text) -> Text:
    return text._replace(size=round(text.size, 1), x=round(text.x, 1), y=round(text.y, 1))


def _placed(record: Carried, width: float, height: float) -> Iterator[Text]:
    """Yield everything on the page."""
    y = height - MARGIN
    yield Text("/EnvB", SIZE + 3, MARGIN, y, TITLE)
    y -= 1.5 * LEADING
    yield Text("/EnvR", SIZE, MARGIN, y, f"Check it with: {HINT}")
    y -= 0.5 * LEADING
    for words in _wrapped(record.line, int((width - 2 * MARGIN) / (SIZE * ADVANCE))):
        y -= LEADING
        yield Text("/EnvC", SIZE, MARGIN, y, words)
    y -= LEADING
    metrics = record.metrics or []
    second = MARGIN + (3 + max((len(name) for name, _ in metrics), default=0)) * SIZE * ADVANCE
    for row, (name, value) in enumerate([(METRIC, record.heading), *metrics] if metrics else []):
        y -= LEADING
        font = "/EnvC" if row else "/EnvB"
        yield Text(font, SIZE, MARGIN, y, name)
        yield Text(font, SIZE, max(second, MARGIN + 100), y, value)


def _wrapped(line: str, width: int) -> Iterator[str]:
    """Yield a line in parts of at most `width` characters, broken after a field where that is possible."""
    while len(line) > width:
        cut = line.rfind("|", 0, width) + 1 or width
        yield line[:cut]
        line = line[cut:]
    yield line


def _escaped(text: str) -> bytes:
    """Return words as a string of the encoding that the fonts are given, WinAnsi, in which all that is written is Latin-1."""
    return re.sub(r"([()\\])", r"\\\1", text).encode("latin-1", "replace")


def _words(operand: object) -> str:
    """Return the characters of a string, whatever pypdf has taken its bytes for."""
    data = operand if isinstance(operand, bytes) else getattr(operand, "original_bytes", b"")
    return data.decode("latin-1")
