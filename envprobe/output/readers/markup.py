"""Compare HTML and SVG line by line, without what every run makes anew: ids of random digits, and the metadata of a drawing."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from ..finding import Findings, Unable, Unreadable
from ..mask import masking
from ..summary import Summary
from ..text_file import encoding_of
from .text import compare_texts

LIMIT_BYTES = 256 << 20
ID = re.compile(r"""\b(?:id|for|href|xlink:href|aria-labelledby)\s*=\s*["']#?([^"'\s]{5,200})["']""")
RANDOM = re.compile(
    r"T_[0-9a-f]{5}(?![0-9a-f])"  # pandas' Styler
    r"|[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}"
    r"|(?<![0-9a-f])(?=[0-9a-f]*[0-9])(?=[0-9a-f]*[a-f])[0-9a-f]{8,64}(?![0-9a-f])"  # matplotlib
)
RANDOM_OF_DRAWING = re.compile(rf"(?<=[a-z_])(?:[0-9]{{10}}|[a-f]{{10}})(?![0-9A-Za-z])|{RANDOM.pattern}")
"""Also matplotlib's ids of ten digits among which no letter is, as one in a hundred."""
METADATA = re.compile(r"<metadata\b.*?</metadata\s*>", re.DOTALL)
CREATED = re.compile(r"<!--\s*(?:Created|Generated|Produced)\b[^>]*?-->", re.IGNORECASE)


def steady(text: str, is_drawing: bool) -> str:
    """Return a document without what a second run changes: its random ids are numbered in the order in which they come."""
    if is_drawing:
        text = CREATED.sub("", METADATA.sub("", text))
    random = RANDOM_OF_DRAWING if is_drawing else RANDOM
    numbers: dict[str, str] = {}
    for found in ID.finditer(text):
        for core in random.findall(found[1]):
            numbers.setdefault(core, f"id-{len(numbers) + 1}")
    if not numbers:
        return text
    return re.sub("|".join(map(re.escape, sorted(numbers, key=len, reverse=True))), lambda match: numbers[match[0]], text)


def _read(path: Path, findings: Findings) -> str:
    data = path.read_bytes() if path.stat().st_size <= LIMIT_BYTES else b""
    if path.stat().st_size > LIMIT_BYTES:
        raise Unable(f"it is larger than {LIMIT_BYTES >> 20} MiB")
    if b"\0" in data and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Unreadable("it holds NUL bytes")
    text = data.decode(encoding_of(path, findings.whole.encoding), "surrogateescape")
    return steady(text, "<svg" in text[:4096])


def compare(expected: Path, observed: Path, findings: Findings) -> None:
    """Compare lines."""
    mask = masking(findings.whole.mask) if findings.whole.mask else None
    compare_texts(_read(expected, findings), _read(observed, findings), mask, findings)


def summarize(path: Path, type_name: str) -> Summary:
    """Return the number of lines, and a digest of what does not change from run to run."""
    text = _read(path, Findings.for_summary(path))
    digest = hashlib.sha256("\n".join(text.splitlines()).encode("utf-8", "surrogateescape")).hexdigest()
    return Summary(parts={"lines": f"{text.count(chr(10)):,}", "text": f"sha256:{digest}"}, is_complete=True)
