"""What was changed in a container since its image: which changes tell something, and which places nothing touched. Pure."""

from __future__ import annotations

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


class Change(msgspec.Struct, frozen=True, order=True):
    """One line of the Engine's diff."""

    path: str
    kind: str
    """`added`, `changed` or `deleted`."""


def read_changes(diff: Iterable[Mapping[str, Any]] | None) -> list[Change]:
    """Return the Engine's diff, sorted by path; null means that nothing changed."""
    return sorted(Change(entry["Path"], KINDS.get(entry["Kind"], "changed")) for entry in diff or [])


def summary(changes: Sequence[Change], mount_points: Sequence[str]) -> list[Change]:
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


def untouched(changes: Sequence[Change], mount_points: Sequence[str], places: Sequence[str]) -> bool:
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
