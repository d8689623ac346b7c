"""The commands about many machines at once: `fleet check` and `fleet record`."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..fleet.engine import ROWS
from ..render.fleet import FLEET_FORMATS
from .candidate import baselines
from .delivery import hand_out, progress_shown, write_stdout
from .option import FILE, Delivery, Reading, color, policy_from, probing, rendering_with, together

if TYPE_CHECKING:
    from ..command.fleet import Asking
    from ..probing.collect import Options

FORMS = "\n".join(f"{row.form:<34} {row.summary}" for row in ROWS)


@click.group("fleet")
def fleet_command() -> None:
    """Put the same question to many machines.

    Each member is probed as one target is, through the engine that the team has already; nothing is installed there.

    \b
    envprobe fleet check --on 'ssh:node[1-8]' --baseline tf-2.9
    envprobe fleet record --on 'ssh:node[1-8]' --name cluster

    Exit status: 0 all reproduce, 1 one differs, 2 one could not tell or is unreachable.
    """


def _asking(parallel: int | None, repeat: int, burn_in: float, spool: Path | None, resume: bool) -> Asking:
    """Return how the members are asked."""
    from ..command.fleet import Asking

    return Asking(parallel=parallel, repeat=repeat, burn_in_s=burn_in * 60, spool=spool, resume=resume)


on = click.option("--on", "engine", required=True, metavar="ENGINE", help="Where the members are: ssh:HOSTS, file:FOLDER, …")
asked = together(
    "asking",
    _asking,
    click.option("--parallel", type=click.IntRange(1, 1000), metavar="N", help="Ask so many members at a time."),
    click.option(
        "--repeat",
        type=click.IntRange(1, 1000),
        default=1,
        show_default=True,
        metavar="N",
        help="Run the benchmark so often on each member: one that differs from itself computes wrong.",
    ),
    click.option(
        "--burn-in",
        type=click.FloatRange(0, 10_000),
        default=0,
        metavar="MINUTES",
        help="Run the benchmark so long on each member, on one core after another: which one computes wrong.",
    ),
    click.option("--spool", type=FILE, help="Keep what arrives in this file, for --resume and for --on file:FILE."),
    click.option("--resume", is_flag=True, help="Go on where an interrupted run stopped: who answered is not asked again."),
)


@fleet_command.command("check", epilog="\b\nENGINE is one of\n" + FORMS)
@on
@click.option(
    "--baseline",
    metavar="NAME|FILE",
    shell_complete=baselines,
    help="What to compare with; the configuration's, or the only one there is.",
)
@policy_from
@asked
@probing
@rendering_with("Let warnings fail.", FLEET_FORMATS)
def check(
    engine: str, baseline: str | None, policy_from: str, asking: Asking, options: Options, strict: bool, delivery: Delivery
) -> int:
    """Compare every member of a fleet with a baseline. Never records.

    Identical machines are one class and one comparison. A member that cannot be asked is unreachable, with its reason.

    \b
    envprobe fleet check --on 'ssh:node[1-8]' --baseline tf-2.9
    envprobe fleet check --on ssh:inventory.ini --format html --output fleet.html
    envprobe fleet check --on file:collected --baseline tf-2.9
    envprobe fleet check --on docker-contexts:image://tensorflow/tensorflow:2.9.0

    Exit status: 0 all reproduce, 1 one differs, 2 one could not tell or is unreachable.
    """
    from ..command import fleet
    from ..config import load_config
    from ..report import EXIT_STATUS

    with progress_shown("assess", "render.fleet") as progress:
        config = load_config(Path.cwd(), policy_from)
        report = fleet.check_fleet(
            engine, baseline, asking=asking, options=options, config=config, strict=strict, progress=progress
        )
    hand_out(lambda form, style: FLEET_FORMATS[form](report, style), delivery)
    return EXIT_STATUS[report.verdict]


@fleet_command.command("record")
@on
@click.option("--name", shell_complete=baselines, help="Record as baselines/NAME.json.")
@click.option("--output", type=FILE, help="Record to this file.")
@click.option("--update", is_flag=True, help="Replace the baseline that is there.")
@asked
@probing
@together("reading", lambda color: Reading(color), color)
def record(
    engine: str, name: str | None, output: Path | None, update: bool, asking: Asking, options: Options, reading: Reading
) -> int:
    """Record what most members of a fleet are as a baseline.

    With the benchmark of each numeric class, as most members of that class compute it. The report says who is unlike it.

    \b
    envprobe fleet record --on 'ssh:node[1-8]' --name cluster

    Exit status: 0 recorded, 2 not: what lies there is left as it is.
    """
    from .. import store
    from ..command import baseline, fleet
    from ..command.prompt import call_of
    from ..render.fleet.text import render
    from .terminal import style_of

    with progress_shown() as progress:
        recording, report = fleet.record_fleet(
            engine, name=name, output=output, asking=asking, options=options, progress=progress
        )
    write_stdout(render(report, style_of(reading)))
    baseline.save(recording, update=update)
    call = call_of(None, name or store.spelled(recording.path, None), options)
    again = ["fleet", "check", "--on", engine, "--baseline", call.baseline, *call.options]
    click.echo(store.spelled_next(recording.path, f"{call.program} {shlex.join(again)}"), err=True)
    return 0


COMMANDS = (fleet_command,)
