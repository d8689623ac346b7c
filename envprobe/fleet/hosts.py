"""Hosts as people have them listed: in words, line by line, in an OpenSSH config, in an Ansible inventory."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from ..document import LIMIT_BYTES
from ..error import DocumentError, EnvprobeError, UsageError
from ..targets.login import read_login

RANGE = re.compile(r"\[([0-9,:-]{1,200})\]")
SPAN = re.compile(r"([0-9]{1,6})(?:[-:]([0-9]{1,6}))?")
BETWEEN = re.compile(r",(?![^\[\]]*\])")
"""A comma that stands in no bracket."""
HOST_LIMIT = 100_000
LISTED_LIMIT = 1_000_000
"""Of names, the same one in several groups among them."""
SSH_CONFIG = re.compile(r"^\s*Host(?:\s+|\s*=\s*)\S", re.IGNORECASE | re.MULTILINE)
SECTION = re.compile(r"\[([^\]:]+)(?::(\w+))?\]\s*(?:[#;].*)?")
ANSIBLE = {"host": "ansible_host", "port": "ansible_port", "user": "ansible_user", "python": "ansible_python_interpreter"}


class FleetHost(NamedTuple):
    """A machine that ssh can call."""

    name: str
    """As it is listed."""
    place: str
    """`[user@]host[:port][/python]`."""
    config: str = ""
    """The OpenSSH config that it stands in, where that is not the user's own."""
    fault: str = ""
    """Why nobody can call it: what is listed is no host."""


def read_hosts(place: str) -> list[FleetHost]:
    """Return the hosts that are named, or those of the file that is, each once. Raises UsageError or DocumentError."""
    path = Path(place).expanduser()
    is_file = path.is_file() and (path.name == place or "/" in place or path.suffix != "")
    listed = _in_file(path) if is_file else ((name, name, "") for word in BETWEEN.split(place) for name in _expand(word.strip()))
    hosts: dict[str, FleetHost] = {}
    for count, (name, reference, config) in enumerate(listed):
        if len(hosts) >= HOST_LIMIT or count >= LISTED_LIMIT:
            raise UsageError(f"ssh:{place[:80]}: more than {HOST_LIMIT:,} hosts", "ask some at a time; is a range mistyped?")
        if name and name not in hosts:
            hosts[name] = FleetHost(name, reference, config, _fault(reference))
    if not hosts:
        hint = "write them as ssh:host1,host2 or ssh:node[1-8], or name a file that lists them"
        raise UsageError(f"ssh:{place}: no hosts", hint)
    return list(hosts.values())


def _fault(reference: str) -> str:
    try:
        read_login(reference, f"ssh://{reference}")
    except EnvprobeError as error:
        return f"{error.message}; {error.hint}"
    return ""


def _in_file(path: Path) -> Iterator[tuple[str, str, str]]:
    """Yield name, reference and OpenSSH config of what a file lists, whichever kind of file it is."""
    try:
        with path.open("rb") as stream:
            data = stream.read(LIMIT_BYTES + 1)
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}") from None
    if len(data) > LIMIT_BYTES:
        raise UsageError(f"{path}: more than {LIMIT_BYTES:,} bytes, which is as much as is read", "is it a list of hosts?")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise DocumentError(f"{path}: not UTF-8, so no list of hosts") from None
    if SSH_CONFIG.search(text):
        config = str(path.absolute())
        return ((name, name, config) for name in _in_ssh_config(text))
    if path.suffix in (".yml", ".yaml"):
        return _in_yaml(text, path)
    return _in_lines(text)


def _in_ssh_config(text: str) -> Iterator[str]:
    """Yield the names behind `Host` that are no patterns."""
    for row in text.splitlines():
        words = re.split(r"[\s=]+", row.strip())
        if words[0].lower() == "host":
            yield from (word.strip('"') for word in words[1:] if not set(word) & set("*?!"))


def _in_lines(text: str) -> Iterator[tuple[str, str, str]]:
    """Yield the hosts of a plain list, or of an Ansible inventory in INI: a host a line, with its variables behind it."""
    kind = ""
    for row in text.splitlines():
        if section := SECTION.fullmatch(row.strip()):
            kind = section[2] or ""
            continue
        words = _words(row)
        if words and not kind:  # `[group:vars]` and `[group:children]` list no hosts
            variables = dict(word.split("=", 1) for word in words[1:] if "=" in word)
            for name in _expand(words[0]):
                yield name, _reference(name, variables), ""


def _words(row: str) -> list[str]:
    if row.lstrip().startswith(";"):
        return []
    try:
        return shlex.split(row, comments=True)
    except ValueError:  # an open quote: what is there is reported as the host that it is not
        return [row.strip()]


def _in_yaml(text: str, path: Path) -> Iterator[tuple[str, str, str]]:
    try:
        import yaml
    except ImportError:
        from ..installation import installing

        raise UsageError(f"{path}: an inventory in YAML needs PyYAML", installing("yaml")) from None
    try:
        value = yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise DocumentError(f"{path}: not YAML: {str(error).splitlines()[0]}") from None
    yield from _groups(value, path, set())


def _groups(value: Any, path: Path, seen: set[int]) -> Iterator[tuple[str, str, str]]:
    """Yield the hosts of Ansible's groups: `hosts` maps names to variables, `children` holds groups.

    What an alias of YAML repeats is walked once. Raises DocumentError where `hosts` is no map: nobody is left out silently.
    """
    if not isinstance(value, dict) or id(value) in seen:
        return
    seen.add(id(value))
    for key, member in value.items():
        if key == "hosts" and member is not None:
            if not isinstance(member, dict):
                raise DocumentError(f"{path}: hosts: no map of names", "Ansible's form is a line `NAME:` for each host")
            for listed, variables in member.items():
                for name in _expand(str(listed)):
                    yield name, _reference(name, variables if isinstance(variables, dict) else {}), ""
        elif key != "vars":
            yield from _groups(member, path, seen)


def _reference(name: str, variables: dict[str, Any]) -> str:
    said = {part: str(variables[variable]) for part, variable in ANSIBLE.items() if variables.get(variable)}
    user = f"{said['user']}@" if "user" in said else ""
    port = f":{said['port']}" if "port" in said else ""
    python = said.get("python", "") if said.get("python", "").startswith("/") else ""  # `auto` and the like are no path
    return f"{user}{said.get('host', name)}{port}{python}"


def _expand(word: str) -> Iterator[str]:
    """Yield `n1`, `n2`, `n5` of `n[1-2,5]`, leading zeros kept; a bracket that is no range stays, as that of an IPv6 address."""
    found = RANGE.search(word)
    spans = [_span(part) for part in found[1].split(",")] if found else []
    if found is None or not all(spans) or (found.start() == 0 and ":" in found[1]):
        yield word
        return
    for first, last in filter(None, spans):
        for number in range(int(first), int(last) + 1):
            yield from _expand(f"{word[: found.start()]}{number:0{len(first)}d}{word[found.end() :]}")


def _span(text: str) -> tuple[str, str] | None:
    """Return both ends of `1-8` or `5`; None where it is neither, or runs backwards."""
    found = SPAN.fullmatch(text)
    ends = (found[1], found[2] or found[1]) if found else None
    return ends if ends and int(ends[0]) <= int(ends[1]) else None
