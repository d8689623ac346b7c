"""The command that audits what environments are started with."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from .delivery import hand_out, write_file, write_stdout
from .option import Delivery, rendering_with

if TYPE_CHECKING:
    from ..audit.report import AuditReport

KINDS = ("dockerfile", "compose", "kubernetes", "devcontainer", "daemon", "client", "script")


@click.command("doctor")
@click.argument("targets", nargs=-1, metavar="[TARGET|FILE|'docker run …']...")
@click.option("--kind", type=click.Choice(KINDS), help="What a file is whose name does not tell.")
@click.option(
    "--fix", is_flag=True, help="Write FILE.fixed beside a file with what can be fixed for sure, and show the difference."
)
@rendering_with("Let notes count, too.")
def doctor_command(targets: tuple[str, ...], kind: str | None, fix: bool, strict: bool, delivery: Delivery) -> int:
    """Say what is wrong with how an environment is started.

    Dockerfiles, Compose files, start scripts, devcontainer.json, Kubernetes manifests, daemon.json, the client's config.json,
    command lines, containers and images. A folder stands for the files in it, and nothing for this folder. Nothing is started.

    \b
    envprobe doctor                               all that lies in this folder
    envprobe doctor Dockerfile compose.yml -v     with notes
    envprobe doctor 'docker run --privileged tensorflow/tensorflow'
    envprobe doctor docker://trainer              a container, as it runs

    Exit status: 0 nothing above a note, 1 findings, 2 could not tell.
    """
    from ..audit.report import AUDIT_STATUS
    from ..command.audit import doctor
    from ..render.audit import AUDIT_FORMATS

    report = doctor(targets, kind=kind or "", strict=strict)
    hand_out(lambda form, style: AUDIT_FORMATS[form](report, style), delivery)
    if fix:
        _fix(report, to_stdout=delivery.form == "text" and delivery.output is None)
    return AUDIT_STATUS[report.verdict]


def _fix(report: AuditReport, *, to_stdout: bool) -> None:
    """Write the fixed files, and show what is other in them: on stdout, or beside a report for programs on stderr."""
    from ..audit.fixing import difference, fixed
    from ..spelling import safe

    for name in sorted({one.file for one in report.findings if one.file is not None and one.edit is not None}):
        path = Path(name)
        with path.open(encoding="utf-8", newline="") as stream:
            before = stream.read()
        after, count = fixed(before, [one for one in report.findings if one.file == name])
        if not count:
            continue
        write_file(path.with_name(f"{path.name}.fixed"), after.encode("utf-8"))
        rows = "\n".join(safe(row) for row in difference(name, before, after).splitlines()) + "\n"
        write_stdout(f"\n{rows}") if to_stdout else click.echo(rows, err=True)
        click.echo(f"envprobe: wrote {safe(name)}.fixed; look at it, then: mv {safe(name)}.fixed {safe(name)}", err=True)


COMMANDS = (doctor_command,)
