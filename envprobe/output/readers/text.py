"""Compare plain text line by line. Numbers in text are text: no tolerance applies, but a rule may mask what runs change."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

from ..align import Pair, aligned
from ..finding import Findings, Unreadable
from ..lines import Lines, leave_out_common_end, pass_over_common
from ..mask import masking
from ..summary import Summary
from ..text_file import CONTROLS, SNIFFED_BYTES, encoding_of

LOGS = (".log", ".out", ".err")
LOG_MASKS = ("time",)
"""What is taken out of a log without a rule: every run writes its own times."""
POSTSCRIPT = (".eps", ".ps")
POSTSCRIPT_MASKS = (r"^%%(?:CreationDate|Creator|Title|For):.*",)
"""Comments of the document structuring conventions: the time, the program and the file name."""
LIKENESS_CHARACTERS = 300


def masks_of(path: Path, findings: Findings) -> tuple[str, ...]:
    """Return what is taken out of the lines of a file."""
    if findings.whole.mask is not None:
        return findings.whole.mask
    suffix = Path(findings.output).suffix.lower() or path.suffix.lower()
    return LOG_MASKS if suffix in LOGS else POSTSCRIPT_MASKS if suffix in POSTSCRIPT else ()


def compare(expected: Path, observed: Path, findings: Findings) -> None:
    """Compare lines; where only their ends or the encoding differ, say only that."""
    masks = masks_of(expected, findings)
    encodings = [_encoding(path, findings) for path in (expected, observed)]
    with ExitStack() as stack:
        ours, theirs = (Lines(path, name, stack) for path, name in zip((expected, observed), encodings, strict=True))
        if ours.is_plain and theirs.is_plain:
            pass_over_common(ours, theirs)
            leave_out_common_end(ours, theirs)
        _compare_lines(ours, theirs, masking(masks) if masks else None, findings)
    if not findings.count:
        _compare_form(expected, observed, encodings, bool(masks), findings)


def _encoding(path: Path, findings: Findings) -> str:
    with path.open("rb") as stream:
        first = stream.read(SNIFFED_BYTES)
    encoding = encoding_of(path, findings.whole.encoding)
    if not encoding.startswith(("utf-16", "utf-32")) and b"\0" in first:
        raise Unreadable("it holds NUL bytes")
    if encoding != "utf-8" and not findings.whole.encoding and not CONTROLS.isdisjoint(first.replace(b"\0", b"")):
        raise Unreadable("it is no text")
    return encoding


class _Text(NamedTuple):
    """A text in memory, as lines."""

    pieces: Iterator[bytes]
    passed: int = 0
    continued: Sequence[int] = ()


def compare_texts(expected: str, observed: str, mask: Callable[[str], str] | None, findings: Findings) -> None:
    """Compare the lines of two texts; their ends do not count."""
    ours, theirs = (
        _Text(iter(text.encode("utf-8", "surrogateescape").splitlines(keepends=True))) for text in (expected, observed)
    )
    _compare_lines(ours, theirs, mask, findings)


def _compare_lines(ours: Lines | _Text, theirs: Lines | _Text, mask: Callable[[str], str] | None, findings: Findings) -> None:
    key = _content if mask is None else lambda item: mask(_decoded(item))
    for pair in aligned(ours.pieces, theirs.pieces, _likeness, key):
        left, right = (_decoded(item) if item is not None else None for item in (pair.expected, pair.observed))
        if left is not None and right is not None and (left == right or (mask and mask(left) == mask(right))):
            continue
        _add((ours, theirs), pair, left, right, findings)


def _number(lines: Lines | _Text, index: int) -> int:
    """Return the number of the line that an item is of, or goes on."""
    return lines.passed + index + 1 - sum(piece <= index for piece in lines.continued)


def _content(item: bytes) -> bytes:
    return item.rstrip(b"\r\n")


def _decoded(item: bytes) -> str:
    return _content(item).decode("utf-8", "surrogateescape")


def _likeness(ours: bytes, theirs: bytes) -> float:
    """Return how much of two lines is the same at their beginnings and ends."""
    left, right = ours[:LIKENESS_CHARACTERS].rstrip(), theirs[:LIKENESS_CHARACTERS].rstrip()
    longest, shortest = max(len(left), len(right)), min(len(left), len(right))
    start = next((index for index in range(shortest) if left[index] != right[index]), shortest)
    end = next((index for index in range(shortest - start) if left[-1 - index] != right[-1 - index]), shortest - start)
    return (start + end) / longest if longest else 1.0


def _add(
    sides: tuple[Lines | _Text, Lines | _Text], pair: Pair[bytes], left: str | None, right: str | None, findings: Findings
) -> None:
    """Write down one line, with the place where it first differs."""
    if left is None:
        findings.add(f"line {_number(sides[1], pair.observed_index)}", "added", "absent", right or "empty")
    elif right is None:
        findings.add(f"line {_number(sides[0], pair.expected_index)}", "removed", left or "empty", "absent")
    else:
        column = next((i for i, (a, b) in enumerate(zip(left, right, strict=False)) if a != b), min(len(left), len(right))) + 1
        where = f"line {_number(sides[0], pair.expected_index)}" + (f", column {column}" if column > 1 else "")
        findings.add(where, "changed", left or "empty", right or "empty")


def _compare_form(expected: Path, observed: Path, encodings: list[str], is_masked: bool, findings: Findings) -> None:
    """Say what differs between files whose lines are the same; where nothing was masked, something does."""
    if encodings[0] != encodings[1]:
        findings.add("encoding", "changed", *encodings)
    ends = [_ends(path) for path in (expected, observed)]
    if ends[0] != ends[1] or (not is_masked and not findings.count):
        findings.add("ends of lines", "changed", *(ends if ends[0] != ends[1] else [f"{ends[0]}, in other lines"] * 2))


def _ends(path: Path) -> str:
    lone = pairs = lines = 0
    last = b"\n"
    with path.open("rb") as stream:
        while block := stream.read(1 << 20):
            if block.endswith(b"\r"):
                block += stream.read(1)
            both = block.count(b"\r\n")
            pairs, lines, lone = pairs + both, lines + block.count(b"\n") - both, lone + block.count(b"\r") - both
            last = block[-1:]
    names = [name for name, count in (("CRLF", pairs), ("LF", lines), ("CR", lone)) if count]
    end = " and ".join(names) or "none"
    return end if last in (b"\n", b"\r") else f"{end}, none after the last line"


def summarize(path: Path, type_name: str) -> Summary:
    """Return the number of lines."""
    with ExitStack() as stack:
        encoding = _encoding(path, Findings.for_summary(path))
        return Summary(parts={"lines": f"{sum(1 for _ in Lines(path, encoding, stack).pieces):,}"})
