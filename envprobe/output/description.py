"""What is kept of an output when the output itself is not, and what two such descriptions tell."""

from __future__ import annotations

import hashlib
import json
from itertools import islice
from pathlib import Path

import msgspec

from . import binary
from .comparator import WITHOUT_TOLERANCE, comparator_for
from .comparison import OutputComparison, Verdict
from .file import require
from .finding import Findings, Unable, Unreadable
from .folder import files, stable_name
from .number import Number
from .summary import SHOWN_ITEMS, Summary
from .tally import Tally
from .tolerance import Tolerance


class OutputDescription(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One output in words; its floats are text that reads back to the same bits."""

    name: str
    type: str
    size_bytes: int
    digest: str
    """Of the bytes; of a folder, of its files' names and digests."""
    metrics: dict[str, str] = {}
    """The first 1,000 single numbers by path."""
    parts: dict[str, str] = {}
    """The first 1,000 arrays, columns or files by name, each with type, shape and digest."""
    is_complete: bool = False
    """Whether two descriptions with equal metrics and parts are of the same values."""
    note: str = ""
    """Why there is only a digest, where that is so."""


def describe(path: Path, name: str = "") -> OutputDescription:
    """Describe a file or a folder. Raises UsageError where it is missing or cannot be opened."""
    require(path)
    name = name or path.name
    if path.is_dir():
        return _describe_folder(path, name)
    comparator = comparator_for(path)
    summary, note = Summary(), ""
    try:
        summary = comparator.summarize(path)
    except Unable as error:
        note = error.message
    except Unreadable as error:
        note = str(error)
    return OutputDescription(
        name=name,
        type=comparator.type,
        size_bytes=path.stat().st_size,
        digest=binary.digest(path),
        metrics=dict(islice(summary.metrics.items(), SHOWN_ITEMS)),
        parts=dict(islice(summary.parts.items(), SHOWN_ITEMS)),
        is_complete=summary.is_complete and max(len(summary.metrics), len(summary.parts)) <= SHOWN_ITEMS,
        note=note,
    )


def _describe_folder(folder: Path, name: str) -> OutputDescription:
    found = {file: folder / file for file in files(folder)}
    parts = {stable_name(file): binary.digest(path) for file, path in found.items()}
    return OutputDescription(
        name=name,
        type="folder",
        size_bytes=sum(path.stat().st_size for path in found.values()),
        digest="sha256:" + hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest(),
        parts=dict(islice(parts.items(), SHOWN_ITEMS)),
    )


def compare_descriptions(expected: OutputDescription, observed: OutputDescription, tolerance: Tolerance) -> OutputComparison:
    """Compare two outputs of which only descriptions were kept: digests, then metrics and the parts' digests.

    The digest alone does not decide: of a checkpoint it is the index's, which does not hold the values.
    """
    findings = Findings(tolerance, expected.name, expected.type)
    same_bytes = expected.digest == observed.digest and expected.parts == observed.parts
    if not same_bytes:
        _compare_metrics(expected.metrics, observed.metrics, findings)
        _compare_parts(expected.parts, observed.parts, findings)
    return OutputComparison(
        name=expected.name,
        type=expected.type,
        compared_by="digest" if same_bytes else "digests and metrics because the output itself was not kept",
        verdict=_verdict(expected, observed, same_bytes, findings),
        same_bytes=same_bytes,
        differences=findings.differences,
        count=findings.count,
    )


def _verdict(expected: OutputDescription, observed: OutputDescription, same_bytes: bool, findings: Findings) -> Verdict:
    """Return what can be said; other bytes whose metrics agree may still hold other values."""
    if same_bytes:
        return Verdict.IDENTICAL
    if findings.outside or expected.type in WITHOUT_TOLERANCE:
        return Verdict.DIFFERS
    has_unknown = any(difference.kind == "changed" for difference in findings.differences)
    is_complete = expected.is_complete and observed.is_complete and not has_unknown
    return findings.verdict if is_complete else Verdict.UNDETERMINED


def _compare_metrics(expected: dict[str, str], observed: dict[str, str], findings: Findings) -> None:
    for path in sorted({*expected, *observed}):
        rule = findings.rule((path,))
        if path not in expected or path not in observed:
            findings.add(
                path,
                "added" if path not in expected else "removed",
                expected.get(path, "absent"),
                observed.get(path, "absent"),
                accepted=rule.ignore,
            )
        elif not rule.ignore:
            tally = Tally(rule)
            tally.add(None, _number(expected[path]), _number(observed[path]))
            findings.add_numbers((path,), tally.deviation())


def _number(text: str) -> Number:
    """Read a metric back: `repr` of an int has neither point, exponent, nor letters."""
    return int(text) if text.lstrip("-").isdigit() else float(text)


def _compare_parts(expected: dict[str, str], observed: dict[str, str], findings: Findings) -> None:
    """Compare digests: where a rule allows a distance, another digest tells nothing, and is written down as accepted."""
    for name in sorted({*expected, *observed}):
        rule = findings.rule((name,))
        ours, theirs = expected.get(name, "absent"), observed.get(name, "absent")
        if ours != theirs and not rule.ignore:
            kind = "added" if ours == "absent" else "removed" if theirs == "absent" else "changed"
            findings.add(name, kind, ours, theirs, accepted=kind == "changed" and not rule.is_exact)
