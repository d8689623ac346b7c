"""What the engine saw changed in a container, beside what Python there says of it: a start that lies can tell anything. Pure."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

import msgspec

from ..fact import ABSENT, WHOLE_SECTION, Known, Section
from ..fingerprint import Fingerprint
from . import seen

GATED = ("python", "packages", "integrity", "stdlib")
CUSTOMIZE = ("sitecustomize", "usercustomize")
HIDDEN = "{} is in the container, and Python there does not report it"
WORDS = "the engine sees that {}: nothing that Python there says is certain"


def without_what_is_contradicted(fingerprint: Fingerprint) -> Fingerprint:
    """Return the fingerprint; where code that runs at Python's start was put there and not reported, GATED is unknown."""
    hidden = min(_hidden(fingerprint), default="")
    return uncertain(fingerprint, HIDDEN.format(hidden)) if hidden else fingerprint


def uncertain(fingerprint: Fingerprint, words: str) -> Fingerprint:
    """Return the fingerprint with GATED unknown, and what the engine sees as the reason."""
    unknown = Section(unknown={WHOLE_SECTION: WORDS.format(words)})
    sections = {name: unknown if name in GATED else section for name, section in fingerprint.sections.items()}
    return msgspec.structs.replace(fingerprint, sections=sections)


def _hidden(fingerprint: Fingerprint) -> Iterator[str]:
    python, folders = fingerprint.sections.get("python"), seen.folders(fingerprint)
    if python is None:
        return
    starts = [*folders.values(), *seen.python_path(fingerprint)]
    sites = [folder for name, folder in folders.items() if name.startswith("{site")]
    for kind, place in seen.changes(fingerprint):
        folder, name = posixpath.split(place)
        is_run = folder in sites if name.endswith(".pth") else folder in starts
        if kind != "deleted" and is_run and _is_start(name) and not _reports(python, name):
            yield place


def _is_start(name: str) -> bool:
    """Tell whether Python may run it at its start: a module of any kind, or a package."""
    stem, _, suffix = name.partition(".")
    is_module = suffix in ("", "py", "pyc") or suffix.endswith("so")
    return (stem in CUSTOMIZE and is_module) or (name.endswith(".pth") and not name.startswith("."))


def _reports(python: Section, name: str) -> bool:
    """Tell whether Python reports a file that its start runs, or says that it could not look, or runs no such file."""
    stem = name.partition(".")[0]
    if stem in CUSTOMIZE:
        is_off = stem == "usercustomize" and python.get("user_site") != Known(value=True)
        return is_off or python.get(stem) is not ABSENT
    keys = [*python.keys()]
    return any(key == f"pth.{name}" or (key.startswith("pth.") and key.endswith(f"/{name}")) for key in keys)
