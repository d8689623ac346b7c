"""The commands about causes: explain, fix, align."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..render import FORMATS
from ..render.explanation import EXPLANATION_FORMATS
from .candidate import baselines, files, targets
from .delivery import hand_out, progress_shown, write_file, write_stdout
from .option import FILE, Command, Delivery, Reading, probing, reading, together

if TYPE_CHECKING:
    from ..causes.fixing import EmitKind, FixPlan
    from ..command.applying import Agree
    from ..command.proving import ProofPlan
    from ..probing.collect import Options

INTERRUPTED = 130


def delivering_in(forms: Collection[str], words: str) -> Callable[[Command], Command]:
    """Return what adds the options of where and in which of these formats something is wanted, as `delivery`."""
    return together(
        "delivery",
        lambda form, output, reading: Delivery(form, output, (), reading),
        click.option("--format", "form", type=click.Choice([*forms]), default="text", show_default=True, help=words),
        click.option("--output", type=FILE, help="Write it to a file instead of stdout."),
        reading,
    )


delivering = delivering_in(("text", "json"), "For a terminal or a program.")


@click.command("explain")
@click.argument("target", required=False, shell_complete=targets)
@click.option("--baseline", metavar="NAME|FILE", shell_complete=baselines, help="What to compare with, as for check.")
@click.option(
    "--traceback",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    shell_complete=files,
    help="Say what is known to raise the traceback at the end of this file; nothing is probed.",
)
@click.option(
    "--prove",
    is_flag=True,
    help="Take each cause away in a throw-away copy, run the benchmark there, and compare what it leaves.",
)
@click.option(
    "--budget",
    "budget_s",
    type=click.FloatRange(min=1),
    default=300,
    show_default=True,
    metavar="SECONDS",
    help="With --prove: start no more runs after this long.",
)
@probing
@delivering_in(EXPLANATION_FORMATS, "For a terminal, a program, a pull request or a browser.")
def explain_command(
    target: str | None,
    baseline: str | None,
    traceback: Path | None,
    prove: bool,
    budget_s: float,
    options: Options,
    delivery: Delivery,
) -> int:
    """Say why a target differs from a baseline: causes, ranked.

    Each with the facts that it consists of, its mechanism, the rule and where that is documented, the stages of the
    benchmark that it can and cannot have moved, and the fix. What no rule explains is listed, too. The target is never changed:
    --prove makes copies of it.

    \b
    envprobe explain docker://trainer --baseline tf-2.9
    envprobe explain docker://trainer --baseline tf-2.9 --prove
    envprobe explain file://colleague.json --baseline tf-2.9
    envprobe explain --traceback train.log        what is known to raise that

    Exit status: 0 explained, 1 partly or not, 2 could not tell.
    """
    from ..causes.cause import EXPLANATION_STATUS
    from ..command.explanation import explain

    if prove and traceback is not None:
        raise click.UsageError("a traceback can be explained and not proved: name the target in place of it")
    is_interrupted = False
    with progress_shown("causes", "render.explanation.text") as progress:
        if prove:
            from ..command.proving import prove_causes

            found, is_interrupted = prove_causes(
                target, baseline, options=options, progress=progress, planned=_show_plan, budget_s=budget_s
            )
        else:
            found = explain(target, baseline, traceback=traceback, options=options, progress=progress)
    hand_out(lambda form, style: EXPLANATION_FORMATS[form](found, style), delivery)
    return INTERRUPTED if is_interrupted else EXPLANATION_STATUS[found.verdict]


def _show_plan(plan: ProofPlan) -> None:
    """Say on stderr what is going to be run, and what it costs."""
    from ..spelling import line, some

    rows = [f"  without {line(way.path)}: {line(way.words, 300)}" for way in plan.ways]
    runs = some(len(plan.ways) + 1, "benchmark run")
    head = f"{runs} in throw-away copies of {line(plan.target)}, about {plan.seconds} s; more where several act together:"
    click.echo("\n".join([head, "  unchanged, to see that a copy computes the same", *rows]), err=True)


@click.command("fix")
@click.argument("target", required=False, shell_complete=targets)
@click.option("--baseline", metavar="NAME|FILE", shell_complete=baselines, help="What to come to, as for check.")
@click.option(
    "--emit",
    type=click.Choice(["requirements", "constraints", "lock", "dockerfile", "script", "env"]),
    help="Print a file in place of the commands; a lock is a pylock.toml.",
)
@click.option(
    "--hashes",
    is_flag=True,
    help="With --emit requirements or constraints: ask the index for digests, as for a lock, and say what is gone or yanked.",
)
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    metavar="FILE|FOLDER",
    help="Write it to a file instead of stdout; with --apply: make the new environment here.",
)
@click.option(
    "--apply",
    "is_applied",
    is_flag=True,
    help="Do it in a copy, and check that: a new virtual environment beside the target's, or an image on top of it.",
)
@click.option("--in-place", "is_in_place", is_flag=True, help="With --apply: change the target's own packages.")
@click.option("--yes", "is_agreed", is_flag=True, help="With --in-place: do not ask first.")
@probing
def fix_command(
    target: str | None,
    baseline: str | None,
    emit: EmitKind | None,
    hashes: bool,
    output: Path | None,
    is_applied: bool,
    is_in_place: bool,
    is_agreed: bool,
    options: Options,
) -> int:
    """Print, or do, what brings a target to its baseline.

    One command for all that one does, in the order in which they are typed; what has none stands as a comment. Nothing is
    run and nothing is changed without --apply.

    \b
    envprobe fix docker://trainer --baseline tf-2.9
    envprobe fix --baseline tf-2.9 --emit requirements --output requirements.txt
    envprobe fix --baseline tf-2.9 --emit lock --output pylock.toml
    envprobe fix docker://trainer --baseline tf-2.9 --emit env --output tf.env
    envprobe fix local://./.venv --baseline tf-2.9 --apply
                                                  in a copy, .venv-fixed
    envprobe fix docker://trainer --baseline tf-2.9 --apply
                                                  in an image on top of it

    Exit status: 0 printed or written, 2 could not tell; with --apply that of the check: 0 reproduces, 1 differs, 2 could not
    be applied.
    """
    if is_applied:
        if emit:
            raise click.UsageError("--emit and --apply at once: print it or do it")
        if is_in_place and output is not None:
            raise click.UsageError("--in-place makes nothing: leave --output out")
        return _applied(target, baseline, output, _agree(is_agreed) if is_in_place else None, options)
    if is_in_place or is_agreed:
        raise click.UsageError("--in-place and --yes are for --apply: give that too")
    if hashes and emit not in ("requirements", "constraints", "lock"):
        raise click.UsageError("--hashes is for --emit requirements and constraints")
    from ..command.fixing import fix

    with progress_shown("causes") as progress:
        plan, told = fix(target, baseline, emit=emit, hashes=hashes, options=options, progress=progress)
    text = told or "".join(f"{row}\n" for row in _rows(plan))
    write_file(output, text.encode("utf-8")) if output is not None else write_stdout(text)
    if emit == "lock" or hashes:
        from ..causes.locking import REMARKS

        click.echo("".join(f"{row[2:]}\n" for row in text.splitlines() if row[2:].startswith(REMARKS)), err=True, nl=False)
    if not emit:
        click.echo(f"then: {plan.check}" if plan.commands or plan.words else "nothing to fix", err=True)
    return 0


def _applied(target: str | None, baseline: str | None, folder: Path | None, in_place: Agree | None, options: Options) -> int:
    """Apply it, say what was made and what is left, and print the report of its check."""
    from ..command.applying import apply_fix
    from ..report import EXIT_STATUS
    from ..spelling import line
    from .terminal import style_of

    with progress_shown("causes", "render.text") as progress:
        found = apply_fix(target, baseline, folder=folder, in_place=in_place, options=options, progress=progress)
    write_stdout(FORMATS["text"](found.report, style_of(Reading(), is_file=False)))
    done = "changed" if in_place is not None else "made" if found.is_new else "an image of its own is not needed: start"
    head = f"{done} {line(found.target, 400)}" if found.is_done else "nothing to fix, so nothing was made or changed"
    rows = [head, *([f"start: {found.start}"] if found.start else []), f"expect: {found.expect}"]
    click.echo("\n".join([*rows, *(f"left: {words}" for words in found.left)]), err=True)
    return EXIT_STATUS[found.report.verdict]


def _agree(is_agreed: bool) -> Agree:
    """Return what shows on stderr what will be run, and asks at a terminal."""

    def agree(lines: Sequence[str]) -> bool:
        from ..spelling import line

        click.echo("\n".join(line(text, 2000) for text in lines), err=True)
        return is_agreed or (sys.stdin.isatty() and sys.stderr.isatty() and click.confirm("Run this?", err=True))

    return agree


def _rows(plan: FixPlan) -> list[str]:
    return [*plan.commands, *(f"# {words}" for words in (*plan.words, *plan.unhelped))]


@click.command("align")
@click.argument("target", required=False, shell_complete=targets)
@click.option("--baseline", metavar="NAME|FILE", shell_complete=baselines, help="Whose bits to come to.")
@click.option(
    "--with",
    "others",
    multiple=True,
    metavar="TARGET",
    shell_complete=targets,
    help="Come to the bits of this target, under the same switches. Repeatable: all come to the same.",
)
@click.option("--env-file", type=FILE, metavar="FILE", help="Write the switches for `docker run --env-file`.")
@click.option(
    "--budget",
    "budget_s",
    type=click.FloatRange(min=1),
    default=300,
    show_default=True,
    metavar="SECONDS",
    help="Start no more runs after this long.",
)
@probing
@delivering
def align_command(
    target: str | None,
    baseline: str | None,
    others: tuple[str, ...],
    env_file: Path | None,
    budget_s: float,
    options: Options,
    delivery: Delivery,
) -> int:
    """Find the switches that bring two machines to the same bits.

    Tries oneDNN and its instruction set, OpenBLAS' kernel, numpy's instruction sets, variants of the C library, threads and
    CPUs in throw-away copies, and keeps the smallest set that leaves the fewest records apart. What no switch moves is named.

    \b
    envprobe align docker://trainer --baseline intel
    envprobe align image://team/train:1.4 --baseline intel --env-file a.env
    envprobe align docker://one --with docker://two --with docker://three

    Exit status: 0 the same bits, 1 closer or no nearer, 2 could not tell.
    """
    from ..causes.alignment import ALIGNMENT_STATUS
    from ..causes.alignment import env_file as text_of
    from ..command.aligning import align
    from ..render import alignment

    with progress_shown("causes", "render.alignment") as progress:
        found = align(target, baseline, others=others, options=options, progress=progress, budget_s=budget_s)
    if env_file is not None and found.switches:
        import msgspec

        write_file(env_file, text_of(found.switches).encode("ascii"))
        found = msgspec.structs.replace(found, env_file=str(env_file))
    hand_out(lambda form, style: alignment.json(found) if form == "json" else alignment.text(found, style), delivery)
    return 2 if found.problem else ALIGNMENT_STATUS[found.verdict]


COMMANDS = (explain_command, fix_command, align_command)
