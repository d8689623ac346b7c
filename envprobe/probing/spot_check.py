"""Files read from outside of a container, held against what Python in it says: whoever controls its start can say anything.

Looked at are what the engine sees changed, what runs at Python's start, the interpreter, and a few distributions: chosen anew
each time, within bounds on time and bytes, so that nobody can know which lie is safe.
"""

from __future__ import annotations

import posixpath
import random
import time
from collections.abc import Iterator

from ..fact import ABSENT, Known
from ..fingerprint import Fingerprint
from ..guest import shared
from ..targets.packed import Packer
from . import seen
from .changed import CODE, contradicted_changes, is_in_stdlib

BUDGET_S = 2.0
"""Of which most is the engine's: 10 to 60 ms a file."""
PACKAGES = 6
FIRST = ("numpy", "tensorflow", "tensorflow-cpu", "tensorflow-gpu", "torch", "keras", "jax", "jaxlib", "scipy", "pandas")
"""Looked at before others: a lie about these is worth most. At most half of what is looked at."""
FIRST_RUN = ("json", "site.py", "os.py", "io.py", "codecs.py", "encodings", "hashlib.py", "signal.py")
"""What is imported before the probe, and could answer in its place. The first two are always looked at, of the rest two."""
SOUND = Known("ok")
HIDDEN = "{} is there, and Python does not report it"
OTHER = "{} is not what Python there says"
GONE = "{} is not there, though Python there says so"
SILENT = "Python there does not say where its packages lie"


def contradiction(fingerprint: Fingerprint, pack: Packer, chance: random.Random | None = None) -> str:
    """Return what was seen from outside that contradicts a fingerprint, in words; empty where all that was looked at fits."""
    end = time.monotonic() + BUDGET_S
    for found in _looked_at(fingerprint, pack, chance or random.SystemRandom()):
        if found or time.monotonic() >= end:
            return found
    return ""


def _looked_at(fingerprint: Fingerprint, pack: Packer, chance: random.Random) -> Iterator[str]:
    """Yield, for each thing that is looked at, what is wrong with it."""
    installed = seen.installed(fingerprint)
    if {
        key.removesuffix(".record") for key in fingerprint.sections["packages"].known if key.endswith(".record")
    } - installed.keys():
        yield SILENT
    yield from contradicted_changes(fingerprint, pack, chance)
    yield from _start(fingerprint, pack)
    yield from _program(fingerprint, pack)
    yield from _first_run(fingerprint, pack, chance)
    for name in _chosen(fingerprint, chance):
        yield from _package(fingerprint, pack, name, installed[name][0], chance)


def _start(fingerprint: Fingerprint, pack: Packer) -> Iterator[str]:
    """Look for what runs at Python's start where it says that nothing does."""
    names = ["sitecustomize.py"] if fingerprint.get("python.sitecustomize") is ABSENT else []
    if fingerprint.get("python.usercustomize") is ABSENT and fingerprint.get("python.user_site") == Known(value=True):
        names.append("usercustomize.py")
    for folder in seen.python_path(fingerprint)[:8]:
        for name in names:
            place = posixpath.join(folder, name)
            yield HIDDEN.format(place) if seen.files(pack, place) else ""


def _program(fingerprint: Fingerprint, pack: Packer) -> Iterator[str]:
    """Hash the interpreter's program; what conda wrote into it is not known here."""
    fact, place = fingerprint.get("stdlib.interpreter"), seen.program_files(fingerprint).get("program")
    said = fact.value.get("program") if isinstance(fact, Known) and isinstance(fact.value, dict) else None
    if isinstance(said, str) and place and fingerprint.get("python.kind") != Known("conda"):
        yield _compared(pack, place, said)


def _first_run(fingerprint: Fingerprint, pack: Packer, chance: random.Random) -> Iterator[str]:
    """Hold what is imported before the probe against its digests."""
    folder = seen.stdlib_folder(fingerprint)
    for name in [*FIRST_RUN[:2], *chance.sample(FIRST_RUN[2:], 2)] if folder else []:
        yield "" if is_in_stdlib(fingerprint, pack, folder, name) else OTHER.format(posixpath.join(folder, name))


def _chosen(fingerprint: Fingerprint, chance: random.Random) -> list[str]:
    """Return a few distributions of which Python says that they are installed on its path."""
    path = seen.python_path(fingerprint)
    there = {name for name, (folder, _) in seen.installed(fingerprint).items() if posixpath.dirname(folder) in path}
    first = [name for name in FIRST if name in there][: PACKAGES // 2]
    others = sorted(there.difference(first))
    return [*first, *chance.sample(others, min(PACKAGES - len(first), len(others)))]


def _package(fingerprint: Fingerprint, pack: Packer, name: str, folder: str, chance: random.Random) -> Iterator[str]:
    """Hold a RECORD against its digest, and a file that it lists against RECORD where Python says that all are sound."""
    files = seen.files(pack, folder)
    if files is None:
        yield GONE.format(folder)
        return
    own = posixpath.basename(folder)
    data = files.get(f"{own}/RECORD")
    if data is None:  # a link, or more than is read
        return
    record, said = shared("record"), fingerprint.get(f"packages.{name}.record")
    yield "" if said == Known(record.Record(data, own).digest()) else OTHER.format(f"{folder}/RECORD")
    if fingerprint.get(f"integrity.{name}") == SOUND:
        listed = sorted((path, digest) for path, digest in seen.listed(data).items() if digest and path.endswith(CODE))
        for path, digest in chance.sample(listed, min(1, len(listed))):
            yield _compared(pack, posixpath.join(posixpath.dirname(folder), path), digest)


def _compared(pack: Packer, place: str, said: str) -> str:
    """Return what is wrong with one file, as far as it can be seen: a link leads elsewhere."""
    digest = seen.file_digest(pack, place)
    if digest is None:
        return GONE.format(place)
    return OTHER.format(place) if digest and digest != said else ""
