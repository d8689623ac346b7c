"""A fact of a container that differs, as options of `docker run`: which are set, to what, and which are left out. Pure.

One row a fact in OPTIONS. What a baseline records of a container may not be enough to make another like it (the folder of a
bind mount is nowhere in it): then there is no option, and somebody has to say it in words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Literal, TypeAlias

from ..fact import Absent, Fact, Known, Unknown, Value
from .run_line import Key

Changes: TypeAlias = dict[Key, list[str] | None]
"""What `RunLine.typed` takes: words, or None for an option that is left out."""

VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
PLACEHOLDER = re.compile(r"\{[a-z.]+(?::\d+)?\}")
"""A place that the probe wrote instead of a machine path, `{site}/…`: nobody can type it."""

OPTIONS = {
    "container.user": "--user",
    "container.runtime": "--runtime",
    "container.limits.cpuset": "--cpuset-cpus",
    "container.limits.pids": "--pids-limit",
    "container.limits.shm_bytes": "--shm-size",
    "system.limits.shm_bytes": "--shm-size",
    "container.ipc_mode": "--ipc",
    "container.read_only": "--read-only",
    "container.privileged": "--privileged",
    "container.init": "--init",
    "container.cap_add": "--cap-add",
    "container.cap_drop": "--cap-drop",
    "container.security_opt": "--security-opt",
    "container.devices": "--device",
    "container.ports": "--publish",
}
FLAGS = ("--read-only", "--privileged", "--init")
LISTS = ("--cap-add", "--cap-drop", "--security-opt", "--device", "--publish")
ALSO = ("--memory-swap", "--cpu-period", "--cpu-quota", "--mount", "--tmpfs")
"""Other ways to give the same setting, left out with it; a reader need not hear of them."""
ULIMITS = {"system.limits.open_files": "nofile", "system.limits.stack": "stack"}


def changes_for(path: str, expected: Fact, observed: Fact) -> Changes | None:
    """Return what is changed so that a fact is as expected; None where no option does that."""
    if isinstance(expected, Unknown) or isinstance(observed, Unknown):
        return None
    if path in OPTIONS:
        return _by_table(OPTIONS[path], expected, observed)
    for prefix, made in SPECIAL.items():
        if path.startswith(prefix):
            return made(path.removeprefix(prefix), expected, observed)
    return None


def _by_table(option: str, expected: Fact, observed: Fact) -> Changes | None:
    if option in LISTS:
        return _members(option, _texts(expected), _texts(observed))
    if not isinstance(expected, Known):
        return {(option, ""): None}
    words = [] if option in FLAGS else _words(expected)
    return None if words is None else {(option, ""): words}


def _members(option: str, wanted: Sequence[str], there: Sequence[str]) -> Changes:
    dropped: Changes = {(option, text): None for text in there if text not in wanted}
    return {**dropped, **{(option, text): [text] for text in wanted if text not in there}}


def _texts(fact: Fact) -> list[str]:
    value = fact.value if isinstance(fact, Known) else []
    return [text for text in value if isinstance(text, str)] if isinstance(value, list) else []


def _memory(_: str, expected: Fact, observed: Fact) -> Changes:
    """Memory comes with its swap, which the Engine sets to twice as much where nobody says otherwise."""
    return {("--memory-swap", ""): None, ("--memory", ""): _words(expected)}


def _cpus(_: str, expected: Fact, observed: Fact) -> Changes:
    """One number can be given in two ways."""
    return {("--cpu-period", ""): None, ("--cpu-quota", ""): None, ("--cpus", ""): _words(expected)}


def _ulimit(name: str, expected: Fact, observed: Fact) -> Changes:
    limit = _words(expected)
    return {("--ulimit", name): None if limit is None else [f"{name}={limit[0]}"]}


def _own_limit(name: str, expected: Fact, observed: Fact) -> Changes | None:
    """A soft limit as a program in the container sees it."""
    limit = ULIMITS.get(f"system.limits.{name}")
    number = expected.value if isinstance(expected, Known) else None
    return {("--ulimit", limit): [f"{limit}={-1 if number == 'unlimited' else number}"]} if limit and number else None


def _network(_: str, expected: Fact, observed: Fact) -> Changes | None:
    mode = expected.value if isinstance(expected, Known) else "bridge"
    if mode == "container":
        return None
    return {("--network", ""): None if mode == "bridge" else [str(mode)]}


def _gpus(_: str, expected: Fact, observed: Fact) -> Changes | None:
    if isinstance(expected, Absent):
        return {("--gpus", ""): None}
    requests = expected.value if isinstance(expected, Known) and isinstance(expected.value, list) else []
    if len(requests) != 1 or not isinstance(requests[0], dict):
        return None
    devices, count = requests[0].get("devices"), requests[0].get("count")
    if isinstance(devices, list):
        return {("--gpus", ""): [f'"device={",".join(map(str, devices))}"']}
    return {("--gpus", ""): [str(count)]}


def _mounts(_: str, expected: Fact, observed: Fact) -> Changes | None:
    """A mount too many is left out; a missing one can be made where all of it is recorded."""
    wanted, there = _by_place(expected), _by_place(observed)
    found: Changes = {}
    for place in there.keys() - wanted.keys():
        found |= {(option, place): None for option in ("--volume", "--mount", "--tmpfs")}
    for place, mount in wanted.items():
        if there.get(place) == mount:
            continue
        made = _mount(place, mount) if place not in there else None
        if made is None:
            return None
        found |= made
    return dict(sorted(found.items()))


def _mount(place: str, mount: dict[str, Value]) -> Changes | None:
    if mount.get("type") == "tmpfs":
        return {("--tmpfs", place): [place]}
    if isinstance(mount.get("name"), str):
        return {("--volume", place): [f"{mount['name']}:{place}" + (":ro" if mount.get("mode") == "ro" else "")]}
    return None


def _by_place(fact: Fact) -> dict[str, dict[str, Value]]:
    value = fact.value if isinstance(fact, Known) else []
    listed = [mount for mount in value if isinstance(mount, dict)] if isinstance(value, list) else []
    return {str(mount.get("destination")): mount for mount in listed}


def _mounted_over(_: str, expected: Fact, observed: Fact) -> Changes | None:
    """The mounts that put files where Python looks for modules."""
    missing = [place for place in _texts(expected) if place not in _texts(observed)]
    extra = [place for place in _texts(observed) if place not in _texts(expected)]
    return None if missing else {(option, place): None for place in extra for option in ("--volume", "--mount", "--tmpfs")}


def _fresh(_: str, expected: Fact, observed: Fact) -> Changes:
    """What was changed in a container since its image is gone in a new one."""
    return {}


def _variable(name: str, expected: Fact, observed: Fact) -> Changes | None:
    value = variable_value(name, expected)
    return None if value is None else {("--env", name): [f"{name}={value}"] if isinstance(value, str) else None}


def variable_value(name: str, expected: Fact) -> str | Literal[False] | None:
    """Return the value that a variable is to get, False where it is to be taken away, None where neither can be typed."""
    if not VARIABLE.fullmatch(name) or isinstance(expected, Unknown):
        return None
    value = expected.value if isinstance(expected, Known) else False
    if value is False or (isinstance(value, str) and value.isprintable() and not PLACEHOLDER.search(value)):
        return value
    return None


def _words(fact: Fact) -> list[str] | None:
    """Return a value as one word of a command; None where it is none: whoever wrote the baseline may have put anything there."""
    return [str(fact.value)] if isinstance(fact, Known) and not isinstance(fact.value, list | dict) else None


SPECIAL: dict[str, Callable[[str, Fact, Fact], Changes | None]] = {
    "container.limits.memory_bytes": _memory,
    "container.limits.cpus": _cpus,
    "container.limits.ulimits.": _ulimit,
    "container.network_mode": _network,
    "container.gpus": _gpus,
    "container.mounts": _mounts,
    "container.mounted_over": _mounted_over,
    "container.changes": _fresh,
    "environment.": _variable,
    "system.limits.": _own_limit,
}


def in_words(changes: Changes) -> str:
    """Return options as a sentence has them: `with --init and without --cpuset-cpus`."""
    given = [" ".join([option, *words]) for (option, _), words in changes.items() if words is not None]
    left = [f"{option} {about}".rstrip() for (option, about), words in changes.items() if words is None and option not in ALSO]
    parts = [f"with {' '.join(given)}" if given else "", f"without {', '.join(left)}" if left else ""]
    return " and ".join(part for part in parts if part)
