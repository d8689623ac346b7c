"""Options that several commands share, and what they ask for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import CompletionItem

from .candidate import revisions

if TYPE_CHECKING:
    from ..probing.collect import Options

FORMATS = ("text", "json", "markdown", "html", "junit", "sarif", "github")
FILE = click.Path(path_type=Path, dir_okay=False)
FOLDER = click.Path(path_type=Path, file_okay=False)
Command = Callable[..., Any]

color = click.option(
    "--color",
    type=click.Choice(["auto", "always", "never"]),
    default="auto",
    show_default=True,
    help="Use colour; auto: on a terminal, unless NO_COLOR is set.",
)


policy_from = click.option(
    "--policy-from",
    metavar="REVISION",
    default="",
    shell_complete=revisions,
    help="Take settings, policy, waivers and the baseline from this git revision.",
)


def probing(command: Command) -> Command:
    """Add the options of every command that probes."""
    return _with_options(
        command,
        click.option(
            "--benchmark",
            type=click.Choice(["quick", "full"]),
            default="quick",
            show_default=True,
            help="How much of the seeded training run.",
        ),
        click.option("--no-benchmark", is_flag=True, help="Leave the training run out."),
        click.option("--no-integrity", is_flag=True, help="Do not hash installed files against their RECORD."),
        click.option(
            "--timeout",
            "timeout_s",
            type=click.FloatRange(min=1),
            default=300,
            show_default=True,
            metavar="SECONDS",
            help="Give up on the target after this long.",
        ),
    )


def rendering(command: Command) -> Command:
    """Add the options of every command that ends in a report."""
    return _with_options(
        command,
        click.option(
            "--format",
            "format_",
            type=click.Choice(FORMATS),
            default="text",
            show_default=True,
            help="For a terminal, a program, a pull request or a browser.",
        ),
        click.option(
            "--output",
            type=FILE,
            is_eager=True,  # read before --also, which may not name the same file
            help="Write the report to a file instead of stdout.",
        ),
        click.option(
            "--also",
            multiple=True,
            metavar="FORMAT=FILE",
            callback=_read_copies,
            shell_complete=_copies,
            help="Write the report to a file in this format, too; repeatable.",
        ),
        click.option("--strict", is_flag=True, help="Let warnings fail."),
        click.option("-q", "--quiet", is_flag=True, help="The verdict alone."),
        click.option("-v", "--verbose", is_flag=True, help="Everything, notes included."),
        color,
    )


def _copies(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
    """Complete a format; a file of any name may follow it."""
    return [CompletionItem(f"{form}=") for form in FORMATS if form.startswith(incomplete)]


def _read_copies(context: click.Context, option: click.Parameter, values: tuple[str, ...]) -> tuple[tuple[str, Path], ...]:
    """Read `junit=report.xml` as a format and a file."""
    copies = []
    for value in values:
        form, _, name = value.partition("=")
        if form not in FORMATS or not name:
            raise click.BadParameter(f"{value!r} is not FORMAT=FILE with a format of {', '.join(FORMATS)}")
        copies.append((form, FILE.convert(name, option, context)))
    files = [str(path.resolve()) for path in (context.params.get("output"), *(path for _, path in copies)) if path is not None]
    if len(set(files)) < len(files):
        raise click.BadParameter("two reports cannot be one file")
    return tuple(copies)


def _with_options(command: Command, *options: Command) -> Command:
    """Decorate from the last to the first, so that help lists them as they are written."""
    for option in reversed(options):
        command = option(command)
    return command


def options_of(given: dict[str, Any]) -> Options:
    """Return what `probing` options ask for."""
    from ..probing.collect import Options

    return Options(
        integrity=not given["no_integrity"],
        benchmark="off" if given["no_benchmark"] else given["benchmark"],
        timeout_s=given["timeout_s"],
    )
