"""The table of commands, each imported when it is named: a check does not wait for what attaches and serves."""

from __future__ import annotations

from importlib import import_module

import click

from ..suggestion import suggest

HOMES = {
    "demo": "demo",
    "check": "environment",
    "record": "environment",
    "diff": "environment",
    "show": "environment",
    "probe": "environment",
    "sign": "sign",
    "lint": "lint",
    "fleet": "fleet",
    "explain": "causes",
    "fix": "causes",
    "align": "causes",
    "bisect": "bisect",
    "up": "standard",
    "down": "standard",
    "status": "standard",
    "logs": "standard",
    "shell": "standard",
    "doctor": "doctor",
    "run": "run",
    "attach": "attach",
    "verify": "attach",
    "serve": "serve",
    "completion": "completion",
    "schema": "schema",
    "help": "help",
}
"""Which module of this room has which command, in the order in which help lists them."""
HEADINGS = {
    "demo": "Start here",
    "check": "Environments against a baseline",
    "explain": "Why one differs",
    "up": "The standard environment",
    "run": "An experiment and its report",
    "completion": "Around the command line",
}
"""What help writes above this command and those that follow it."""


class Commands(click.Group):
    """The commands of the table. A module names its own in `COMMANDS`."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names, those that a newcomer needs first."""
        return list(HOMES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command, or return None where there is none of that name."""
        if cmd_name not in HOMES:
            return None
        return self._load(cmd_name)

    def _load(self, name: str) -> click.Command:
        commands: tuple[click.Command, ...] = import_module(f".{HOMES[name]}", __package__).COMMANDS
        return next(command for command in commands if command.name == name)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Without any word, write the overview to stderr and end with 2: click 8.1 ends with 0, which means `reproduces`."""
        if not args and not ctx.resilient_parsing:
            click.echo(ctx.get_help(), err=True)
            ctx.exit(2)
        return super().parse_args(ctx, args)

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that is named, or say which one was probably meant."""
        if args[0] not in HOMES and not ctx.resilient_parsing:
            ctx.fail(f"No such command {args[0]!r}; {suggest(args[0], HOMES, 3)}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands under their headings, with a sentence each."""
        width = max(map(len, HOMES))
        room = formatter.width - width - 4
        sections: dict[str, list[tuple[str, str]]] = {}
        heading = "Commands"
        for name in self.list_commands(ctx):
            heading = HEADINGS.get(name, heading)
            command = self._load(name)
            sections.setdefault(heading, []).append((name.ljust(width), command.get_short_help_str(room)))
        for title, rows in sections.items():
            with formatter.section(title):
                formatter.write_dl(rows)
