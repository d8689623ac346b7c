"""`docker compose -f A -f B …`: which files a command line starts a project from."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from .docker_run import ENGINES, GLOBAL_VALUED
from .model import ShellCommand
from .shell import read_shell

ALONE = ("docker-compose", "podman-compose")
VALUED = {
    "-f": "file",
    "--file": "file",
    "--env-file": "env",
    "--project-directory": "folder",
    "--workdir": "folder",
    **dict.fromkeys(
        ("-p", "--project-name", "--profile", "--progress", "--parallel", "--ansi", "-H", "--host", "-c", "--context"), ""
    ),
}
"""Options that stand before the verb and take a value: `-f` behind it is that of `logs`."""


class ComposeCommand(msgspec.Struct, frozen=True, kw_only=True):
    """What a command line says of its project."""

    files: tuple[str, ...] = ()
    """The later laid over the earlier; none where Compose looks for them itself."""
    env_files: tuple[str, ...] = ()
    folder: str = ""


def read_compose_command(text: str) -> ComposeCommand | None:
    """Return what the first `docker compose` of a command line says; None for a line without one."""
    found = (_options_of(command) for command in read_shell(text).commands)
    return next((_read(options) for options in found if options is not None), None)


def _options_of(command: ShellCommand) -> list[str] | None:
    """Return the words behind `compose`."""
    rest = command.argv[1:]
    if command.name in ALONE:
        return rest
    if command.name not in ENGINES:
        return None
    while rest and rest[0].startswith("-"):
        rest = rest[2 if rest[0] in GLOBAL_VALUED else 1 :]
    return rest[1:] if rest and rest[0] == "compose" else None


def _read(words: Sequence[str]) -> ComposeCommand:
    given: dict[str, list[str]] = {"file": [], "env": [], "folder": [], "": []}
    rest = list(words)
    while rest and rest[0].startswith("-") and rest[0] != "-":
        word = rest.pop(0)
        name, equals, value = word.partition("=")
        if word in VALUED:
            given[VALUED[word]] += [rest.pop(0)] if rest else []
        elif equals:
            given[VALUED.get(name, "")].append(value)
        elif word[:2] in VALUED:
            given[VALUED[word[:2]]].append(word[2:])
    return ComposeCommand(
        files=tuple(given["file"]), env_files=tuple(given["env"]), folder=given["folder"][-1] if given["folder"] else ""
    )
