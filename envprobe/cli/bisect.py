"""The command that finds which difference changes the outcome of an experiment."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from .candidate import baselines, files
from .causes import INTERRUPTED, delivering
from .delivery import hand_out, progress_shown
from .option import FILE, Delivery
from .run import CommandBehind, command_behind, target_or_file

if TYPE_CHECKING:
    from ..command.bisecting import BisectionPlan

UNDECIDED = 2


@click.command("bisect", cls=CommandBehind)
@click.argument("target", required=False, shell_complete=target_or_file)
@click.option("--baseline", metavar="RUN.json", shell_complete=baselines, help="A recorded run whose outcome is right.")
@click.option(
    "--outputs",
    multiple=True,
    required=True,
    metavar="GLOB",
    shell_complete=files,
    help="What the command writes; quoted, and as often as needed.",
)
@click.option(
    "--good",
    metavar="FOLDER|REVISION",
    shell_complete=files,
    help="Whose files were right; of a revision the commits since are halved. Default: the commit of the baseline.",
)
@click.option(
    "--claim",
    "claims",
    multiple=True,
    metavar="CLAIM",
    help="Take this for the outcome, as in 'metrics.json:accuracy >= -0.01'; repeatable.",
)
@click.option(
    "--repeat",
    type=click.IntRange(1, 1000),
    default=1,
    show_default=True,
    metavar="N",
    help="Run it N times in each copy, with the baseline's seeds.",
)
@click.option(
    "--resume",
    "answers",
    type=FILE,
    metavar="FILE",
    help="Keep answers in this file, and take those that are there.",
)
@click.option(
    "--budget",
    "budget_s",
    type=click.FloatRange(min=1),
    default=3600,
    show_default=True,
    metavar="SECONDS",
    help="Start no more runs after this long.",
)
@delivering
def bisect_command(
    target: str | None,
    baseline: str | None,
    outputs: tuple[str, ...],
    good: str | None,
    claims: tuple[str, ...],
    repeat: int,
    answers: Path | None,
    budget_s: float,
    delivery: Delivery,
) -> int:
    """Find which difference changes the outcome of an experiment.

    The command runs in throw-away copies of the target: twice in unchanged ones, then without all differences that a copy can
    be without, then without half of them, and so on. Named is the smallest set that gives the baseline's outcome. On this
    machine the command writes its outputs where it always does, or, where files are taken away, in copies of the folder.

    \b
    envprobe bisect --baseline good.json --outputs m.json -- python train.py
    envprobe bisect --baseline good.json --good v1.0 --outputs m.json -- ./train
    envprobe bisect docker://c --baseline good.json --outputs m.json -- ./train

    Exit status: 0 found, 1 not: none explains it, or more than one set may; 2 could not tell.
    """
    from ..causes.bisection import BISECTION_STATUS
    from ..command.bisecting import bisect
    from ..render import bisection

    command = command_behind("bisect")
    with progress_shown("causes", "render.bisection") as progress:
        found, is_interrupted = bisect(
            command,
            outputs,
            target,
            baseline,
            good=good,
            claims=claims,
            repeat=repeat,
            progress=progress,
            planned=_show_plan,
            budget_s=budget_s,
            answers=answers,
        )
    hand_out(lambda form, style: bisection.json(found) if form == "json" else bisection.text(found, style), delivery)
    if is_interrupted:
        return INTERRUPTED
    return UNDECIDED if found.is_undecided else BISECTION_STATUS[found.verdict]


COMMANDS = (bisect_command,)


def _show_plan(plan: BisectionPlan) -> None:
    """Say on stderr what is going to be run, and what it costs."""
    from ..causes.bisection import paths_of
    from ..spelling import line, some

    rows = [
        f"  {line('; '.join(dict.fromkeys(way.words for way in one)), 300)} ({', '.join(map(line, paths_of([one])))})"
        for one in plan.items
    ]
    times = f", {plan.repeat} times in each" if plan.repeat > 1 else ""
    cost = f", about {plan.runs * plan.repeat * plan.seconds:.0f} s" if plan.seconds else ""
    differences = some(len(plan.items), "difference") or "no difference"
    head = f"{differences} of {line(plan.target)} to take away: at most {plan.runs} copies where one acts{times}{cost}"
    click.echo("\n".join([head, *rows]), err=True)
