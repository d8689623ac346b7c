"""Programs that start others: `sudo pip …` is pip, and `bash -c "…"` is a script."""

from __future__ import annotations

import re
from collections.abc import Iterable

import msgspec

from .model import Argument, ShellCommand

WRAPPERS = {
    # name: options that take a value
    "sudo": ("-u", "-g", "-h", "-p", "--user", "--group"),
    "env": ("-u", "-C", "-S", "--unset", "--chdir"),
    "exec": ("-a",),
    "nohup": (),
    "time": ("-f", "-o"),
    "command": (),
    "nice": ("-n",),
    "ionice": ("-c", "-n"),
    "tini": ("-p", "-e"),
    "dumb-init": (),
    "gosu": (),
    "su-exec": (),
    "timeout": ("-k", "-s", "--kill-after", "--signal"),
    "taskset": (),
    "chrt": (),
    "numactl": ("-N", "-m", "-C", "-p", "-i"),
    "doas": ("-u", "-C"),
    "stdbuf": ("-i", "-o", "-e"),
    "flock": ("-w", "-E", "--timeout", "--wait"),
    "screen": ("-S", "-c", "-h", "-L", "-p", "-s", "-t", "-T"),
    "setsid": (),
    "srun": (),
    "xargs": ("-n", "-P", "-I", "-L", "-d", "-a"),
}
FIRST_IS_OWN = frozenset({"gosu", "su-exec", "timeout", "taskset", "chrt", "flock"})
"""Their first word that is no option is not the program: a user, a time, a file."""
ENGINES = ("docker", "podman", "nerdctl")
EXEC_VALUED = ("-e", "--env", "--env-file", "-u", "--user", "-w", "--workdir", "--detach-keys")
SSH_VALUED = tuple(f"-{letter}" for letter in "BbcDEeFIiJLlmOopQRSWw")
SHELLS = ("sh", "bash", "dash", "zsh", "ash", "ksh", "fish")


def unwrapped(command: ShellCommand) -> ShellCommand:
    """Return the command that is really run."""
    for _ in range(6):
        inner = _inner(command)
        if inner is None:
            return command
        command = inner
    return command


def _inner(command: ShellCommand) -> ShellCommand | None:
    name, words = command.name, list(command.arguments)
    if re.fullmatch(r"(?:python|pypy)[0-9.]*", name) and len(words) > 2:
        flags = [index for index, word in enumerate(words) if word.text == "-m"]
        if flags and all(word.text.startswith("-") for word in words[1 : flags[0]]) and flags[0] + 1 < len(words):
            return msgspec.structs.replace(command, arguments=tuple(words[flags[0] + 1 :]))
    if name in ENGINES and "exec" in [word.text for word in words[1:3]]:
        index = next(index for index, word in enumerate(words) if word.text == "exec")
        return _without(command, words[index + 1 :], EXEC_VALUED, skip=True)
    if name in ("conda", "mamba", "micromamba") and len(words) > 2 and words[1].text == "run":
        return _without(command, words[2:], ("-n", "-p", "--name", "--prefix"))
    if name in ("uv", "poetry", "pipenv") and len(words) > 2 and words[1].text == "run":
        return _without(command, words[2:], ("--with", "-p", "--python"))
    if name == "uv" and len(words) > 2 and words[1].text == "pip":
        return msgspec.structs.replace(command, arguments=tuple(words[1:]))
    if name not in WRAPPERS:
        return None
    return _without(command, words[1:], WRAPPERS[name], skip=name in FIRST_IS_OWN)


def _without(command: ShellCommand, words: list[Argument], valued: Iterable[str], *, skip: bool = False) -> ShellCommand | None:
    environment = dict(command.environment)
    while words:
        text = words[0].text
        is_bundle = re.fullmatch("-[A-Za-z]{2,}", text) is not None and f"-{text[-1]}" in valued
        if text in valued or is_bundle:
            words = words[2:]
        elif text.startswith("-"):
            words = words[1:]
        elif re.match(r"\w+=", text):
            key, _, value = text.partition("=")
            environment[key] = Argument(value, words[0].line)
            words = words[1:]
        elif skip:
            words, skip = words[1:], False
        else:
            return msgspec.structs.replace(command, arguments=tuple(words), environment=environment)
    return None


def inner_script(command: ShellCommand) -> Argument | None:
    """Return the script that a command hands to a shell as a word or on standard input; None without one."""
    words = command.arguments
    if command.name in SHELLS:
        for index, word in enumerate(words[1:], 1):
            if re.fullmatch("-[a-z]*c", word.text) and index + 1 < len(words):
                return words[index + 1]
        is_reading = len(words) == 1 or all(word.text.startswith("-") for word in words[1:])
        if is_reading and command.stdin is not None and command.fed_by in ("", "echo", "cat"):
            return Argument(command.stdin, command.line + (command.fed_by == ""))
    if command.name in ("su", "runuser", "watch", "docker-entrypoint.sh"):
        return command.option("-c", "--command")
    if command.name == "ssh":
        remote = _without(command, list(words[1:]), SSH_VALUED, skip=True)
        return Argument(" ".join(remote.argv), remote.line) if remote is not None else None
    if command.name == "eval" and len(words) > 1:
        return Argument(" ".join(word.text for word in words[1:]), command.line)
    return None
