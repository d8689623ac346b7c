"""The command that looks at files before anybody relies on them."""

from __future__ import annotations

from pathlib import Path

import click

from .delivery import write_stdout


@click.command("lint")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--fix", is_flag=True, help="Rewrite baselines that are only spelled otherwise than envprobe writes them.")
@click.option("--strict", is_flag=True, help="Let warnings fail.")
def lint_command(paths: tuple[Path, ...], fix: bool, strict: bool) -> int:
    """Say what is wrong with baselines, policy and waivers.

    All at once; nothing is probed. PATHS are baselines, configurations (.toml) and folders of baselines; without any, those
    of this project.

    \b
    envprobe lint                                 before a commit
    envprobe lint baselines/tf-2.9.json --fix

    Exit status: 0 nothing wrong, 1 something is, 2 could not tell.
    """
    from datetime import datetime, timezone

    from ..lint import Level, lint
    from ..spelling import safe, some

    found = lint(paths, today=datetime.now(timezone.utc).date(), fix=fix)
    for one in found.findings:
        label = "" if one.level is Level.FAULT else f"{one.level.value}: "
        write_stdout(f"{safe(one.file)}: {label}{one.words}\n")
    faults, warnings, troubles = (found.count(level) for level in (Level.FAULT, Level.WARNING, Level.TROUBLE))
    told = [some(faults, "fault"), some(warnings, "warning"), f"{troubles} that could not be read" if troubles else ""]
    write_stdout(f"{some(len(found.files), 'file') or 'no file'}: {', '.join(filter(None, told)) or 'nothing wrong'}\n")
    return found.exit_status(strict=strict)


COMMANDS = (lint_command,)
