"""One document of the folder in a few words: what the pages list, kept while the document itself is read again when asked for."""

from __future__ import annotations

import hashlib
import os
import shlex
from collections import Counter
from datetime import datetime, timezone
from typing import Literal, TypeAlias

import msgspec

from ..baseline import Baseline
from ..fingerprint import Fingerprint
from ..render import summary
from ..report import Report, Verdict
from ..runs import Run
from ..targets.address import shown
from .columns import MetricSummary, summaries
from .folder import File
from .saved_fleet import SavedFleet

DocumentKind = Literal["baseline", "fingerprint", "run", "check", "fleet", "faulty"]
Document: TypeAlias = Baseline | Fingerprint | Run | Report | SavedFleet
TIME = "%Y-%m-%dT%H:%M:%SZ"
LATEST = 253_402_300_799
"""The last second that a datetime holds; a file's time is whatever somebody has set it to."""
ID_DIGITS = 16
CUT = 300


class ListedDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A document that lies in the folder."""

    id: str
    """What addresses it in the page: digits of the digest of its place, so that no address names a path."""
    file: File
    kind: DocumentKind
    words: str = ""
    """What it is about: a baseline's target, a run's command, what a check compared with what."""
    moment: datetime
    """When it was recorded or run, in UTC; where it does not say, when its file was last changed."""
    is_file_time: bool = True
    fingerprint: str = ""
    """The id of the environment; of a check that of the observed one. Empty where there is none."""
    outcome: str = ""
    """How a check or a run ended, in words."""
    verdict: Verdict | None = None
    """Of a check, or the worst of a fleet."""
    fleet: str = ""
    """The engine of a fleet, as it was named: reports of one engine are its history."""
    has_failed: bool = False
    """Whether a run was interrupted, or its command said that something went wrong."""
    metrics: dict[str, MetricSummary] = {}
    """Of a run, by `OUTPUT:PATH`."""
    fault: str = ""
    """Why a faulty document cannot be read."""
    has_expectation: bool = False
    """Whether others can be compared with it."""
    has_environment: bool = False
    """Whether it can be compared with others: a declared baseline can only stand first."""

    @property
    def environment(self) -> str:
        """The id of an environment that was seen, a check's too; empty for what is declared."""
        return self.fingerprint if self.has_environment or self.kind == "check" else ""


def entry_id(place: str) -> str:
    """Return the address of a place in the folder, the same every time that the folder is served."""
    return hashlib.sha256(os.fsencode(place)).hexdigest()[:ID_DIGITS]


def describe(file: File, document: Document) -> ListedDocument:
    """Return the entry of a document that could be read."""
    if isinstance(document, Report):
        return _check(file, document)
    if isinstance(document, SavedFleet):
        return _fleet(file, document)
    if isinstance(document, Run):
        return _run(file, document)
    return _baseline(file, document) if isinstance(document, Baseline) else _fingerprint(file, document)


def faulty(file: File, reason: str) -> ListedDocument:
    """Return the entry of a file that could not be read as what it claims to be."""
    words = "\n".join(fault.removeprefix(f"{file.place}: ") for fault in reason.splitlines())
    return ListedDocument(id=entry_id(file.place), file=file, kind="faulty", moment=_changed(file), fault=words)


def _check(file: File, report: Report) -> ListedDocument:
    return ListedDocument(
        id=entry_id(file.place),
        file=file,
        kind="check",
        words=f"{_short(report.observed_name)} against {_short(report.expected_name)}",
        moment=_changed(file),
        fingerprint=_short(report.observed_id),
        outcome=summary.headline(report),
        verdict=report.verdict,
    )


def _fleet(file: File, fleet: SavedFleet) -> ListedDocument:
    counts = Counter(state.word for state in fleet.members.values())
    return ListedDocument(
        id=entry_id(file.place),
        file=file,
        kind="fleet",
        words=_short(f"{fleet.engine} against {fleet.baseline}"),
        moment=_changed(file),
        outcome=", ".join(f"{number} {word}" for word, number in sorted(counts.items())) or "no members",
        verdict=fleet.verdict,
        fleet=fleet.engine,
    )


def _run(file: File, run: Run) -> ListedDocument:
    moment, is_file_time = _moment(run.context.get("recorded"), file)
    times = f", {len(run.attempts)} of {run.planned} times" if run.planned > 1 else ""
    return ListedDocument(
        id=entry_id(file.place),
        file=file,
        kind="run",
        words=_short(shlex.join(run.command)),
        moment=moment,
        is_file_time=is_file_time,
        fingerprint=run.fingerprint.id,
        outcome=f"{run.state}, exit status {run.exit_status}{times}",
        metrics=summaries(run),
        has_failed=run.state != "complete" or run.exit_status != 0,
        has_expectation=True,
        has_environment=True,
    )


def _baseline(file: File, baseline: Baseline) -> ListedDocument:
    moment, is_file_time = _moment(baseline.provenance.recorded, file)
    made = baseline.provenance
    source = shown(made.target) or made.source
    return ListedDocument(
        id=entry_id(file.place),
        file=file,
        kind="baseline",
        words=_short(f"{baseline.kind} as {baseline.name}" + (f" from {source}" if source else "")),
        moment=moment,
        is_file_time=is_file_time,
        fingerprint=baseline.id,
        has_expectation=True,
        has_environment=baseline.fingerprint is not None,
    )


def _fingerprint(file: File, fingerprint: Fingerprint) -> ListedDocument:
    moment, is_file_time = _moment(fingerprint.context.get("time"), file)
    host = fingerprint.context.get("host_name")
    return ListedDocument(
        id=entry_id(file.place),
        file=file,
        kind="fingerprint",
        words=_short(f"of machine {host}") if isinstance(host, str) else "",
        moment=moment,
        is_file_time=is_file_time,
        fingerprint=fingerprint.id,
        has_expectation=True,
        has_environment=True,
    )


def _moment(text: object, file: File) -> tuple[datetime, bool]:
    """Return a time as our own documents spell it and whether it is the file's, which counts where there is no other."""
    try:
        return datetime.strptime(str(text)[: len(TIME) * 2], TIME).replace(tzinfo=timezone.utc), False
    except ValueError:
        return _changed(file), True


def _changed(file: File) -> datetime:
    return datetime.fromtimestamp(min(max(file.modified_ns // 1_000_000_000, 0), LATEST), tz=timezone.utc)


def _short(text: str) -> str:
    return text[:CUT]
