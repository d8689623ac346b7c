"""The table of commands, each imported when it is named: a check does not wait for what attaches and serves."""

from __future__ import annotations

from importlib import import_module

import click

HOMES = {
    "check": "environment",
    "record": "environment",
    "diff": "environment",
    "show": "environment",
    "probe": "environment",
    "run": "run",
    "attach": "attach",
    "verify": "attach",
    "serve": "serve",
}
"""Which module of this room has which command, in the order in which help lists them."""


class Commands(click.Group):
    """The commands of the table. A module names its own in `COMMANDS`."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names, those that a newcomer needs first."""
        return list(HOMES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command, or return None where there is none of that name."""
        if cmd_name not in HOMES:
            return None
        commands: tuple[click.Command, ...] = import_module(f".{HOMES[cmd_name]}", __package__).COMMANDS
        return next(command for command in commands if command.name == cmd_name)
