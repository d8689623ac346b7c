"""The page of a PDF that shows a record: a content stream in the standard fonts, and the texts read back from one."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .carried import HINT, METRIC, TITLE, VALUE, Carried
from .region import Texts

FONTS = {"/EnvB": "Helvetica-Bold", "/EnvR": "Helvetica", "/EnvC": "Courier"}
MARGIN, SIZE, LEADING = 72.0, 9.0, 14.0
ADVANCE = 0.6
"""The width of every Courier character, as a share of its size (Adobe Font Metrics)."""
_SHOWN = re.compile(rb"\(((?:[^()\\]|\\.)*)\) Tj", re.DOTALL)


def write(record: Carried, width: float, height: float) -> bytes:
    """Return the content stream for a page of this size, in points."""
    return b"\n".join(
        b"BT %b %.6g Tf %.6g %.6g Td (%b) Tj ET" % (font.encode(), size, x, y, _escaped(text))
        for font, size, x, y, text in _placed(record, width, height)
    )


def read(content: bytes, width: float, height: float) -> tuple[Texts, bool]:
    """Return the visible texts of a content stream, and whether it shows nothing else."""
    texts = [re.sub(r"\\(.)", r"\1", found.decode("latin-1")) for found in _SHOWN.findall(content)]
    table = texts.index(METRIC) if METRIC in texts else len(texts)
    names, values = texts[table + 2 :: 2], texts[table + 3 :: 2]
    line, metrics = "".join(texts[2:table]), list(zip(names, values, strict=False))
    written = write(Carried(line=line, metrics=metrics, packed=""), width, height)
    return (line, metrics), content.split() == written.split()


def _placed(record: Carried, width: float, height: float) -> Iterator[tuple[str, float, float, float, str]]:
    """Yield font, size, x, y and text of everything on the page."""
    y = height - MARGIN
    yield "/EnvB", SIZE + 3, MARGIN, y, TITLE
    y -= 1.5 * LEADING
    yield "/EnvR", SIZE, MARGIN, y, f"Check it with: {HINT}"
    y -= 0.5 * LEADING
    for text in _wrapped(record.line, int((width - 2 * MARGIN) / (SIZE * ADVANCE))):
        y -= LEADING
        yield "/EnvC", SIZE, MARGIN, y, text
    y -= LEADING
    second = MARGIN + (3 + max((len(name) for name, _ in record.metrics), default=0)) * SIZE * ADVANCE
    for row, (name, value) in enumerate([(METRIC, VALUE), *record.metrics] if record.metrics else []):
        y -= LEADING
        font = "/EnvC" if row else "/EnvB"
        yield font, SIZE, MARGIN, y, name
        yield font, SIZE, max(second, MARGIN + 100), y, value


def _wrapped(line: str, width: int) -> Iterator[str]:
    """Yield a line in parts of at most `width` characters, broken after a field where that is possible."""
    while len(line) > width:
        cut = line.rfind("|", 0, width) + 1 or width
        yield line[:cut]
        line = line[cut:]
    yield line


def _escaped(text: str) -> bytes:
    return re.sub(r"([()\\])", r"\\\1", text).encode("latin-1", "replace")
