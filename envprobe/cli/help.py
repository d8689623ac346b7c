"""`envprobe help`, for whoever types that first."""

from __future__ import annotations

import click
from click.shell_completion import CompletionItem


def _names(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
    group = context.find_root().command
    return group.shell_complete(context.find_root(), incomplete)


@click.command("help")
@click.argument("command", nargs=-1, shell_complete=_names)
def help_command(command: tuple[str, ...]) -> int:
    """Show the help of a command, or of envprobe.

    \b
    envprobe help check                           as envprobe check --help

    Exit status: 0 shown, 2 no such command.
    """
    from . import envprobe

    return int(envprobe.main([*command, "--help"], prog_name="envprobe", standalone_mode=False) or 0)


COMMANDS = (help_command,)
