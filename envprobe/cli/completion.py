"""`envprobe completion`, and what a shell asks while somebody types: click's completion, behind scripts of our own.

click's scripts know nothing of colons, which bash splits words at, nor of words that more is to follow, such as `docker://`.
"""

from __future__ import annotations

import os
import re
import shlex
from pathlib import Path

import click
from click import shell_completion
from click.shell_completion import BashComplete, CompletionItem, FishComplete, ZshComplete, add_completion_class

from .delivery import write_stdout

PROGRAM = "envprobe"
CURSOR = "\0"
"""Marks where the last word ends: no command line holds it."""
BREAKING = frozenset(":=@")
"""Of COMP_WORDBREAKS, what may stand within a word as it is: the others end one, or are quoted."""
SPECIAL, BACKSLASHED = re.compile(r"[^\w@%+=:,./~-]"), r"\\\g<0>"
"""What bash acts on. Quotes around the whole would not begin as what was typed, and bash would append them to it."""


@add_completion_class
class Bash(BashComplete):
    """Reads the line as it was typed; of `docker://trainer` only what stands behind the colon may be answered."""

    def get_completion_args(self) -> tuple[list[str], str]:
        """Return the whole words before the one at the cursor, and that one."""
        *words, incomplete = _split(os.environ["COMP_LINE"])
        value = incomplete.removeprefix(_option_name(incomplete))
        breaks = BREAKING.intersection(os.environ["COMP_WORDBREAKS"])
        self._is_quoted = os.environ["COMP_WORD"].startswith(("'", '"'))
        self._kept = 0 if self._is_quoted else max((value.rfind(letter) + 1 for letter in breaks), default=0)
        return words[1:], incomplete

    def format_completion(self, item: CompletionItem[str]) -> str:
        """Return a line of the answer: what follows what bash keeps of the word."""
        value = item.value[self._kept :]
        return f"{item.type},{value if self._is_quoted or item.type != 'plain' else SPECIAL.sub(BACKSLASHED, value)}"


@add_completion_class
class Zsh(ZshComplete):
    """Leaves it to the script to escape colons, as only some of its commands want."""

    def format_completion(self, item: CompletionItem[str]) -> str:
        """Return three lines of the answer."""
        return f"{item.type}\n{item.value}\n{item.help or '_'}"


@add_completion_class
class Fish(FishComplete):
    """Repeats the name of an option: fish replaces the whole word, and `--format=` is a part of it."""

    def get_completion_args(self) -> tuple[list[str], str]:
        """Return the words before the one at the cursor, and that one."""
        words, incomplete = super().get_completion_args()
        self._name = _option_name(incomplete)
        return words, incomplete

    def format_completion(self, item: CompletionItem[str]) -> str:
        """Return a line of the answer."""
        return f"{item.type},{self._name}{item.value}" + (f"\t{' '.join(item.help.split())}" if item.help else "")


@click.command("completion")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion_command(shell: str) -> int:
    """Print the script that completes envprobe in a shell.

    It completes commands, options, formats, targets with the containers and images that there are, baselines and files.

    \b
    bash 4.4 or newer, in ~/.bashrc:
      eval "$(envprobe completion bash)"
    zsh, in ~/.zshrc behind compinit:
      eval "$(envprobe completion zsh)"
    fish, once:
      envprobe completion fish > ~/.config/fish/completions/envprobe.fish

    Exit status: 0 printed, 2 no such shell.
    """
    write_stdout(Path(__file__).with_suffix(f".{shell}").read_text("utf-8"))
    return 0


COMMANDS = (completion_command,)


def complete(commands: click.Command, variable: str) -> int:
    """Answer a shell's question. Somebody is typing: whatever goes wrong, nothing is printed in the middle of that line."""
    try:
        return shell_completion.shell_complete(commands, {}, PROGRAM, variable, os.environ[variable])
    except Exception:  # noqa: BLE001 - an entry point of its own, which must be silent
        return 2


def _option_name(incomplete: str) -> str:
    """Return `--format=` of `--format=js`; an empty text of anything else."""
    name, equals, _ = incomplete.partition("=")
    return name + equals if equals and name.startswith("-") else ""


def _split(line: str) -> list[str]:
    """Split a line at the cursor into words; the last one is empty behind a space."""
    lexer = shlex.shlex(line + CURSOR, posix=True)
    lexer.whitespace_split = True
    lexer.commenters = ""
    words: list[str] = []
    try:
        words.extend(lexer)
    except ValueError:  # a quote that is still open
        words.append(lexer.token)
    return [word.replace(CURSOR, "") for word in words]
