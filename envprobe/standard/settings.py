"""`[tool.envprobe.environment]`: what a project's standard environment is. Pure."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import Any, Literal

import msgspec

from .. import document
from ..redaction import redact_arguments

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,62}")
"""What an engine, a host name and a Kubernetes object can all be made of."""
VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
PORT = re.compile(r"(?:(?:\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-fA-F:]+\]):)?(\d{1,5}):(\d{1,5})")
USER = re.compile(r"\d{1,10}:\d{1,10}")
SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([kmgt]?)(?:i?b)?", re.IGNORECASE)
PIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(?:\[[A-Za-z0-9,._-]+\])?==[A-Za-z0-9.!+_-]+")
PACKAGE = re.compile(r"[a-z0-9][a-z0-9.+-]+(?:=[A-Za-z0-9.:~+-]+)?")
RESERVED = ("HOME", "JUPYTER_TOKEN", "JUPYTER_TOKEN_FILE")
"""Variables that `up` sets, or that would put the token where others read it."""


class MountSetting(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One more folder that the environment sees."""

    source: str
    """A folder, relative to the file that says so."""
    target: str
    """Where it lies in the container, an absolute path."""
    read_only: bool = False
    """Whether nothing there can be changed from inside."""


class EnvironmentSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a project's standard environment is; without any of it, TensorFlow 2.9.0 with Jupyter."""

    image: str = ""
    """A full version or a digest; without one the official TensorFlow 2.9.0 that fits the variant and the start."""
    variant: Literal["cpu", "gpu"] = "cpu"
    """Whether it computes on GPUs."""
    start: Literal["jupyter", "ssh", "plain"] = "jupyter"
    """What people work with: a notebook in a browser, an editor over SSH, or `envprobe shell` alone."""
    engine: Literal["docker", "podman"] = "docker"
    """Who starts it."""
    name: str = ""
    """The container's name; the project folder's, with a digest of its path, where none is given."""
    folder: str = "."
    """The work folder, relative to this file: it is /tf/notebooks in the container."""
    address: str = "127.0.0.1"
    """Where Jupyter or sshd can be reached; 127.0.0.1 is this machine alone."""
    port: int = 0
    """The port of it here; 8888 for Jupyter and 2222 for SSH where none is given."""
    ports: list[str] = []
    """Further ports, as `6006:6006`; on this machine alone, unless an address stands in front."""
    mounts: list[MountSetting] = []
    """Further folders."""
    user: str = ""
    """`UID:GID` in the container; whoever calls, where none is given."""
    memory: str = ""
    """At most this much, as `8g`; no limit where none is given."""
    cpus: float = 0
    """At most this many; no limit where none is given."""
    shm: str = ""
    """Shared memory, as `1g`; the engine's 64 MB where none is given."""
    env: dict[str, str] = {}
    """Variables. No secrets: they stand in `docker inspect`, and in this file."""
    packages: list[str] = []
    """Python packages on top of the image, each pinned: `pandas==1.4.2`."""
    system_packages: list[str] = []
    """Packages of the image's own distribution, from its own lists alone."""


def read_environment(value: Any, where: str) -> EnvironmentSettings:
    """Read the table. Raises DocumentError with every fault."""
    found = document.convert(value, EnvironmentSettings, where)
    document.refuse(where, list(_faults(found)))
    return found


def _faults(settings: EnvironmentSettings) -> Iterator[str]:
    if settings.name and not NAME.fullmatch(settings.name):
        yield f"name: {settings.name[:40]!r}: use letters, digits, . _ and -, at most 63"
    if settings.user and not USER.fullmatch(settings.user):
        yield f"user: {settings.user[:40]!r}: write numbers, UID:GID, as in 1000:1000; `id` shows yours"
    elif settings.user.startswith("0:"):
        yield "user: 0 is root, and Jupyter as root is what this is to prevent; name the number of a user"
    if settings.port and not 1 <= settings.port <= 65535:
        yield f"port: {settings.port} is no port"
    for name in ("memory", "shm"):
        text = getattr(settings, name)
        if text and size(text) is None:
            yield f"{name}: {text[:40]!r}: write a number and a unit, as in 8g or 512m"
    if settings.cpus < 0:
        yield f"cpus: {settings.cpus:g} is negative"
    yield from (f"ports[{index}]: {fault}" for index, text in enumerate(settings.ports) if (fault := _port_fault(text)))
    for index, mount in enumerate(settings.mounts):
        yield from (f"mounts[{index}].{fault}" for fault in _mount_faults(mount))
    yield from (f"env: {fault}" for name, value in settings.env.items() for fault in _variable_faults(name, value))
    for index, text in enumerate(settings.packages):
        if not PIN.fullmatch(text):
            yield f"packages[{index}]: {text[:60]!r} is not pinned; write NAME==VERSION"
    for index, text in enumerate(settings.system_packages):
        if not PACKAGE.fullmatch(text):
            yield f"system_packages[{index}]: {text[:60]!r} is no name of a package"


def _port_fault(text: str) -> str:
    match = PORT.fullmatch(text)
    if match is None or not all(1 <= int(number) <= 65535 for number in match.groups()):
        return f"{text[:40]!r}: write HERE:THERE, as in 6006:6006"
    return ""


def _mount_faults(mount: MountSetting) -> Iterator[str]:
    if not posixpath.isabs(mount.target) or posixpath.normpath(mount.target) == "/":
        yield f"target: {mount.target[:60]!r}: write an absolute path in the container, as in /data"
    if not mount.source.strip():
        yield "source: empty"
    elif mount.source.rstrip("/").endswith("docker.sock"):
        yield "source: whoever has the engine's socket is root of this machine; leave it out"


def _variable_faults(name: str, value: str) -> Iterator[str]:
    if not VARIABLE.fullmatch(name):
        yield f"{name[:40]!r} is not a name of a variable"
    elif not value.isprintable():
        yield f"{name} has a character that no line of a file can hold"
    elif name in RESERVED:
        yield f"{name} is set by `envprobe up`; leave it out"
    elif redact_arguments([f"{name}={value}"]) != [f"{name}={value}"]:
        yield f"{name} looks like a secret, and would stand in `docker inspect`; keep it in a file in a mounted folder"


def size(text: str) -> int | None:
    """Return the bytes of `8g`, `512m` or a plain number; None where it is none."""
    match = SIZE.fullmatch(text.strip())
    if match is None:
        return None
    return int(float(match[1]) * 1024 ** " kmgt".index(match[2].lower() or " "))
