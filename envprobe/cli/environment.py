"""The commands about an environment: check, diff, record, probe, show."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..render import FORMATS
from ..targets.scheme import SCHEMES
from .candidate import baselines, documents, runs, targets
from .delivery import deliver, progress_shown, trouble_told, write_file, write_stdout
from .option import FILE, Delivery, Reading, color, leaving_out, policy_from, probing, rendering, together

if TYPE_CHECKING:
    from ..command.baseline import Recording
    from ..probing.collect import Options
    from ..render import Style
    from ..report import Report

FORMS = "\n".join(f"{row.form:<34} {row.summary}" for row in SCHEMES.values())

colored = together("reading", lambda color: Reading(color), color)
shown = together(
    "reading",
    lambda verbose, color: Reading(color, verbose=verbose),
    click.option("-v", "--verbose", is_flag=True, help="Every fact."),
    color,
)


@click.command(epilog="\b\nTARGET is one of\n" + FORMS)
@click.argument("target", required=False, shell_complete=targets)
@click.option(
    "--baseline",
    metavar="NAME|FILE",
    shell_complete=baselines,
    help="What to compare with; the configuration's, or the only one there is.",
)
@click.option(
    "--run",
    metavar="RUN",
    shell_complete=runs,
    help="Compare this recorded experiment instead, its outputs too; nothing is probed.",
)
@click.option(
    "--claim",
    "claims",
    multiple=True,
    metavar="CLAIM",
    help="What is claimed of the run beside the baseline's, as in 'metrics.json:accuracy >= +0.05'; repeatable.",
)
@policy_from
@probing
@rendering
def check(
    target: str | None,
    baseline: str | None,
    run: str | None,
    claims: tuple[str, ...],
    policy_from: str,
    options: Options,
    strict: bool,
    delivery: Delivery,
) -> int:
    """Compare a target with a baseline. Never records.

    Exit status: 0 reproduces, 1 differs or a claim is refuted, 2 could not tell or it
    is undecided.

    \b
    envprobe check                                this Python
    envprobe check docker://trainer               a running container
    envprobe check image://tensorflow/tensorflow:2.9.0
                                                  a throw-away container
    envprobe check file://colleague.json          what a colleague sent
    envprobe check --run run-2.json --baseline run-1.json
                                                  two experiments, outputs too
    envprobe check --run new.json --baseline old.json --claim 'accuracy >= +0.05'
                                                  is that shown by these runs?
    envprobe check mlflow:RUN_ID                  what a tracker's run carries
    """
    from ..command import environment
    from ..config import load_config

    if run is not None and target is not None:
        raise click.UsageError("a target is probed, a run is recorded already: give one of them")
    with trouble_told(delivery), progress_shown("assess", f"render.{FORMATS[delivery.form].module}") as progress:
        config = load_config(Path.cwd(), policy_from)
        report = environment.check(
            target,
            baseline,
            options=options,
            config=config,
            strict=strict,
            progress=progress,
            run=run,
            claims=claims or None,
            located=delivery.is_located,
        )
    status = deliver(report, delivery)
    if run is None:
        _mention(target or config.target, report)
    return status


def _mention(target: str, report: Report) -> None:
    """Say on stderr which finding of doctor's explains a difference, where one does."""
    row = SCHEMES.get(target.partition("://")[0])
    if not report.differences or row is None or not row.tool:
        return
    from ..command.audit_beside import explaining
    from ..spelling import safe

    finding = explaining(target, report)
    if finding is not None:
        words = f"{finding.rule}: {finding.evidence}: {finding.why}"
        click.echo(f"envprobe: doctor: {safe(words)}; envprobe doctor {shlex.quote(target.partition('?')[0])}", err=True)


@click.command()
@click.argument("expected", shell_complete=documents)
@click.argument("observed", shell_complete=documents)
@policy_from
@leaving_out
@rendering
def diff(expected: str, observed: str, policy_from: str, options: Options, strict: bool, delivery: Delivery) -> int:
    """Compare any two baselines, fingerprints or runs.

    Each is a baseline's name, or a file: a baseline, a fingerprint, a run, a report that carries a record, or what
    envprobe-probe.pyz wrote. Of two runs the outputs are compared too. What one of them left out is unknown, unless it is left
    out here too.

    \b
    envprobe diff tf-2.9 colleague.json           a baseline and a fingerprint
    envprobe diff run-1.json run-2.json           two experiments
    envprobe diff tf-2.9 <(ssh host envprobe probe)

    Exit status: 0 reproduces, 1 differs, 2 could not tell.
    """
    from ..command import environment
    from ..config import load_config

    with trouble_told(delivery):
        config = load_config(Path.cwd(), policy_from)
        report = environment.diff(expected, observed, options=options, config=config, strict=strict, located=delivery.is_located)
    return deliver(report, delivery)


@click.command()
@click.argument("target", required=False, shell_complete=targets)
@click.option("--name", shell_complete=baselines, help="Record as baselines/NAME.json.")
@click.option("--output", type=FILE, help="Record to this file.")
@click.option(
    "--requirements",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Declare from this file instead of probing: requirements, a lock file, pyproject.toml, what conda or pip lists.",
)
@click.option("--extra", "extras", multiple=True, metavar="NAME", help="With --requirements: this extra of the project too.")
@click.option("--group", "groups", multiple=True, metavar="NAME", help="With --requirements: this dependency group too.")
@click.option("--update", is_flag=True, help="Replace the baseline that is there, after showing what changed.")
@click.option(
    "--add-trace", is_flag=True, help="Add this machine's benchmark to a baseline that exists; change nothing else of it."
)
@probing
@colored
def record(
    target: str | None,
    name: str | None,
    output: Path | None,
    requirements: Path | None,
    extras: tuple[str, ...],
    groups: tuple[str, ...],
    update: bool,
    add_trace: bool,
    options: Options,
    reading: Reading,
) -> int:
    """Record a target as a baseline, or declare one.

    \b
    envprobe record image://tensorflow/tensorflow:2.9.0 --name tf-2.9
    envprobe record --requirements requirements.txt --name pins
    envprobe record --requirements uv.lock --group train --name train
    envprobe record docker://trainer --name tf-2.9 --update

    Exit status: 0 recorded, 2 not: what lies there is left as it is.
    """
    from .. import store
    from ..command import baseline
    from ..command.prompt import call_of
    from .terminal import style_of

    if requirements is None and (extras or groups):
        raise click.UsageError("--extra and --group choose parts of a file: give --requirements FILE")
    if requirements is not None:
        recording = baseline.declare(requirements, extras=extras, groups=groups, name=name, output=output)
    else:
        make = baseline.add_trace if add_trace else baseline.record
        with progress_shown() as progress:
            recording = make(target, name=name, output=output, options=options, progress=progress)
    call = call_of(None if requirements else target, name or store.spelled(output or recording.path, None), options)
    return _save(recording, update or add_trace, style_of(reading), call.check())


def _save(recording: Recording, update: bool, style: Style, check: str) -> int:
    from .. import store
    from ..command import baseline
    from ..render.show import show_baseline
    from ..render.text import render

    if recording.replaces is not None:
        write_stdout(render(recording.replaces, style))
    if not update and sys.stdin.isatty() and sys.stderr.isatty() and store.exists(recording.path):
        update = click.confirm(f"Replace {recording.path}?", err=True)
    baseline.save(recording, update=update)
    write_stdout(show_baseline(recording.baseline, style))
    click.echo(store.spelled_next(recording.path, check), err=True)
    return 0


@click.command()
@click.argument("target", required=False, shell_complete=targets)
@click.option(
    "--output",
    type=FILE,
    help="Write the fingerprint to a file instead of stdout.",
)
@click.option(
    "--pack",
    type=FILE,
    metavar="FILE.pyz",
    help="Write the probe as one file for a colleague without envprobe, and stop.",
)
@probing
def probe(target: str | None, output: Path | None, pack: Path | None, options: Options) -> int:
    """Print a target's fingerprint; nothing is stored.

    \b
    envprobe probe docker://trainer --output trainer.json
    envprobe probe --pack envprobe-probe.pyz
    python3 envprobe-probe.pyz --output me.json     elsewhere, without envprobe

    Exit status: 0 printed or written, 2 could not be had.
    """
    from ..command import environment
    from ..fingerprint import to_json
    from ..probing import bundle

    if pack is not None:
        write_file(pack, bundle.pyz())
        click.echo(f"wrote {pack}; a colleague runs: python3 {pack.name} --output fingerprint.json", err=True)
        return 0
    with progress_shown() as progress:
        fingerprint = environment.probe(target, options=options, progress=progress)
    data = to_json(fingerprint)
    write_file(output, data) if output is not None else write_stdout(data)
    return 0


@click.command()
@click.argument("file", shell_complete=documents)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "in-toto"]),
    default="text",
    show_default=True,
    help="For a reader; or as an in-toto statement with SLSA provenance, for other verifiers.",
)
@shown
def show(file: str, form: str, reading: Reading) -> int:
    """Show one baseline, fingerprint or run to a reader.

    \b
    envprobe show tf-2.9                          a baseline
    envprobe show run-1.json -v                   an experiment, with every fact
    envprobe show report.md                       the record that a report carries
    envprobe show model.keras --format in-toto    its origin: SLSA provenance

    Exit status: 0 shown, 2 could not be read.
    """
    if form == "in-toto":
        from ..command import recorded
        from ..render.provenance import provenance

        write_stdout(provenance(recorded.record_in(recorded.load(file), file)))
        return 0
    from ..command import source
    from ..render.show import show as render
    from .terminal import style_of

    write_stdout(render(source.load(file), style_of(reading)))
    return 0


COMMANDS = (check, diff, record, probe, show)
