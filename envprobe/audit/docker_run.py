"""`docker run …`, as its own parser reads it, to a Launch."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence

from .model import Argument, Launch, MountPoint, PublishedPort, Setting, ShellCommand

ENGINES = ("docker", "podman", "nerdctl", "nvidia-docker")
SHORT = {
    "-a": "attach",
    "-c": "cpu-shares",
    "-d": "detach",
    "-e": "env",
    "-h": "hostname",
    "-i": "interactive",
    "-l": "label",
    "-m": "memory",
    "-p": "publish",
    "-P": "publish-all",
    "-q": "quiet",
    "-t": "tty",
    "-u": "user",
    "-v": "volume",
    "-w": "workdir",
}
FLAGS = frozenset(
    (
        *("detach", "disable-content-trust", "help", "init", "interactive", "no-healthcheck", "no-hosts", "oom-kill-disable"),
        *("privileged", "publish-all", "quiet", "read-only", "replace", "rm", "sig-proxy", "tls-verify", "tty"),
    )
)
"""Options that take no value."""
RENAMED = {"net": "network", "dns-opt": "dns-option"}
POSITIONAL = re.compile(r"\$\{?[@*\d]")
"""Of a function or a script: who calls it says which image."""
DRIVE = re.compile(r"[A-Za-z]:(?:\\|/[^:]*:)")
"""Of Windows, before a source: `w:/w` alone is a volume."""
GLOBAL_VALUED = ("-H", "--host", "-c", "--context", "--config", "-l", "--log-level", "--namespace", "-n")


def launch_of(command: ShellCommand) -> Launch | None:
    """Return the container that a command starts; None for another command."""
    words = _behind_verb(command)
    if words is None:
        return None
    settings: list[Setting] = []
    rest = list(words)
    if command.name == "nvidia-docker":
        settings.append(Setting("runtime", "nvidia", command.line))
    while rest and rest[0].text.startswith("-") and rest[0].text != "-":
        word = rest.pop(0)
        if word.text == "--":
            break
        settings += _option(word, rest)
    is_given = bool(rest) and not POSITIONAL.match(rest[0].text)
    image = Setting("image", rest[0].text, rest[0].line) if is_given else None
    return from_settings("", "command", command.line, image, tuple(rest[1:]), settings)


def _behind_verb(command: ShellCommand) -> tuple[Argument, ...] | None:
    if command.name not in ENGINES:
        return None
    rest = list(command.arguments[1:])
    while rest and rest[0].text.startswith("-"):
        valued = rest[0].text in GLOBAL_VALUED
        rest = rest[2 if valued else 1 :]
    if rest and rest[0].text == "container":
        rest = rest[1:]
    return tuple(rest[1:]) if rest and rest[0].text in ("run", "create") else None


def _option(word: Argument, rest: list[Argument]) -> Iterator[Setting]:
    """Yield what one word of options sets; a value that is the next word is taken from `rest`."""
    if word.text.startswith("--"):
        name, equals, value = word.text[2:].partition("=")
        name = RENAMED.get(name, name)
        if name in FLAGS and not equals:
            yield Setting(name, "true", word.line)
        elif equals:
            yield Setting(name, value, word.line)
        elif rest:
            yield Setting(name, rest[0].text, rest.pop(0).line)
        return
    letters = word.text[1:]
    for index, letter in enumerate(letters):
        name = SHORT.get(f"-{letter}", letter)
        if name in FLAGS:
            yield Setting(name, "true", word.line)
            continue
        value = letters[index + 1 :].removeprefix("=")
        if value:
            yield Setting(name, value, word.line)
        elif rest:
            yield Setting(name, rest[0].text, rest.pop(0).line)
        return


def from_settings(
    name: str,
    source: str,
    line: int,
    image: Setting | None,
    command: tuple[Argument, ...],
    settings: Sequence[Setting],
    *,
    is_built: bool = False,
) -> Launch:
    """Return a Launch of settings that have the names and the spelling of `docker run`'s options."""
    values: dict[str, Setting] = {}
    for setting in settings:
        if setting.name == "env":
            key, _, value = setting.value.partition("=")
            values[key] = Setting(key, value if "=" in setting.value else f"${{{key}}}", setting.line)
    return Launch(
        name=name or next((one.value for one in settings if one.name == "name"), ""),
        source=source,
        line=line,
        image=image,
        command=command,
        settings=tuple(settings),
        mounts=tuple(_mounts(settings)),
        ports=tuple(port for setting in settings if setting.name == "publish" for port in published(setting.value, setting.line)),
        environment=values,
        is_built=is_built,
    )


def _mounts(settings: Iterable[Setting]) -> Iterator[MountPoint]:
    for setting in settings:
        if setting.name == "volume":
            yield volume(setting.value, setting.line)
        elif setting.name == "mount":
            yield mount(setting.value, setting.line)
        elif setting.name == "tmpfs":
            yield MountPoint("tmpfs", "", setting.value.partition(":")[0], setting.line)


def volume(text: str, line: int) -> MountPoint:
    """Read `SOURCE:TARGET:OPTIONS`; a Windows drive before a source keeps its colon."""
    drive = text[:2] if DRIVE.match(text) else ""
    parts = _split(text[len(drive) :])
    if len(parts) == 1:
        return MountPoint("volume", "", drive + parts[0], line)
    source = drive + parts[0]
    kind = "bind" if source[:1] in "/.~$\\`" or drive else "volume"
    return MountPoint(kind, source, parts[1], line, "ro" in ",".join(parts[2:]).split(","))


def _split(text: str) -> list[str]:
    """Split at colons that are not within `${…}` or `$(…)`."""
    parts, depth = [""], 0
    for letter in text:
        depth += (letter in "{(") - (letter in "})")
        if letter == ":" and depth <= 0:
            parts.append("")
        else:
            parts[-1] += letter
    return parts


def mount(text: str, line: int) -> MountPoint:
    """Read the CSV of `--mount`."""
    fields = {}
    for field in _fields(text):
        name, _, value = field.partition("=")
        fields[name.strip().lower()] = value
    source = fields.get("source", fields.get("src", ""))
    target = fields.get("target", fields.get("destination", fields.get("dst", "")))
    is_read_only = any(fields.get(name, "false") in ("", "true", "1") for name in ("readonly", "ro") if name in fields)
    return MountPoint(fields.get("type", "volume"), source, target, line, is_read_only)


def _fields(text: str) -> list[str]:
    try:
        return next(csv.reader([text]), [])
    except csv.Error:
        return text.split(",")


def published(text: str, line: int) -> Iterator[PublishedPort]:
    """Read `ADDRESS:HOST:CONTAINER/PROTOCOL`."""
    parts = _split(text.partition("/")[0])
    if text.startswith("["):
        address, _, rest = text[1:].partition("]")
        parts = [address, *_split(rest.lstrip(":").partition("/")[0])]
    address = ":".join(parts[:-2]) if len(parts) > 2 else ""
    host = parts[-2] if len(parts) > 1 else ""
    yield PublishedPort(address, host, parts[-1], line, text)
