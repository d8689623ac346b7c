"""The line magic `%envprobe`: one line to a command. Trouble ends the cell, as a message without a traceback (error.py)."""

from __future__ import annotations

import shlex
from typing import Any

import click
from click.shell_completion import ShellComplete

from ..error import UsageError

NAME = "envprobe"


def run(line: str) -> None:
    """Check this notebook's environment: %envprobe check, line, diff or show; %envprobe --help tells more."""
    from .command import envprobe

    try:
        words = shlex.split(line)
    except ValueError as error:  # a quotation without its end
        raise UsageError(f"%{NAME} {line}: {error}") from None
    try:
        envprobe.main(words or ["--help"], prog_name=f"%{NAME}", standalone_mode=False)
    except click.Abort:  # which click makes of the stop button
        raise KeyboardInterrupt from None
    except click.ClickException as error:
        raise UsageError(error.format_message(), f"%{NAME} --help tells what there is") from None


def complete(shell: object, event: Any) -> list[str]:
    """Return the commands and options that can follow what is typed, as IPython's completion hook asks."""
    from .command import envprobe

    _, *words = event.text_until_cursor.split()
    if event.text_until_cursor[-1:].isspace():
        words.append("")
    completer = ShellComplete(envprobe, {}, NAME, "")
    return [item.value for item in completer.get_completions(words[:-1], words[-1])] if words else []
