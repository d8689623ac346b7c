"""What of an environment and of an experiment is published in a report."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePosixPath

import msgspec

from ..fact import canonical, sha256
from ..fingerprint import Fingerprint
from ..output import OutputDescription
from ..runs import Attempt, Run
from . import metric_table
from .record import Experiment, Record, RecordedOutput

METRIC_LIMIT = 1000
"""Numbers of all outputs together; the digests cover the others."""
SPREAD = frozenset({"checkpoint", "folder"})
"""Types whose values lie in more files than the one that is named: their digest is over all parts of their description."""


def record_of(found: Fingerprint | Run) -> Record:
    """Return what is published of an environment, or of a run: its environment, its last attempt's files, all its numbers.

    Of what the command printed, of the patch's text and of where it ran nothing is published.
    """
    if isinstance(found, Fingerprint):
        return Record(fingerprint=without_context(found))
    run = found
    return Record(
        fingerprint=without_context(run.fingerprint),
        outputs={output.name: recorded(output) for attempt in run.attempts[-1:] for output in attempt.outputs},
        metrics=_metrics(run.attempts),
        experiment=Experiment(
            run=run.id,
            command=_published(run.command),
            target=run.target,
            exit_status=run.exit_status,
            state=run.state,
            attempts=len(run.attempts),
            seeds=[attempt.seed for attempt in run.attempts if attempt.seed is not None],
            patch=run.patch.digest,
        ),
    )


def without_context(found: Fingerprint) -> Fingerprint:
    """Return a fingerprint as it may be published: without host name, user, times and machine paths.

    What is absent is sorted: two equal fingerprints have one line, in whatever order their facts were recorded.
    """
    trace = found.trace
    if trace is not None:
        trace = {name: member for name, member in trace.items() if name != "context"}
    sections = {name: msgspec.structs.replace(one, absent=sorted(one.absent)) for name, one in found.sections.items()}
    return msgspec.structs.replace(found, sections=sections, context={}, trace=trace)


def recorded(description: OutputDescription) -> RecordedOutput:
    """Return an output as a record keeps it."""
    digest = description.digest
    if description.type in SPREAD and description.parts:
        digest = sha256(canonical({"digest": digest, "parts": description.parts}))
    return RecordedOutput(digest=digest, size_bytes=description.size_bytes, kind=description.type)


def _published(command: Sequence[str]) -> list[str]:
    """Return a command with its program by name alone: where a user keeps an interpreter is nobody else's business."""
    return [PurePosixPath(command[0]).name or command[0], *command[1:]]


def _metrics(attempts: Sequence[Attempt]) -> dict[str, str]:
    """Return `output:path` to its number in each attempt; `-` where an attempt has none."""
    found = [
        {f"{output.name}:{path}": text for output in attempt.outputs for path, text in output.metrics.items()}
        for attempt in attempts
    ]
    names = metric_table.in_order({name for numbers in found for name in numbers})[:METRIC_LIMIT]
    return {name: ",".join(numbers.get(name, "-") for numbers in found) for name in names}
