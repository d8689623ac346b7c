"""Compare two outputs: files by their type, folders file by file. What cannot be read by its type is compared as text, and
other bytes that cannot be read at all are `undetermined`."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import NamedTuple

import msgspec

from ..error import UsageError
from .comparator import BY_TYPE, Comparator, comparator_for
from .comparison import OutputComparison, OutputDifference, OutputVerdict
from .finding import SHOWN_DIFFERENCES, Findings, Unable, Unreadable
from .folder import files, pair_names, with_shards
from .readers import binary
from .text_file import looks_like_text
from .tolerance import Tolerance

SEVEREST_FIRST = (OutputVerdict.DIFFERS, OutputVerdict.UNDETERMINED, OutputVerdict.TOLERANCE, OutputVerdict.IDENTICAL)
BYTES_DECIDE = 'if its bytes must be the same, say so: [tool.envprobe.outputs] "{name}" = {{bytes = true}}'


class TypedResult(NamedTuple):
    """What a comparison by type came to."""

    compared_by: str
    findings: Findings
    verdict: OutputVerdict | None = None
    """Set where the findings must not decide."""
    hint: str = ""


def compare_outputs(expected: Path, observed: Path, tolerance: Tolerance, name: str = "", depth: int = 0) -> OutputComparison:
    """Compare two files, or two folders file by file. The type is the expected one's; `depth` archives lie around them.

    Raises UsageError where one of them is missing or cannot be opened, or where one is a folder and the other a file.
    """
    name = name or expected.name
    for path in (expected, observed):
        require(path)
    if expected.is_dir() != observed.is_dir():
        raise UsageError(f"{name}: one is a folder, the other a file", "compare outputs of one kind")
    if expected.is_dir():
        return _compare_folders(expected, observed, tolerance, name)
    return _compare_files(expected, observed, tolerance, name, depth)


def require(path: Path) -> None:
    """Raise UsageError where an output is missing or cannot be opened."""
    try:
        if not path.is_dir():
            path.open("rb").close()
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}") from error


def _compare_files(expected: Path, observed: Path, tolerance: Tolerance, name: str, depth: int) -> OutputComparison:
    comparator = _common_comparator(expected, observed)
    findings = Findings(tolerance, name, comparator.type)
    findings.depth = depth
    same_bytes = binary.same(with_shards(expected), with_shards(observed))
    if same_bytes and tolerance.trusts_equal_bytes:
        result = TypedResult("bytes", findings)
    elif findings.whole.ignore:
        result = TypedResult("nothing: a rule ignores it", findings, OutputVerdict.TOLERANCE)
    elif findings.whole.bytes:
        binary.compare(expected, observed, findings, decides=True)
        result = TypedResult("bytes, as a rule says", findings)
    else:
        result = _compare_by_type(expected, observed, comparator, findings)
    found = result.findings
    return OutputComparison(
        name=name,
        type=comparator.type,
        compared_by=result.compared_by,
        verdict=result.verdict if result.verdict and not same_bytes else found.verdict,
        same_bytes=same_bytes,
        differences=found.differences,
        count=found.count,
        hint=result.hint or found.hint,
    )


def _common_comparator(expected: Path, observed: Path) -> Comparator:
    """Return the comparator of the expected file; where names tell nothing, contents of two kinds have only bytes in common."""
    comparators = comparator_for(expected), comparator_for(observed)
    is_told = expected.suffix == observed.suffix and comparators[0] is not comparators[1]
    return BY_TYPE["bytes"] if is_told else comparators[0]


def _compare_by_type(expected: Path, observed: Path, comparator: Comparator, findings: Findings) -> TypedResult:
    try:
        comparator.compare(expected, observed, findings)
    except Unable as error:
        return _compare_unread(expected, observed, findings, error)
    except Unreadable as error:
        return _compare_damaged(expected, observed, comparator, findings, str(error))
    hint = BYTES_DECIDE.format(name=findings.output) if comparator.type == "bytes" else ""
    return TypedResult(comparator.type, findings, hint=hint)


def _compare_unread(expected: Path, observed: Path, findings: Findings, error: Unable) -> TypedResult:
    """Show where two files part that may be the same by type, whatever their bytes say: nothing is known of them."""
    shown = _as_text_or_bytes(expected, observed, findings)
    verdict = None if _is_one_empty(expected, observed) else OutputVerdict.UNDETERMINED
    return TypedResult(f"bytes because {error.message}", shown.findings, verdict, error.hint)


def _is_one_empty(expected: Path, observed: Path) -> bool:
    """Tell whether one file holds nothing, which is never the same as something."""
    return not expected.stat().st_size or not observed.stat().st_size


def _compare_damaged(expected: Path, observed: Path, comparator: Comparator, findings: Findings, reason: str) -> TypedResult:
    """Compare two files of which one at least is not what its name says: as text, or by which of them is."""
    try:
        faults = [_fault(comparator, path) for path in (expected, observed)]
    except Unable as error:
        return _compare_unread(expected, observed, findings, error)
    result = _as_text_or_bytes(expected, observed, findings)
    if comparator.type != "text" and result.compared_by == "text":
        return result._replace(compared_by=f"text because {reason}")
    fresh = Findings(findings.tolerance, findings.output, findings.type_name)
    are_text = [looks_like_text(path) for path in (expected, observed)]
    if bool(faults[0]) != bool(faults[1]):
        fresh.add("", "type", *(fault or f"a sound {comparator.type} file" for fault in faults))
    elif are_text[0] != are_text[1]:
        fresh.add("", "type", *("text" if is_text else "no text" for is_text in are_text))
    else:
        binary.compare(expected, observed, fresh)
    return TypedResult(f"bytes because {reason}", fresh, hint=BYTES_DECIDE.format(name=findings.output) if fresh.unread else "")


def _as_text_or_bytes(expected: Path, observed: Path, findings: Findings) -> TypedResult:
    fresh = Findings(findings.tolerance, findings.output, "text")
    try:
        if looks_like_text(expected) and looks_like_text(observed):
            BY_TYPE["text"].compare(expected, observed, fresh)
            return TypedResult("text", fresh)
    except (Unable, Unreadable):
        fresh = Findings(findings.tolerance, findings.output, "bytes")
    binary.compare(expected, observed, fresh)
    return TypedResult("bytes", fresh)


def _fault(comparator: Comparator, path: Path) -> str:
    """Return why a file is not what its name says; empty where it is. Raises Unable where it cannot be read here."""
    try:
        comparator.summarize(path)
    except Unreadable as error:
        return str(error)
    return ""


def _compare_folders(expected: Path, observed: Path, tolerance: Tolerance, name: str) -> OutputComparison:
    found: list[OutputDifference] = []
    parts: list[OutputComparison] = []
    pairs = list(pair_names(files(expected), files(observed)))
    for file, ours, theirs in pairs:
        if ours is None or theirs is None:
            missing = ("absent", "a file") if ours is None else ("a file", "absent")
            kind = "added" if ours is None else "removed"
            found.append(OutputDifference(path=file, kind=kind, expected=missing[0], observed=missing[1]))
        else:
            parts.append(compare_outputs(expected / ours, observed / theirs, tolerance, f"{name}/{file}"))
            found += [_inside(file, difference) for difference in parts[-1].differences]
    is_incomplete = any(None in pair[1:] for pair in pairs)
    count = len(found) + sum(part.count - len(part.differences) for part in parts)
    verdicts = {*(part.verdict for part in parts), OutputVerdict.DIFFERS if is_incomplete else OutputVerdict.IDENTICAL}
    return OutputComparison(
        name=name,
        type="folder",
        compared_by=_summary(parts),
        verdict=min(verdicts, key=SEVEREST_FIRST.index),
        same_bytes=not is_incomplete and all(part.same_bytes for part in parts),
        differences=sorted(found, key=lambda difference: difference.accepted)[:SHOWN_DIFFERENCES],
        count=count,
        hint=next((part.hint for part in parts if part.hint), ""),
    )


def _inside(file: str, difference: OutputDifference) -> OutputDifference:
    return msgspec.structs.replace(difference, path=f"{file}: {difference.path}" if difference.path else file)


def _summary(parts: list[OutputComparison]) -> str:
    """Say by what the files were compared: `2 files by bytes, 1 by checkpoint`."""
    counts = Counter(part.compared_by for part in parts)
    return ", ".join(f"{number:,} by {how}" for how, number in sorted(counts.items())) or "nothing: no files"
