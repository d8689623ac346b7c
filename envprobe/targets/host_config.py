"""Options of `docker run` as the Engine's create document has them: for a copy that starts as a printed line says. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeAlias

from .run_line import Key

Host: TypeAlias = dict[str, Any]
Words: TypeAlias = "Sequence[str] | None"


def with_options(config: Mapping[str, Any], changes: Mapping[Key, Words]) -> dict[str, Any]:
    """Return a create document with options given, or left out where they are None."""
    host = dict(config.get("HostConfig") or {})
    given = variables_in(config.get("Env") or ())
    found = dict(config)
    for (option, about), words in changes.items():
        if option == "--env":
            given[about] = words[0].partition("=")[2] if words else None
        elif option == "--user":
            found["User"] = words[0] if words else ""
        elif option in ("--volume", "--mount", "--tmpfs"):
            if words is None:
                _unmount(host, about)
            else:
                _mount(host, option, words[0])
        elif option in MEMBERS:
            member, read = MEMBERS[option]
            host[member] = read(words)
        elif option in LISTS:
            host[LISTS[option]] = _listed(host.get(LISTS[option]), about, words)
        elif option == "--ulimit":
            host["Ulimits"] = _limits(host.get("Ulimits"), about, words)
    return {**found, "Env": entries_of(given), "HostConfig": host}


def variables_in(entries: Iterable[str]) -> dict[str, str | None]:
    """Return the variables of a create document; null for one that is named without a value, which takes the image's away."""
    return {entry.partition("=")[0]: entry.partition("=")[2] if "=" in entry else None for entry in entries}


def entries_of(variables: Mapping[str, str | None]) -> list[str]:
    """Return variables as a create document has them."""
    return [name if value is None else f"{name}={value}" for name, value in variables.items()]


def _text(words: Words) -> str:
    return words[0] if words else ""


def _number(words: Words) -> int:
    return int(words[0]) if words and words[0].lstrip("-").isdecimal() else 0


def _flag(words: Words) -> bool:
    return words is not None


def _cpus(words: Words) -> int:
    return round(float(words[0]) * 1e9) if words else 0


MEMBERS: Mapping[str, tuple[str, Callable[[Words], str | int | bool]]] = {
    "--cpuset-cpus": ("CpusetCpus", _text),
    "--ipc": ("IpcMode", _text),
    "--runtime": ("Runtime", _text),
    "--memory": ("Memory", _number),
    "--memory-swap": ("MemorySwap", _number),
    "--pids-limit": ("PidsLimit", _number),
    "--shm-size": ("ShmSize", _number),
    "--cpu-period": ("CpuPeriod", _number),
    "--cpu-quota": ("CpuQuota", _number),
    "--cpus": ("NanoCpus", _cpus),
    "--read-only": ("ReadonlyRootfs", _flag),
    "--privileged": ("Privileged", _flag),
    "--init": ("Init", _flag),
}
"""Each option, its member of HostConfig and how its words are read. Networks and ports are not a copy's."""
LISTS = {"--cap-add": "CapAdd", "--cap-drop": "CapDrop", "--security-opt": "SecurityOpt"}


def _listed(there: Sequence[str] | None, about: str, words: Words) -> list[str]:
    kept = [text for text in there or () if text.removeprefix("CAP_") != about.removeprefix("CAP_")]
    return [*kept, *(words or ())]


def _limits(there: Sequence[Mapping[str, Any]] | None, name: str, words: Words) -> list[Mapping[str, Any]]:
    kept = [limit for limit in there or () if limit["Name"].removeprefix("RLIMIT_").lower() != name]
    if not words:
        return kept
    soft, _, hard = words[0].partition("=")[2].partition(":")
    return [*kept, {"Name": name, "Soft": int(soft), "Hard": int(hard or soft)}]


def _unmount(host: Host, place: str) -> None:
    host["Binds"] = [bind for bind in host.get("Binds") or () if (bind.split(":")[1:2] or [bind])[0] != place]
    host["Mounts"] = [mount for mount in host.get("Mounts") or () if mount.get("Target") != place]
    host["Tmpfs"] = {there: options for there, options in (host.get("Tmpfs") or {}).items() if there != place}


def _mount(host: Host, option: str, word: str) -> None:
    if option == "--tmpfs":
        host["Tmpfs"] = {**(host.get("Tmpfs") or {}), word: ""}
    else:
        host["Binds"] = [*(host.get("Binds") or ()), word]
