"""What `echo`, `printf` and `cat` write, as far as a script says it."""

from __future__ import annotations

import itertools
import re

from .model import ShellCommand

PLACE = re.compile(r"%[sdqb]")


def said(command: ShellCommand) -> str | None:
    """Return what `echo`, `printf` or a `cat` of a heredoc writes; None where nobody can know."""
    words = [word.text for word in command.arguments[1:]]
    if command.name == "echo":
        while words and re.fullmatch("-[neE]+", words[0]):
            words = words[1:]
        return " ".join(words).replace("\\n", "\n")
    if command.name == "printf" and words:
        return _formatted(words[0].replace("\\n", "\n"), words[1:])
    if command.name == "cat" and len(words) == 0:
        return command.stdin
    return None


def _formatted(form: str, words: list[str]) -> str:
    """Return what `printf` makes of its words: the form again and again, until none is left."""
    parts = PLACE.split(form)
    places = len(parts) - 1
    rounds = range(0, len(words), places) if places and words else [0]
    rows = (itertools.zip_longest(parts, words[at : at + places], fillvalue="") for at in rounds)
    return "".join(piece for row in rows for pair in row for piece in pair)
