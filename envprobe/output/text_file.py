"""Whether a file holds text, and in which encoding: a byte order mark, UTF-8, what a rule declares, or what is found likely."""

from __future__ import annotations

import codecs
from pathlib import Path

SNIFFED_BYTES = 1 << 16
"""Of a file whose name tells nothing."""
DETECTED_BYTES = 1 << 18
"""Of a file that is not UTF-8, shown to the detector."""
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
FALLBACK = "latin-1"
"""Gives each byte a character of its own, so that nothing is lost."""
CONTROLS = frozenset(range(32)) - frozenset(b"\t\n\v\f\r\b\x1b\x1a")
"""What no text holds; escapes of terminals, and the end of a DOS file, may be there."""


def looks_like_text(path: Path) -> bool:
    """Tell whether the first part of a file decodes as text without control characters."""
    with path.open("rb") as stream:
        first = stream.read(SNIFFED_BYTES)
    if encoding := _marked(first):
        return _decodes(first, encoding)
    return _decodes(first, "utf-8") and CONTROLS.isdisjoint(first)


def encoding_of(path: Path, declared: str = "") -> str:
    """Return the encoding of a text file: declared, marked, UTF-8 where all of it decodes, else the most likely one."""
    if declared:
        return declared
    with path.open("rb") as stream:
        first = stream.read(DETECTED_BYTES)
        if encoding := _marked(first):
            return encoding
        decoder = codecs.getincrementaldecoder("utf-8")()
        block = first
        try:
            while block:
                decoder.decode(block)
                block = stream.read(SNIFFED_BYTES)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return _likely(first)
    return "utf-8"


def _marked(first: bytes) -> str:
    return next((encoding for mark, encoding in MARKS if first.startswith(mark)), "")


def _decodes(first: bytes, encoding: str) -> bool:
    try:
        codecs.getincrementaldecoder(encoding)().decode(first)
    except UnicodeError:
        return False
    return True


def _likely(first: bytes) -> str:
    from charset_normalizer import from_bytes

    best = from_bytes(first).best()
    return best.encoding if best is not None else FALLBACK
