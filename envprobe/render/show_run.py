"""A recorded experiment for a reader: what was run, how it ended, and what it left."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterator
from shlex import join
from typing import TypeAlias

from ..output import OutputDescription
from ..runs import Attempt, Patch, Run
from ..spelling import cut, line, safe, short_digest
from . import Style

SHOWN_OUTPUTS = 12
SHOWN_METRICS = 8
SHOWN_LINES = 8
SHOWN_ATTEMPTS = 5

Row: TypeAlias = tuple[str, str]


def run_rows(run: Run, style: Style) -> Iterator[Row]:
    """Yield labelled lines; those of the environment are show.py's."""
    everything = style.verbosity > 0
    yield "run", safe(join(run.command))
    yield "where", line(f"{run.target}, {run.context.get('recorded', 'at an unknown time')}")
    yield "ended", _ending(run)
    for attempt in run.attempts[: None if everything else SHOWN_ATTEMPTS] if run.planned > 1 else []:
        yield "", _attempt(attempt, run.seed_variable)
    yield from _outputs(run, everything)
    yield from _patch(run.patch)
    for name, section in sorted(run.drift.items()):
        yield "changed", line(", ".join(f"{name}.{key}" for key in [*section.known, *section.absent]) + " while it ran", 400)
    if run.not_looked_after:
        yield "unknown", line(f"the environment afterwards: {run.not_looked_after}")
    console = run.attempts[-1].console.lines if run.attempts else []
    for index, words in enumerate(console if everything else console[-SHOWN_LINES:]):
        yield "" if index else "printed", safe(words)


def _ending(run: Run) -> str:
    seconds = sum(_seconds(attempt) for attempt in run.attempts)
    times = f"{len(run.attempts)} of {run.planned} runs, " if run.planned > 1 else ""
    return f"{times}{run.state}, exit status {run.exit_status}, {seconds:.1f} s"


def _seconds(attempt: Attempt) -> float:
    """Return how long an attempt took; its context is whatever somebody has written there."""
    try:
        return float(attempt.context.get("seconds", 0))
    except (OverflowError, TypeError, ValueError):
        return math.nan


def _attempt(attempt: Attempt, variable: str) -> str:
    seed = f"{safe(variable)}={attempt.seed}, " if attempt.seed is not None else ""
    return f"{seed}exit status {attempt.exit_status}, {len(attempt.outputs)} output{'s' * (len(attempt.outputs) != 1)}"


def _outputs(run: Run, everything: bool) -> Iterator[Row]:
    """Yield the outputs of the first attempt, with each metric's spread over all of them."""
    outputs = run.attempts[0].outputs if run.attempts else []
    for output in outputs if everything else outputs[:SHOWN_OUTPUTS]:
        yield "output", f"{line(output.name)}  {output.type}, {output.size_bytes:,} bytes, {short_digest(safe(output.digest))}"
        names = list(output.metrics) if everything else list(output.metrics)[:SHOWN_METRICS]
        words = [f"{line(name, 60)} {_spread(run, output, name)}" for name in names]
        left = len(output.metrics) - len(names)
        if words:
            yield "", ", ".join(words) + (f" and {left} more numbers: -v shows all" if left else "")
    if len(outputs) > SHOWN_OUTPUTS and not everything:
        yield "", f"and {len(outputs) - SHOWN_OUTPUTS} more outputs: -v shows all"
    for glob in dict.fromkeys(glob for attempt in run.attempts for glob in attempt.missing):
        yield "missing", f"nothing was written that matches {line(glob)}"


def _spread(run: Run, output: OutputDescription, metric: str) -> str:
    texts = [
        other.metrics[metric]
        for attempt in run.attempts
        for other in attempt.outputs
        if other.name == output.name and metric in other.metrics
    ]
    if len(set(texts)) == 1:
        return safe(texts[0])
    values = [float(text) for text in texts]
    if not all(math.isfinite(value) for value in values):  # an average of those tells nothing
        return line(", ".join(texts))
    return f"{statistics.fmean(values):.6g} ± {statistics.stdev(values):.3g}"


def _patch(patch: Patch) -> Iterator[Row]:
    words = [f"a patch of {patch.size_bytes:,} bytes ({short_digest(safe(patch.digest))})"] if patch.digest else []
    words += [f"{len(patch.untracked)} untracked files"] if patch.untracked else []
    words += [f"forked from {line(patch.upstream, 60)} at {safe(patch.fork_point[:12])}"] if patch.fork_point else []
    words += [line(patch.note)] if patch.note else []
    if words:
        yield "code", cut(", ".join(words), 400)
