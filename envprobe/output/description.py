"""What is kept of an output when the output itself is not, and what two such descriptions tell."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import msgspec

from .comparator import comparator_for
from .comparison import OutputComparison, OutputVerdict
from .file import BYTES_DECIDE, require
from .finding import Findings, Unable, Unreadable
from .folder import files, stable_name, with_shards
from .number import Number
from .readers import binary
from .summary import SHOWN_ITEMS, NumberSeries, Summary
from .tally import Tally
from .tolerance import Tolerance

BY_DIGESTS = "digests and metrics because the output itself was not kept"


class OutputDescription(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One output in words; its floats are text that reads back to the same bits.

    What stands in `metrics` and `parts` is known; what does not is absent, unless `unread` or `note` says that it is unknown.
    """

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
    reader: str = ""
    """What read it: type and edition, library and version. Empty in descriptions of envprobe 0.1."""
    unread: dict[str, str] = {}
    """Members that could not be read, with the reason."""
    hint: str = ""
    """What would let more be read, on the machine where it was described."""
    histories: dict[str, NumberSeries] = {}
    """Numbers over the steps of a short log, for pictures; the digest speaks for them."""
    shards: dict[str, str] = {}
    """Digests of the other files that it speaks for: the data of a checkpoint's index."""


LATER_MEMBERS = ("reader", "unread", "hint", "shards")
"""Members that descriptions of envprobe 0.1 do not have: they enter a run's id only where they say something."""


def describe(path: Path, name: str = "", digest: str = "") -> OutputDescription:
    """Describe a file or a folder; `digest` where it is known. Raises UsageError where it is missing or cannot be opened."""
    require(path)
    name = name or path.name
    if path.is_dir():
        return _describe_folder(path, name)
    comparator = comparator_for(path)
    summary, note, hint = Summary(), "", ""
    try:
        summary = comparator.summarize(path)
    except Unable as error:
        note, hint = error.message, error.hint
    except Unreadable as error:
        note = str(error)
    return OutputDescription(
        name=name,
        type=comparator.type,
        size_bytes=path.stat().st_size,
        digest=digest or binary.digest(path),
        metrics=dict(islice(summary.metrics.items(), SHOWN_ITEMS)),
        parts=dict(islice(summary.parts.items(), SHOWN_ITEMS)),
        is_complete=summary.is_complete and max(len(summary.metrics), len(summary.parts)) <= SHOWN_ITEMS,
        note=note,
        reader=comparator.reader,
        unread=dict(islice(summary.unread.items(), SHOWN_ITEMS)),
        hint=hint or summary.hint,
        histories=summary.histories,
        shards=shard_digests(path),
    )


def shard_digests(path: Path) -> dict[str, str]:
    """Return the digests of the files that a checkpoint's index speaks for, by name."""
    return {shard.name: binary.digest(shard) for shard in with_shards(path)[1:]}


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


def are_same(expected: OutputDescription, observed: OutputDescription) -> bool:
    """Tell whether two descriptions are of the same bytes, whoever made them and whatever could be read there.

    The digest alone does not decide for a checkpoint: it is the index's, which does not hold the values.
    """
    if expected.digest != observed.digest:
        return False
    if expected.shards and observed.shards:
        return expected.shards == observed.shards
    return expected.parts == observed.parts if "checkpoint" in (expected.type, observed.type) else True


def compare_descriptions(expected: OutputDescription, observed: OutputDescription, tolerance: Tolerance) -> OutputComparison:
    """Compare two outputs of which only descriptions were kept: digests, then metrics and the parts' digests."""
    findings = Findings(tolerance, expected.name, expected.type)
    if are_same(expected, observed):
        return _result(expected, "digest", OutputVerdict.IDENTICAL, findings, same_bytes=True)
    if findings.whole.ignore:
        return _result(expected, "nothing: a rule ignores it", OutputVerdict.TOLERANCE, findings)
    if findings.whole.bytes:
        findings.add("", "changed", expected.digest, observed.digest)
        return _result(expected, "digest, as a rule says", findings.verdict, findings)
    if reason := _unknown(expected, observed):
        hint = expected.hint and f"where it was recorded: {expected.hint}"
        hint = observed.hint or hint or BYTES_DECIDE.format(name=expected.name)
        return _result(expected, f"digests because {reason}", OutputVerdict.UNDETERMINED, findings, hint=hint)
    _compare_metrics(expected, observed, findings)
    _compare_parts(expected, observed, findings)
    return _result(expected, BY_DIGESTS, _verdict(expected, observed, findings), findings, hint=observed.hint or expected.hint)


def _result(
    expected: OutputDescription,
    compared_by: str,
    verdict: OutputVerdict,
    findings: Findings,
    *,
    same_bytes: bool = False,
    hint: str = "",
) -> OutputComparison:
    return OutputComparison(
        name=expected.name,
        type=expected.type,
        compared_by=compared_by,
        verdict=verdict,
        same_bytes=same_bytes,
        differences=findings.differences,
        count=findings.count,
        hint=hint,
    )


def _unknown(expected: OutputDescription, observed: OutputDescription) -> str:
    """Return why two descriptions cannot be held against each other at all; empty where they can."""
    for side, where in ((expected, "recorded"), (observed, "compared")):
        if side.note or side.type == "bytes":
            return f"where it was {where} it could not be read: {side.note or 'nothing reads such files'}"
    if (ours := _edition(expected)) != (theirs := _edition(observed)):
        return f"one was read as {ours} and the other as {theirs}"
    return ""


def _edition(side: OutputDescription) -> str:
    return side.reader.partition(" ")[0] or f"{side.type}/1"


def _verdict(expected: OutputDescription, observed: OutputDescription, findings: Findings) -> OutputVerdict:
    """Return what is known; other bytes whose metrics agree may still hold other values."""
    if findings.outside:
        return OutputVerdict.DIFFERS
    has_unknown = findings.unread or any(difference.kind == "changed" for difference in findings.differences)
    is_complete = expected.is_complete and observed.is_complete and not (has_unknown or expected.unread or observed.unread)
    return findings.verdict if is_complete else OutputVerdict.UNDETERMINED


def _paths(expected: dict[str, str], observed: dict[str, str], unread: set[str]) -> Iterator[str]:
    return (path for path in sorted({*expected, *observed}) if path not in unread)


def _compare_metrics(expected: OutputDescription, observed: OutputDescription, findings: Findings) -> None:
    ours, theirs = expected.metrics, observed.metrics
    for path in _paths(ours, theirs, {*expected.unread, *observed.unread}):
        rule = findings.rule((path,))
        if path not in ours or path not in theirs:
            if max(len(ours), len(theirs)) < SHOWN_ITEMS:  # beyond, the other side may have it too
                kind = "added" if path not in ours else "removed"
                findings.add(path, kind, ours.get(path, "absent"), theirs.get(path, "absent"), accepted=rule.ignore)
        elif not rule.ignore and (ours[path] != theirs[path] or not rule.nan_equal):
            tally = Tally(rule)
            tally.add(None, _number(ours[path]), _number(theirs[path]))
            findings.add_numbers((path,), tally.deviation())


def _number(text: str) -> Number:
    """Read a metric back: `repr` of an int has neither point, exponent, nor letters."""
    return int(text) if text.lstrip("-").isdigit() else float(text)


def _compare_parts(expected: OutputDescription, observed: OutputDescription, findings: Findings) -> None:
    """Compare digests: where a rule allows a distance, another digest tells nothing, and is written down as accepted."""
    for name in _paths(expected.parts, observed.parts, {*expected.unread, *observed.unread}):
        rule = findings.rule((name,))
        ours, theirs = expected.parts.get(name, "absent"), observed.parts.get(name, "absent")
        if ours != theirs and not rule.ignore:
            kind = "added" if ours == "absent" else "removed" if theirs == "absent" else "changed"
            findings.add(name, kind, ours, theirs, accepted=kind == "changed" and not rule.is_exact)
