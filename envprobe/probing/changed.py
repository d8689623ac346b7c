"""The files of Python that the engine sees changed in a container, each held against what Python there says of it."""

from __future__ import annotations

import hashlib
import posixpath
import random
from collections.abc import Iterator, Mapping

from ..fact import ABSENT, Known, Unknown
from ..fingerprint import Fingerprint
from ..guest import shared
from ..targets.packed import Packer
from . import seen

LIMIT = 12
"""Of more, as many are chosen anew each time."""
UNREPORTED = "{} was changed, and Python there does not report it"
CODE = (".py", ".so")
DYNLOAD = "lib-dynload"
PRELOAD = "/etc/ld.so.preload"


def contradicted_changes(fingerprint: Fingerprint, pack: Packer, chance: random.Random) -> Iterator[str]:
    """Yield, for each changed file of code on Python's path, what is wrong with it; empty where Python reports it as it is."""
    if any(path == PRELOAD for _, path in seen.changes(fingerprint)) and fingerprint.get("system.ld_so_preload") is ABSENT:
        yield UNREPORTED.format(PRELOAD) if _libraries(seen.files(pack, PRELOAD)) else ""
    path, stdlib = seen.python_path(fingerprint), seen.stdlib_folder(fingerprint)
    changed = [place for kind, place in seen.changes(fingerprint) if kind != "deleted" and place.endswith(CODE)]
    found = [(folder, place) for place in changed if (folder := _folder(place, [*path, stdlib]))]
    for folder, place in chance.sample(found, min(LIMIT, len(found))):
        name = place[len(folder) + 1 :]
        is_reported = is_in_stdlib if folder in (stdlib, posixpath.join(stdlib, DYNLOAD)) else _is_in_site
        yield "" if is_reported(fingerprint, pack, folder, name) else UNREPORTED.format(place)


def _libraries(files: Mapping[str, bytes] | None) -> list[bytes]:
    """Return what ld.so.preload names, which is empty for a file of comments alone."""
    return [line for data in (files or {}).values() for line in data.splitlines() if line.partition(b"#")[0].strip()]


def _folder(place: str, path: list[str]) -> str:
    """Return the entry of Python's path that a file lies under, the longest of several; empty for none."""
    return max((folder for folder in path if folder and place.startswith(folder.rstrip("/") + "/")), key=len, default="")


def is_in_stdlib(fingerprint: Fingerprint, pack: Packer, folder: str, name: str) -> bool:
    """Tell whether the digest of a module of the standard library is the one that is reported."""
    module = name.partition("/")[0].partition(".")[0]
    fact = fingerprint.get(f"stdlib.{module}")
    value = fact.value if isinstance(fact, Known) else None
    said = value.get("digest") if isinstance(value, dict) else value
    if "stdlib" not in fingerprint.sections or (said is None and not isinstance(fact, Known)):
        return True  # not looked at, unknown, or none of its modules
    top = name.partition("/")[0]
    found = seen.files(pack, posixpath.join(folder, top))
    if not found:
        return found is not None
    if posixpath.basename(folder) != DYNLOAD:
        return said == _module_digest(found, "")
    return said == _module_digest(found, DYNLOAD) or said == _module_digest(_all_builds(pack, folder, module), "")


def _all_builds(pack: Packer, folder: str, module: str) -> Mapping[str, bytes]:
    """Return the files of an extension module that is there more than once: Debian's python3-dbg puts its own beside."""
    found = seen.files(pack, folder, seen.FILE_BYTES) or {}
    return {name: data for name, data in found.items() if posixpath.basename(name).partition(".")[0] == module}


def _module_digest(files: Mapping[str, bytes], below: str) -> str:
    """Return the digest that probes/stdlib.py makes of the files of one module."""
    left_out, whole = shared("stdlib").LEFT_OUT, hashlib.sha256()
    for name in sorted(files):
        parts = name.split("/")
        if name.endswith(CODE) and not left_out.intersection(parts[1:-1]):
            content = hashlib.sha256(files[name]).hexdigest()
            whole.update(f"{posixpath.join(below, name)}\0{content}\n".encode("utf-8", "surrogateescape"))
    return "sha256:" + whole.hexdigest()


def _is_in_site(fingerprint: Fingerprint, pack: Packer, folder: str, name: str) -> bool:
    """Tell whether a file of a distribution is named as changed, or listed by its RECORD as it is. Of others nobody can tell."""
    top = name.partition("/")[0]
    installed = seen.installed(fingerprint).items()
    owners = [owner for owner, (place, brought) in installed if posixpath.dirname(place) == folder and top in brought]
    if not owners or "integrity" not in fingerprint.sections or any(_is_named(fingerprint, owner, name) for owner in owners):
        return True
    digest = seen.file_digest(pack, posixpath.join(folder, name))
    return digest in ("", None) or any(seen.record(fingerprint, pack, owner).get(name) in ("", digest) for owner in owners)


def _is_named(fingerprint: Fingerprint, owner: str, name: str) -> bool:
    """Tell whether a file is named as changed, or nobody could look, or more are counted than named."""
    facts = [fingerprint.get(f"{section}.{owner}") for section in ("integrity", "unlisted")]
    known = [fact.value for fact in facts if isinstance(fact, Known) and isinstance(fact.value, dict)]
    words = {str(word) for value in known for part in (value, *value.values()) if isinstance(part, dict | list) for word in part}
    return isinstance(facts[0], Unknown) or name in words or any(word == "…" or word.startswith("and ") for word in words)
