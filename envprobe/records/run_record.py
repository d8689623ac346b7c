"""What of a recorded experiment is published in a report."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePosixPath

from ..runs import Attempt, Run
from ..verification.output_files import recorded
from .packing import Experiment, Record, without_context

METRIC_LIMIT = 1000
"""Numbers of all outputs together; the digests cover the others."""


def record_of(run: Run) -> Record:
    """Return a run's record: its environment, the files of its last attempt, and the numbers of all of them.

    Of what the command printed, of the patch's text and of where it ran nothing is published.
    """
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


def _published(command: Sequence[str]) -> list[str]:
    """Return a command with its program by name alone: where a user keeps an interpreter is nobody else's business."""
    return [PurePosixPath(command[0]).name or command[0], *command[1:]]


def _metrics(attempts: Sequence[Attempt]) -> dict[str, str]:
    """Return `output:path` to its number in each attempt; `-` where an attempt has none."""
    found = [
        {f"{output.name}:{path}": text for output in attempt.outputs for path, text in output.metrics.items()}
        for attempt in attempts
    ]
    names = sorted({name for numbers in found for name in numbers}, key=lambda name: (name.count("["), name))[:METRIC_LIMIT]
    return {name: ",".join(numbers.get(name, "-") for numbers in found) for name in names}
