"""How long a user waits before anything happens."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from .cost import Cost, in_turn, of_program
from .host import ENVPROBE, PIP
from .row import Row, amount, ratio


def rows(runs: int) -> Iterator[Row]:
    """Yield the rows of commands that only start: each beside pip's like, in the same environment."""
    for ours, peers, bound in (("--version", "--version", 0.5), ("check --help", "check --help", 0.5)):
        mine, theirs = in_turn(runs, partial(of_program, [ENVPROBE, *ours.split()]), partial(of_program, [PIP, *peers.split()]))
        yield ratio(f"`envprobe {ours}`", _walls(mine), f"`pip {peers}`", _walls(theirs), at_most=bound)
    speaking = "envprobe.command.environment, envprobe.probing.answer, envprobe.targets.docker"
    mine, theirs = in_turn(runs, partial(_imports, speaking), partial(_imports, "docker"))
    yield ratio("imports up to the first word to a local engine", _walls(mine), "`import docker`", _walls(theirs), at_most=1)
    yield amount(
        "what the plugin adds to a pytest run that does not ask for it, CPU", _added_by_plugin(8 * runs), "ms", at_most=8
    )


def _added_by_plugin(runs: int) -> list[float]:
    """Return the seconds by which a run of one test is longer with the plugin; other plugins are left out of both."""
    with TemporaryDirectory() as folder:
        test = Path(folder) / "test_nothing.py"
        test.write_text("def test_nothing(): pass\n")
        alone = (
            "env",
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD=1",
            sys.executable,
            "-m",
            "pytest",
            "-p",
            "no:cacheprovider",
            "-c",
            os.devnull,
        )
        mine, theirs = in_turn(runs, partial(of_program, [*alone, "-p", "envprobe", test]), partial(of_program, [*alone, test]))
    return [with_plugin.cpu_s - without.cpu_s for with_plugin, without in zip(mine, theirs, strict=True)]


def _imports(modules: str) -> Cost:
    return of_program([sys.executable, "-I", "-c", f"import {modules}"])


def _walls(costs: Sequence[Cost]) -> list[float]:
    return [cost.wall_s for cost in costs]
