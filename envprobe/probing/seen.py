"""Files of a target as its engine hands them out, and what a guest says of its own folders: both may be anything."""

from __future__ import annotations

import base64
import posixpath
from collections.abc import Mapping
from typing import Any, TypeGuard

import msgspec

from ..error import TargetError
from ..fact import Known, sha256
from ..fingerprint import Fingerprint
from ..guest import shared
from ..targets.packed import Packer, unpack

FOLDER_BYTES = 16 << 20
FILE_BYTES = 64 << 20
REDACTED = "{"
"""A folder's name that looks like a secret was taken out of the answer: nobody can look there."""


def files(pack: Packer, place: str, limit_bytes: int = FOLDER_BYTES) -> Mapping[str, bytes] | None:
    """Return the files at a place by their names in its folder: none where they cannot be seen, None where nothing is there."""
    try:
        pieces = pack(place)
        return None if pieces is None else unpack(pieces, limit_bytes)
    except TargetError:
        return {}


def file_digest(pack: Packer, place: str) -> str | None:
    """Return the digest of one file; empty where it cannot be seen, None where nothing is there."""
    found = files(pack, place, FILE_BYTES)
    if found is None:
        return None
    return next((sha256(data) for data in found.values()), "")


def python_path(fingerprint: Fingerprint) -> list[str]:
    """Return where Python there really looks for modules; empty where the probe did not say."""
    path = _said(fingerprint, "python").get("path")
    return [place for place in path if isinstance(place, str) and place.startswith("/")] if isinstance(path, list) else []


def program_files(fingerprint: Fingerprint) -> dict[str, str]:
    """Return where the interpreter's own files lie, by the names that stdlib.interpreter gives them."""
    found = _said(fingerprint, "python").get("program")
    return {name: place for name, place in found.items() if _is_place(place)} if isinstance(found, dict) else {}


def stdlib_folder(fingerprint: Fingerprint) -> str:
    """Return where the standard library lies; empty where the probe did not say."""
    place = folders(fingerprint).get("{stdlib}")
    return place if _is_place(place) else ""


def folders(fingerprint: Fingerprint) -> dict[str, Any]:
    """Return where Python's folders lie by the names that places begin with: `{site}`, `{stdlib}`."""
    return dict(_items(_said(fingerprint, "python").get("folders")))


def installed(fingerprint: Fingerprint) -> dict[str, tuple[str, frozenset[str]]]:
    """Return, by name, the folder of each distribution's RECORD and the names that it brought beside that folder."""
    found = {}
    for name, row in _items(_said(fingerprint, "packages").get("recorded")):
        if isinstance(row, list) and row and all(isinstance(word, str) for word in row) and _is_place(row[0]):
            found[name] = (posixpath.normpath(row[0]), frozenset(row[1:]))
    return found


def record(fingerprint: Fingerprint, pack: Packer, name: str) -> dict[str, str]:
    """Return what a distribution's RECORD lists, as `listed` does; nothing where it cannot be read."""
    folder, _ = installed(fingerprint)[name]
    data = (files(pack, posixpath.join(folder, "RECORD")) or {}).get("RECORD", b"")
    return listed(data)


def listed(data: bytes) -> dict[str, str]:
    """Return path to `sha256:…` of what a RECORD lists; empty where it has no digest, or another one."""
    try:
        return {
            path.decode("utf-8", "surrogateescape"): _spelled(algorithm, digest)
            for path, algorithm, digest, _ in shared("record").rows(data)
        }
    except ValueError:
        return {}


def _spelled(algorithm: bytes, digest: bytes) -> str:
    try:
        decoded = base64.urlsafe_b64decode(digest + b"=" * (-len(digest) % 4))
    except ValueError:
        return ""
    return f"sha256:{decoded.hex()}" if algorithm == b"sha256" else ""


def without_places(fingerprint: Fingerprint) -> Fingerprint:
    """Return the fingerprint without the folders of its distributions, which nobody needs once they were looked at."""
    said = _said(fingerprint, "packages")
    kept = {name: value for name, value in said.items() if name != "recorded"}
    context = {name: value for name, value in fingerprint.context.items() if name != "packages"}
    return msgspec.structs.replace(fingerprint, context={**context, **({"packages": kept} if kept else {})})


def changes(fingerprint: Fingerprint) -> list[tuple[str, str]]:
    """Return (kind, path) of what the engine sees changed in the container."""
    fact = fingerprint.get("container.changes")
    lines = fact.value if isinstance(fact, Known) and isinstance(fact.value, list) else []
    return [(kind, path) for kind, _, path in (str(change).partition(" ") for change in lines)]


def _said(fingerprint: Fingerprint, section: str) -> dict[str, Any]:
    said = fingerprint.context.get(section)
    return said if isinstance(said, dict) else {}


def _items(value: object) -> list[tuple[str, Any]]:
    return [*value.items()] if isinstance(value, dict) else []


def _is_place(value: object) -> TypeGuard[str]:
    return isinstance(value, str) and value.startswith("/") and REDACTED not in value
