"""Run an experiment and record it."""

from __future__ import annotations

from pathlib import Path

import msgspec

from .. import store
from ..config import Config, load_config
from ..experiment.console import Live
from ..experiment.running import LOCAL, Plan, reference_of, run_experiment
from ..probing.collect import Options
from ..progress import Progress
from ..runs import Run, to_json
from .probing import options_of


def run(
    target: str | None = None,
    *,
    plan: Plan,
    options: Options | None = None,
    config: Config | None = None,
    live: Live | None = None,
    progress: Progress | None = None,
) -> Run:
    """Run an experiment in a target and return its record, a partial one where it was interrupted; nothing is stored.

    `live` gets what the command prints. Raises UsageError, TargetError or ProbeError where it could not be run.
    """
    config = config or load_config(Path.cwd())
    reference = target or config.target
    if reference == LOCAL and plan.command:
        reference = reference_of(plan.command)
    wanted = options_of(options, config)
    plan = msgspec.structs.replace(plan, data=[*wanted.data, *plan.data])
    return run_experiment(reference, plan, wanted, live or (lambda stream, data: None), progress or (lambda words: None))


def save_run(run: Run, path: Path, *, update: bool = False) -> None:
    """Write a run, whole or not at all. Raises StoreError where a file lies there and `update` is false."""
    store.save(path, to_json(run), replace=update)
