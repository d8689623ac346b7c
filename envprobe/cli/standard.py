"""The commands of the standard environment: up, down, status, logs, shell."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..error import NoBaseline, StoreError, UsageError
from .delivery import progress_shown, write_stdout
from .option import FILE, Reading, color, together

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..progress import Progress
    from ..standard.lifecycle import Running
    from ..standard.plan import EnvironmentPlan
    from ..standard.settings import EnvironmentSettings

PRINTED = ("docker", "compose", "devcontainer", "kubernetes", "dockerfile", "script")


class _Wanted:
    """Which environment a call speaks of, where it says otherwise than the project."""

    def __init__(self, image: str, ssh: bool, plain: bool, gpu: bool, port: int) -> None:
        if ssh and plain:
            raise click.UsageError("--ssh and --plain: give one of them")
        self.image, self.gpu, self.port = image, gpu, port
        self.start = "ssh" if ssh else "plain" if plain else ""

    def settings(self) -> EnvironmentSettings:
        from ..command.standard import settings_of

        return settings_of(self.image, start=self.start, gpu=self.gpu, port=self.port)


wanted = together(
    "wanted",
    lambda image, ssh, plain, gpu, port: _Wanted(image or "", ssh, plain, gpu, port or 0),
    click.argument("image", required=False),
    click.option("--ssh", is_flag=True, help="Start sshd in place of Jupyter: for VS Code and PyCharm."),
    click.option("--plain", is_flag=True, help="Start neither: envprobe shell opens one."),
    click.option("--gpu", is_flag=True, help="With all GPUs, in the image's -gpu variant."),
    click.option("--port", type=click.IntRange(1, 65535), help="Where it can be reached; 8888, with --ssh 2222."),
)


@click.command("up")
@wanted
@click.option("--pull", is_flag=True, help="Pull the image where it is not here, without asking.")
@click.option("--key", type=FILE, help="With --ssh: the public key that is let in; without it those in ~/.ssh.")
@click.option("--ssh-config", is_flag=True, help="With --ssh: let ~/.ssh/config include its entry.")
@click.option("--recreate", is_flag=True, help="Make the container anew; your files stay.")
@click.option("--no-browser", is_flag=True, help="Open no browser.")
@click.option("--no-check", is_flag=True, help="Do not compare it with the baseline.")
@click.option("--dry-run", is_flag=True, help="Say what would be started, and start nothing.")
@click.option("--print", "form", type=click.Choice(PRINTED), help="Print it in this form, and start nothing.")
@color
def up_command(
    wanted: _Wanted,
    pull: bool,
    key: Path | None,
    ssh_config: bool,
    recreate: bool,
    no_browser: bool,
    no_check: bool,
    dry_run: bool,
    form: str | None,
    color: str,
) -> int:
    """Start the project's standard environment, and check it.

    What it is stands in [tool.envprobe.environment]; without that it is TensorFlow 2.9.0 with Jupyter. The project's folder is
    /tf/notebooks there, files belong to you, and only this machine reaches it, with a token that is in no command line.

    \b
    envprobe up                                   start it, or find it again
    envprobe up tensorflow/tensorflow:2.9.0       this image; Jupyter is added
    envprobe up --ssh                             for an editor on this machine
    envprobe up --print compose >compose.yaml     the same without envprobe

    Exit status: 0 it runs and reproduces the baseline, or there is none; 1 it runs and differs; 2 it does not run, or could not
    tell.
    """
    from ..command import standard

    settings = wanted.settings()
    if form is not None:
        from ..standard.export import FORMS

        write_stdout(FORMS[form](standard.planned(settings, for_others=True)))
        return 0
    if dry_run:
        _show_plan(standard.planned(settings))
        return 0
    with progress_shown() as progress:
        running = standard.up(
            settings,
            pull=pull,
            ask=None if not (sys.stdin.isatty() and sys.stderr.isatty()) else _asking(progress),
            recreate=recreate,
            key=key,
            progress=progress,
            warn=lambda words: _warn(progress, words),
        )
    _tell(running)
    if ssh_config and running.ssh_config is not None:
        _include(running.ssh_config)
    if not no_browser:
        _browse(running)
    return 0 if no_check else _check(settings.engine, running.name, color)


def _asking(progress: Progress) -> Callable[[str], bool]:
    def ask(words: str) -> bool:
        progress("")
        return click.confirm(words, err=True)

    return ask


def _warn(progress: Progress, words: str) -> None:
    progress("")
    click.echo(f"envprobe: {words}", err=True)


def _show_plan(plan: EnvironmentPlan) -> None:
    from ..standard.export.docker import command

    rows = [f"name     {plan.name}", f"image    {plan.image}"]
    if plan.recipe is not None:
        rows.append(
            f"added    {', '.join([*plan.recipe.packages, *plan.recipe.system_packages]) or 'sshd'}, as {plan.recipe.tag}"
        )
    rows += [f"state    {plan.state}", "", command(plan, plan.folder)]
    write_stdout("\n".join(rows) + "\n")


def _tell(running: Running) -> None:
    """Say where it is. The token is for a screen; what is kept in a log gets the name of its file."""
    click.echo(f"{running.name}: {'started' if running.is_new else 'is running'}", err=True)
    if running.ssh_config is not None:
        write_stdout(running.ssh_config.read_text())
        click.echo(f"ssh -F {shlex.quote(str(running.ssh_config))} {running.name}", err=True)
    elif running.token_file is not None and sys.stdout.isatty():
        write_stdout(f"{running.link}\n")
    elif running.token_file is not None:
        write_stdout(f"{running.url}\n")
        click.echo(f"its token: {running.token_file}", err=True)


def _include(config: Path) -> None:
    from ..standard.ssh_client import include

    words = "includes it now" if include(config, Path.home()) else "included it already"
    click.echo(f"~/.ssh/config {words}", err=True)


def _browse(running: Running) -> None:
    """Open a browser where there is one: on a file that leads on, because a command line is read by others."""
    if running.token_file is None or not sys.stdout.isatty() or not (os.environ.keys() & {"DISPLAY", "WAYLAND_DISPLAY"}):
        return
    import webbrowser

    page = running.token_file.with_name("open.html")
    page.unlink(missing_ok=True)
    with os.fdopen(os.open(page, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as stream:
        stream.write(f'<!doctype html><meta http-equiv="refresh" content="0; url={running.link}">\n')
    webbrowser.open(page.as_uri())


def _check(engine: str, name: str, color: str) -> int:
    """Compare what runs with the baseline, and show the verdict."""
    from ..command import environment
    from ..config import load_config
    from ..render.text import render
    from ..report import EXIT_STATUS
    from .terminal import style_of

    target = f"{engine}://{name}"
    try:
        environment.chosen(None, load_config(Path.cwd()), target)
    except NoBaseline as error:
        click.echo(f"envprobe: {error.message}; nothing was compared\n          {error.hint}", err=True)
        return 0
    except StoreError as error:
        click.echo(f"envprobe: {error.message}\n          {error.hint}", err=True)
        return 0
    with progress_shown("assess", "render.text") as progress:
        report = environment.check(target, progress=progress)
    write_stdout(render(report, style_of(Reading(color))))
    return EXIT_STATUS[report.verdict]


@click.command("down")
def down_command() -> int:
    """Take the environment's container away; your files stay.

    \b
    envprobe down

    Exit status: 0 it is gone, or was not there; 2 not.
    """
    from ..command import standard

    name = standard.down()
    click.echo(f"{name}: gone; your files stay" if name else "envprobe: there is none of this project", err=True)
    return 0


@click.command("status")
def status_command() -> int:
    """Say whether the environment runs, and where.

    \b
    envprobe status

    Exit status: 0 it runs, 1 it does not, 2 could not tell.
    """
    from ..command import standard
    from ..spelling import safe

    found = standard.state()
    write_stdout("".join(f"{name:<10}{safe(value)}\n" for name, value in found.items() if value))
    return 0 if found["state"] == "running" else 1


@click.command("logs")
@click.option(
    "--lines", type=click.IntRange(1, 100_000), default=200, show_default=True, help="The last ones, at most this many."
)
def logs_command(lines: int) -> int:
    """Show what the environment printed last, without secrets.

    \b
    envprobe logs --lines 20

    Exit status: 0 shown, 2 could not be read.
    """
    from ..command import standard
    from ..spelling import safe

    write_stdout("".join(f"{safe(row)}\n" for row in standard.logs(lines=lines).splitlines()))
    return 0


@click.command("shell", context_settings={"ignore_unknown_options": True})
@click.argument("command", nargs=-1, type=click.UNPROCESSED, metavar="[-- COMMAND...]")
def shell_command(command: tuple[str, ...]) -> int:
    """Open a shell in the environment, or run a command there.

    \b
    envprobe shell
    envprobe shell -- python3 train.py

    Exit status: 0 the command succeeded, else its own; 2 where there is none to run it in.
    """
    from ..command import standard

    words = standard.shell(command=command, is_terminal=sys.stdin.isatty() and sys.stdout.isatty())
    if shutil.which(words[0]) is None:
        raise UsageError(
            f"{words[0]}: no such program here", f"install the {words[0]} client, which opens terminals in containers"
        )
    sys.stdout.flush()
    os.execvp(words[0], words)  # noqa: S606 - no shell between


COMMANDS = (up_command, down_command, status_command, logs_command, shell_command)
