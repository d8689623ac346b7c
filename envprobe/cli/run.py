"""The command that runs an experiment and records it."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Iterator
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem

from ..targets.scheme import SCHEMES
from .candidate import files, targets
from .option import FILE, FOLDER, probing_with, together
from .waiting import waiting

if TYPE_CHECKING:
    from ..experiment.running import Plan
    from ..probing.collect import Options
    from ..runs import Run

SEPARATOR = "--"
IS_BEHIND = f"{__name__}.is_behind"
OPTIONS = f"{__name__}.options"
FAILED, TROUBLE, INTERRUPTED = 1, 2, 130
GLOBS = ("--outputs", "--data")


class CommandBehind(click.Command):
    """Takes what stands behind `--` as the command to run: before it stands the target, which may be left out."""

    def parse_args(self, context: click.Context, args: list[str]) -> list[str]:
        """Set the command aside, untouched."""
        place = args.index(SEPARATOR) if SEPARATOR in args else len(args)
        context.meta[__name__] = args[place + 1 :]
        context.meta[OPTIONS] = args[:place]
        context.meta[IS_BEHIND] = SEPARATOR in args
        if not context.resilient_parsing:
            _refuse_expanded(args[:place])
        return super().parse_args(context, args[:place])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem[str]]:
        """Leave the words of the command to the shell."""
        return [CompletionItem(incomplete, type="file")] if ctx.meta[IS_BEHIND] else super().shell_complete(ctx, incomplete)

    def collect_usage_pieces(self, context: click.Context) -> list[str]:
        """Show it in the usage line."""
        return [*super().collect_usage_pieces(context), "-- COMMAND..."]


def _refuse_expanded(words: list[str]) -> None:
    """Refuse a glob that the shell has made into several files: the second would be taken for the target."""
    for option, first, second in zip(words, words[1:], words[2:], strict=False):
        if option in GLOBS and not second.startswith("-") and os.path.lexists(first) and os.path.lexists(second):
            quoted = f"{option} {shlex.quote(str(Path(first).parent / '*'))}"
            raise click.UsageError(f"the shell made several files of {option} ({first}, {second}): quote it, as in {quoted}")


def target_or_file(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
    """Complete the target, and behind the separator whatever a command may take."""
    return (files if context.meta[IS_BEHIND] else targets)(context, parameter, incomplete)


HELP = """Run an experiment and record it.

Recorded are the command, the environment before and after, code, data and outputs.

TARGET is {}; in a container the command runs in the container's own folder. What it prints
appears as it does; the record is a file.

\b
envprobe run --outputs 'out/*.json' --data data -- python train.py
envprobe run docker://trainer --outputs metrics.json -- python train.py
envprobe run --outputs metrics.json --seed-env SEED --repeat 5 -- ./train
envprobe check --run run-2.json --baseline run-1.json

Exit status: 0 recorded, 1 recorded and the command failed, 2 could not run, 130 interrupted, with a partial record.
""".format(" or ".join(row.form for row in SCHEMES.values() if row.experiments))


def _plan(
    outputs: tuple[str, ...],
    data: tuple[str, ...],
    repeat: int,
    seed_env: str | None,
    seed: int | None,
    copy_outputs: Path | None,
    copy_limit: int,
) -> Plan:
    """Return what to run and what to keep of it. Raises click.UsageError where that does not fit together."""
    from ..experiment.running import Plan

    command = command_behind("run")
    variable = seed_env or ""
    if seed is not None and not variable:
        raise click.UsageError("--seed needs --seed-env NAME: the variable from which the command takes its seed")
    return Plan(
        command=command,
        outputs=list(outputs),
        data=list(data),
        seed_variable=variable,
        first_seed=seed if seed is not None else _own_seed(variable),
        repeat=repeat,
        copies=copy_outputs,
        copy_limit_bytes=copy_limit << 20,
    )


def command_behind(name: str) -> list[str]:
    """Return what stands behind the separator. Raises click.UsageError where nothing does."""
    command: list[str] = click.get_current_context().meta[__name__]
    if not command:
        raise click.UsageError(f"no command: put it behind --, as in: envprobe {name} --outputs metrics.json -- python train.py")
    return command


def _own_seed(variable: str) -> int:
    """Return the value that the variable has already, where that is a number."""
    text = os.environ.get(variable, "")
    return int(text) if text.lstrip("-").isdecimal() else 0


@click.command("run", cls=CommandBehind, help=HELP)
@click.argument("target", required=False, shell_complete=target_or_file)
@together(
    "plan",
    _plan,
    click.option(
        "--outputs",
        multiple=True,
        metavar="GLOB",
        shell_complete=files,
        help="What the command writes; quoted, and as often as needed.",
    ),
    click.option(
        "--data",
        multiple=True,
        metavar="[NAME=]PATH",
        shell_complete=files,
        help="What it reads, to be digested; dvc:PATH as DVC says.",
    ),
    click.option("--repeat", type=click.IntRange(1, 1000), default=1, show_default=True, metavar="N", help="Run it N times."),
    click.option("--seed-env", metavar="NAME", help="Set this variable to the seed, each time the next one."),
    click.option("--seed", type=int, metavar="N", help="The first seed; default: the variable's own value, or 0."),
    click.option("--output", type=FILE, metavar="RUN.json", help="Record to this file; default: run-1.json, or the next number."),
    click.option("--update", is_flag=True, help="Replace the record that is there."),
    click.option("--copy-outputs", type=FOLDER, metavar="FOLDER", help="Keep copies there."),
    click.option(
        "--copy-limit",
        type=click.IntRange(min=0),
        default=100,
        show_default=True,
        metavar="MB",
        help="Leave out of the copies what would exceed this.",
    ),
)
@probing_with(
    "How much of the seeded benchmark, which runs before the command.",
    "Give up on the probe after this long; the command may take as long as it likes.",
)
def run_command(target: str | None, plan: Plan, output: Path | None, update: bool, options: Options) -> int:
    """Run an experiment and record it; click shows HELP."""
    from .. import store
    from ..command import experiment

    path = output or _free_path(Path("run.json"))
    if path.exists() and not update:
        raise click.UsageError(f"{path} exists already: name another file, or replace it with --update")
    store.require_writable(path)
    with waiting() as progress:
        run = experiment.run(target, plan=plan, options=options, live=_pass_on, progress=progress)
    experiment.save_run(run, path, update=update)
    return _conclude(run, path)


COMMANDS = (run_command,)


def _pass_on(stream: int, data: bytes) -> None:
    """Write what the command printed to our own stdout or stderr. Nobody reading it any more does not end an experiment."""
    target = sys.stdout.buffer if stream == 1 else sys.stderr.buffer
    with suppress(BrokenPipeError):
        target.write(data)
        target.flush()


def _conclude(run: Run, path: Path) -> int:
    """Say in a few lines what was recorded, on stderr; the exit status follows the command's."""
    from ..installation import calling
    from ..redaction import redact
    from ..spelling import line

    outputs = sum(len(attempt.outputs) for attempt in run.attempts)
    seconds = sum(attempt.context.get("seconds", 0) for attempt in run.attempts)
    times = f" in {len(run.attempts)} runs" if len(run.attempts) > 1 else ""
    is_partial = run.state != "complete"
    for words in [*dict.fromkeys(_warnings(run))]:
        click.echo(f"envprobe: {line(words, 400)}", err=True)
    click.echo(
        f"{'interrupted: a partial record is in' if is_partial else 'recorded'} {path}: exit status {run.exit_status}, "
        f"{outputs} output{'s' * (outputs != 1)}{times}, {seconds:.1f} s",
        err=True,
    )
    if is_partial:
        return next((attempt.exit_status for attempt in run.attempts if attempt.state != "complete"), INTERRUPTED)
    if run.exit_status:
        return FAILED
    if run.outputs and not outputs and any(attempt.unreadable for attempt in run.attempts):
        return TROUBLE
    then = _free_path(path)
    compare = shlex.join(["check", "--run", str(then), "--baseline", str(path)])
    again = _once_more(then)
    if redact(again) == again and again.isprintable():  # in CI this is a log
        click.echo(f"run it again and compare: {calling()} {again} && {calling()} {compare}", err=True)
    else:
        click.echo(f"run it again with --output {shlex.quote(str(then))}, and compare: {calling()} {compare}", err=True)
    return 0


def _free_path(like: Path) -> Path:
    """Return where a run is recorded if nobody says where: beside another, with the next number that is free."""
    stem = like.stem.rstrip("0123456789").removesuffix("-") or like.stem
    numbered = (like.with_name(f"{stem}-{number}{like.suffix}") for number in count(1 if stem == "run" else 2))
    return next(path for path in numbered if not path.exists())


def _once_more(path: Path) -> str:
    """Return this call's own words with another file for the record."""
    meta = click.get_current_context().meta
    words = iter(meta[OPTIONS])
    kept = []
    for word in words:
        if word == "--output":
            next(words)
        elif word != "--update" and not word.startswith("--output="):
            kept.append(word)
    return shlex.join(["run", *kept, "--output", str(path), SEPARATOR, *meta[__name__]])


def _warnings(run: Run) -> Iterator[str]:
    from ..experiment.outputs import only_hashed

    if not run.outputs:
        yield "no outputs were named (--outputs GLOB), so only the environment can be compared"
    for attempt in run.attempts:
        yield from (f"nothing was written that matches {glob!r}" for glob in attempt.missing)
        if attempt.stale:
            yield f"{', '.join(attempt.stale[:5])}: not written by this run, so left out"
        yield from (f"{name}: could not be read: {reason}" for name, reason in attempt.unreadable.items())
        yield from only_hashed(attempt.outputs)
        left_out = attempt.context.get("not_copied", [])
        if left_out:
            yield f"{', '.join(left_out[:5])}: not copied, over the limit (--copy-limit)"
    changed = [f"{name}.{key}" for name, section in run.drift.items() for key in [*section.known, *section.absent]]
    if changed:
        yield f"the environment changed while it ran: {', '.join(sorted(changed)[:5])}" + (" …" if len(changed) > 5 else "")
    for path, reason in _unknown_data(run):
        yield f"{path}: {reason}"


def _unknown_data(run: Run) -> Iterator[tuple[str, str]]:
    data = run.fingerprint.sections.get("data")
    if data is not None:
        yield from sorted(data.unknown.items())
        yield from ((name, "there is no such data") for name in sorted(data.absent))
        yield from sorted(run.fingerprint.context.get("data", {}).items())
