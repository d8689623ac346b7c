"""What envprobe says of an environment, and of everything that goes wrong in it, shown on a copy that is thrown away."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import msgspec

from ..baseline import Baseline
from ..config import Config
from ..demo.drift import DRIFTS, Drift
from ..demo.replica import Replica, replicate
from ..error import UsageError
from ..probing.collect import Options
from ..progress import Progress
from ..report import Report, Verdict
from ..targets.address import parse
from ..targets.opening import open_target
from . import baseline as recording
from . import environment
from .prompt import call_of


class Step(msgspec.Struct, frozen=True):
    """One thing that was done to the copy, and what came of it."""

    story: str
    command: str
    """What does the same in a shell."""
    outcome: Baseline | Report
    is_expected: bool
    """Whether the unchanged copy reproduces, and what was planted is named."""


def copy_of(target: str, folder: Path) -> Replica:
    """Copy the environment of a Python of this machine into a folder. Raises UsageError, TargetError."""
    address = parse(target)
    if address.scheme != "local":
        raise UsageError(
            f"{target}: the demo changes a copy, and copies only what is on this machine",
            "leave the target out for this Python, or name another one: local:///path/to/python3",
        )
    with open_target(target) as opened:
        return replicate(opened.pythons[0], folder / "copy")


def steps(replica: Replica, folder: Path, progress: Progress | None = None) -> Iterator[Step]:
    """Record the copy, check it, then plant one drift after the other and check again.

    While a drift is checked its variables are set in this process, whose children the probes are.
    """
    target, file = f"local://{replica.folder}", folder / "before.json"
    config = Config(baselines_folder=folder)
    recorded = recording.record(target, output=file, config=config, progress=progress)
    recording.save(recorded)
    typed = call_of(target, str(file), None, config).record(str(file))
    yield Step("Record a baseline of the copy.", typed, recorded.baseline, True)
    yield _checked(Drift("Check it: nothing changed.", "", hashes_files=True), target, file, config, progress)
    for plant in DRIFTS:
        drift = plant(replica, recorded.baseline, folder)
        if drift is not None:
            yield _checked(drift, target, file, config, progress)


def _checked(drift: Drift, target: str, file: Path, config: Config, progress: Progress | None) -> Step:
    options = Options(integrity=drift.hashes_files)
    with _set(drift.variables):
        report = environment.check(target, str(file), options=options, config=config, progress=progress)
    before = [f"{name}={shlex.quote(value)}" for name, value in drift.variables.items()]
    command = " ".join([*before, call_of(target, str(file), options, config).check()])
    named = {difference.path for difference in report.differences}
    expected = drift.path in named if drift.path else report.verdict is Verdict.REPRODUCES
    return Step(drift.story, command, report, expected)


@contextmanager
def _set(variables: Mapping[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
