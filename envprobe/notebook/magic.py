"""The line magic `%envprobe`: one line to a command, trouble to a cell's error without a traceback."""

from __future__ import annotations

import shlex
from typing import Any

import click
from click.shell_completion import ShellComplete

from ..error import EnvprobeError
from ..spelling import safe

NAME = "envprobe"


class CellError(Exception):
    """Ends a cell, and a run of all cells. A reader sees what is wrong and what to do next."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(safe_lines(message))
        self.hint = safe_lines(hint)

    def _render_traceback_(self) -> list[str]:
        """Return what IPython shows in place of a traceback."""
        return [f"envprobe: {self}", *([self.hint] if self.hint else [])]


def run(line: str) -> None:
    """Check this notebook's environment: %envprobe check, signature, diff or show; %envprobe --help tells more."""
    from .command import envprobe

    try:
        envprobe.main(shlex.split(line) or ["--help"], prog_name=f"%{NAME}", standalone_mode=False)
    except EnvprobeError as error:
        raise CellError(error.message, error.hint) from None
    except click.ClickException as error:
        raise CellError(error.format_message(), f"%{NAME} --help tells what there is") from None
    except ValueError as error:  # of shlex: a quotation without its end
        raise CellError(str(error)) from None


def complete(shell: Any, event: Any) -> list[str]:
    """Return the commands and options that can follow what is typed, as IPython's completion hook asks."""
    from .command import envprobe

    words = event.text_until_cursor.split()[1:]
    typed = "" if event.text_until_cursor[-1:].isspace() else words.pop()
    return [item.value for item in ShellComplete(envprobe, {}, NAME, "").get_completions(words, typed)]


def safe_lines(text: str) -> str:
    """Return text of several lines, each safe to print."""
    return "\n".join(safe(line) for line in text.splitlines())
