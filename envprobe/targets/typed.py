"""How a person types, on this machine, a command that is to run in a place. Pure; each part is quoted for a POSIX shell."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from typing import TypeAlias

from .login import read_login

Way: TypeAlias = Callable[[str, str], str]
"""From what follows `://`, and a command for a shell of that place, to what is typed here."""


def as_it_is(place: str, command: str) -> str:
    """Return a command of this machine."""
    return command


def through(*words: str) -> Way:
    """Return the way of a program that takes the place and then a command, as `docker exec NAME COMMAND…` does."""
    return lambda place, command: f"{shlex.join((*words, place))} {command}"


def over_ssh(place: str, command: str) -> str:
    """Return a command of another machine: ssh hands one text to the shell there."""
    return f"ssh {shlex.join(read_login(place, f'ssh://{place}').words)} {shlex.quote(command)}"
