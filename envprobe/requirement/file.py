"""One file that somebody wrote, as bytes or as text, bounded."""

from __future__ import annotations

import codecs
import re
from pathlib import Path

LIMIT_BYTES = 32 << 20
"""A lock of thousands of packages with the digests of all their wheels has a fifth of it."""
BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
CODING = re.compile(rb"#.*?coding[:=]\s*([-\w.]+)")


class TextFault(Exception):
    """Why bytes are no text that is read."""


def file_fault(path: Path, kind: str) -> str:
    """Return why a path cannot be read as a file, or an empty string."""
    try:
        if path.is_dir():
            return f"a folder, not {kind}"
        if not path.exists():
            return "no such file"
        if not path.is_file():
            return "not a file"
        size = path.stat().st_size
    except OSError as error:
        return f"cannot be read: {error.strerror}"
    return f"{size:,} bytes, more than the {LIMIT_BYTES:,} that are read" if size > LIMIT_BYTES else ""


def decode(data: bytes) -> str:
    """Decode a text file as pip does: a byte order mark or a coding line says how, else it is UTF-8. Raises TextFault."""
    if len(data) > LIMIT_BYTES:
        raise TextFault(f"more than the {LIMIT_BYTES:,} bytes that are read")
    encoding = next((name for mark, name in BOMS if data.startswith(mark)), "")
    coding = next((found for line in data.split(b"\n", 2)[:2] if (found := CODING.match(line))), None)
    if not encoding:
        encoding = coding[1].decode("ascii") if coding else "utf-8"
    try:
        return data.decode(encoding).removeprefix("\ufeff")
    except (UnicodeError, LookupError) as error:  # LookupError: a coding line that names no codec
        raise TextFault(f"cannot be decoded: {error}") from None
