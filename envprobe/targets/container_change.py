"""What was changed in a container since its image: which changes tell something, and which places nothing touched. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

KINDS = {0: "changed", 1: "added", 2: "deleted"}  # of `GET /containers/ID/changes`

VOLATILE_PLACES = (
    *("/tmp", "/var/tmp", "/run", "/var/run", "/var/log", "/var/cache", "/var/lib/apt/lists"),  # noqa: S108 - only names
    *("/dev", "/proc", "/sys"),
    *("/etc/hosts", "/etc/hostname", "/etc/resolv.conf", "/etc/mtab", "/.dockerenv", "/.dockerinit"),  # the engine's own
)
KERAS_SETTINGS = "/.keras/keras.json"
"""The first import of Keras writes its defaults there; what it says are facts of their own (`numerics.keras.*`)."""
VOLATILE_NAMES = {".cache", "__pycache__", ".nv", ".bash_history", ".python_history", ".viminfo", ".lesshst"}
INIT = ("/sbin/docker-init", "/usr/sbin/docker-init", "/dev/init", "/run/podman-init")
"""Where engines mount the init of `--init`; the second where the image's /sbin is a link."""
DRIVER = re.compile(
    r"/(usr/)?(bin|sbin|lib|lib64|lib/[^/]+)/"
    r"(nvidia-|libnvidia-|libcuda\.so|libcudadebugger\.so|libnvcuvid\.so|libnvoptix\.so|lib\w+_nvidia\.so)[^/]*"
)
DRIVER_PLACES = (
    *("/etc/ld.so.cache", "/etc/nvidia", "/etc/vulkan", "/etc/OpenCL"),
    *("/usr/share/nvidia", "/usr/share/egl", "/lib/firmware/nvidia", "/usr/lib/firmware/nvidia"),
)
"""What libnvidia-container puts into a container that gets GPUs (its src/nvc_info.c, and it runs ldconfig); `gpu.driver` and
`cuda.loaded` say which driver that is. Not tried on a machine with a GPU."""
ACCOUNTS = ("/etc/passwd", "/etc/group")
"""Podman adds the user of `--user` where the image has none of that number."""


class ContainerChange(msgspec.Struct, frozen=True, order=True):
    """One line of the Engine's diff."""

    path: str
    kind: str
    """`added`, `changed` or `deleted`."""


def read_changes(diff: Iterable[Mapping[str, Any]] | None) -> list[ContainerChange]:
    """Return the Engine's diff, sorted by path; null means that nothing changed."""
    return sorted(ContainerChange(entry["Path"], KINDS.get(entry["Kind"], "changed")) for entry in diff or [])


def without_the_engines(changes: Sequence[ContainerChange], container: Mapping[str, Any]) -> list[ContainerChange]:
    """Return the changes without what the engine itself did for the settings of an inspected container."""
    config, host = container.get("Config") or {}, container.get("HostConfig") or {}
    has_gpus = bool(host.get("DeviceRequests")) or "nvidia" in (host.get("Runtime") or "")
    places = (
        *(INIT if host.get("Init") else ()),
        *(DRIVER_PLACES if has_gpus else ()),
        *(ACCOUNTS if config.get("User") else ()),
    )
    made = _made_for(config.get("WorkingDir") or "/", changes)
    return [
        change
        for change in changes
        if change not in made
        and not any(_lies_under(change.path, place) for place in places)
        and not (has_gpus and DRIVER.fullmatch(change.path))
    ]


def _made_for(folder: str, changes: Sequence[ContainerChange]) -> set[ContainerChange]:
    """Return the changes that made a folder and those above it, as engines do for `--workdir`; not where more lies in one."""
    way = {folder, *_parents(folder)}
    more = [change.path for change in changes if change.path not in way]
    added = [change for change in changes if change.path in way and change.kind == "added"]
    return {change for change in added if not any(_lies_under(path, change.path) for path in more)}


def summary(changes: Sequence[ContainerChange], mount_points: Sequence[str]) -> list[ContainerChange]:
    """Return the changes that say something, sorted: no volatile places, no mount points, nothing said twice.

    A folder that is only listed because of what lies in it is left out, and a new folder stands for all that lies in it.
    """
    parents = {parent for change in changes for parent in _parents(change.path)}
    telling = {
        change
        for change in changes
        if change.path not in parents
        and not _is_volatile(change.path)
        and not any(_lies_under(change.path, point) for point in mount_points)
    }
    added = {change.path: change for change in changes if change.kind == "added" and change.path in parents}
    return sorted({next((added[parent] for parent in _parents(change.path) if parent in added), change) for change in telling})


def untouched(changes: Sequence[ContainerChange], mount_points: Sequence[str], places: Sequence[str]) -> bool:
    """Say whether nothing under these places was changed or mounted over since the image.

    Byte code counts here, unlike in the summary: a patched `.pyc` is what import runs.
    """
    roots = [place.rstrip("/") or "/" for place in places]
    parents = {parent for change in changes for parent in _parents(change.path)}
    over = [change.path for change in changes if change.path not in parents] + list(mount_points)
    return not any(_lies_under(path, root) or _lies_under(root, path) for path in over for root in roots)


def _parents(path: str) -> list[str]:
    """Return the folders above a path, the topmost first; `/` is not one of them."""
    parts = path.strip("/").split("/")
    return ["/" + "/".join(parts[:count]) for count in range(1, len(parts))]


def _is_volatile(path: str) -> bool:
    if path.endswith(KERAS_SETTINGS):
        return True
    return any(_lies_under(path, place) for place in VOLATILE_PLACES) or not VOLATILE_NAMES.isdisjoint(path.split("/"))


def _lies_under(path: str, place: str) -> bool:
    return path == place or path.startswith(place.rstrip("/") + "/")
