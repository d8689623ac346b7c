"""Compare JSON lines: one nested value a line, aligned, in bounded memory."""

from __future__ import annotations

from codecs import BOM_UTF8
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from ..align import Pair, aligned
from ..finding import Findings, Unreadable
from ..lines import Lines, leave_out_common_end, pass_over_common
from ..plain import digest_without_numbers, metrics
from ..rows import ROW_LIMIT_BYTES, RowCounter
from ..summary import HISTORY_ROWS, Summary, histories, spelled
from ..tree import compare_trees, likeness, spell
from .document import read_json

WALKED_LINES = 100_000
"""Differing lines that are compared value by value before the rest are only counted."""
LIKENESS_BYTES = 4096


def lines(path: Path, stack: ExitStack) -> tuple[Lines, Any]:
    """Return the open file, and its lines that are not blank, without their ends."""
    with path.open("rb") as stream:
        encoding = "utf-8-sig" if stream.read(len(BOM_UTF8)) == BOM_UTF8 else "utf-8"
    found = Lines(path, encoding, stack, ROW_LIMIT_BYTES)
    return found, (stripped for line in found.pieces if (stripped := line.strip()))


def compare(expected: Path, observed: Path, findings: Findings) -> None:
    """Compare lines that belong together; the same lines in another order are one difference."""
    inner = Findings(findings.tolerance, findings.output, findings.type_name)
    trusts_equal = findings.tolerance.trusts_equal_bytes
    balance = walked = passed = 0
    with ExitStack() as stack:
        (ours_file, ours), (theirs_file, theirs) = lines(expected, stack), lines(observed, stack)
        if trusts_equal:
            counter = RowCounter(quote=b"")
            pass_over_common(ours_file, theirs_file, counter)
            leave_out_common_end(ours_file, theirs_file)
            passed = counter.rows
            pairs = aligned(ours, theirs, _likeness)
        else:
            pairs = (Pair(index, left, index, right) for index, (left, right) in enumerate(zip(ours, theirs, strict=False)))
        for pair in pairs:
            balance += hash(pair.expected) - hash(pair.observed)
            walked += 1
            _add(pair, passed, inner, is_walked=walked <= WALKED_LINES or not inner.outside)
    if inner.outside and not balance:
        if not findings.whole.ignore_order and not findings.rule(()).ignore_order:
            findings.add("", "order", "lines", "the same lines in another order")
        return
    findings.include(inner.found, lambda path: path)


def _add(pair: Pair[bytes], passed: int, findings: Findings, *, is_walked: bool) -> None:
    if pair.observed is None and pair.expected is not None:
        findings.add(
            (pair.expected_index + passed,), "removed", spell(_read(pair.expected, pair.expected_index + passed)), "absent"
        )
    elif pair.expected is None and pair.observed is not None:
        findings.add(
            (pair.observed_index + passed,), "added", "absent", spell(_read(pair.observed, pair.observed_index + passed))
        )
    elif pair.expected is not None and pair.observed is not None:
        index = pair.expected_index + passed
        if is_walked:
            compare_trees(_read(pair.expected, index), _read(pair.observed, pair.observed_index + passed), findings, (index,))
        else:
            findings.add(
                (index,), "changed", *(side[:1000].decode("utf-8", "replace") for side in (pair.expected, pair.observed))
            )


def _likeness(ours: bytes, theirs: bytes) -> float:
    if max(len(ours), len(theirs)) > LIKENESS_BYTES:
        return float(ours[:100] == theirs[:100])
    try:
        return likeness(read_json(ours), read_json(theirs))
    except ValueError:
        return 0.0


def _read(line: bytes, index: int) -> object:
    try:
        return read_json(line)
    except ValueError as error:
        raise Unreadable(f"line {index + 1} is not JSON: {error}") from None


def summarize(path: Path, type_name: str) -> Summary:
    """Return the numbers of the last line as metrics: of a training log, the final values."""
    count, last, first = 0, b"null", []
    with ExitStack() as stack:
        for line in lines(path, stack)[1]:
            count, last = count + 1, line
            if count <= HISTORY_ROWS + 1:
                first.append(line)
    value = _read(last, count - 1)
    parts = {"lines": f"{count:,}"} | ({"all but numbers": digest_without_numbers(value)} if count == 1 else {})
    rows = [list(metrics(_read(line, index))) for index, line in enumerate(first)] if count <= HISTORY_ROWS else []
    return Summary(metrics=spelled(metrics(value)), parts=parts, histories=histories(rows))
