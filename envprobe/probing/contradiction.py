"""What the engine saw changed in a container, beside what Python there says of it: a start that lies can tell anything. Pure."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import Any

import msgspec

from ..fact import ABSENT, WHOLE_SECTION, Section
from ..fingerprint import Fingerprint

GATED = ("python", "integrity")
WORDS = "the engine sees {} in the container, and Python there does not report it: nothing that it says is certain"


def without_what_is_contradicted(fingerprint: Fingerprint) -> Fingerprint:
    """Return the fingerprint; where code that runs at Python's start was put there and not reported, GATED is unknown."""
    hidden = min(_hidden(fingerprint), default="")
    if not hidden:
        return fingerprint
    unknown = Section(unknown={WHOLE_SECTION: WORDS.format(hidden)})
    sections = {name: unknown if name in GATED else section for name, section in fingerprint.sections.items()}
    return msgspec.structs.replace(fingerprint, sections=sections)


def _hidden(fingerprint: Fingerprint) -> Iterator[str]:
    context: Any = fingerprint.context.get("python")
    if not isinstance(context, dict) or "python" not in fingerprint.sections:
        return
    python, folders = fingerprint.sections["python"], context.get("folders")
    sites = [folder for name, folder in folders.items() if name.startswith("{site")] if isinstance(folders, dict) else []
    changes = fingerprint.sections.get("container", Section()).known.get("changes")
    for change in changes if isinstance(changes, list) else []:
        kind, _, path = str(change).partition(" ")
        folder, name = posixpath.split(path)
        if kind != "deleted" and folder in sites and _is_start(name) and not _reports(python, name):
            yield path


def _is_start(name: str) -> bool:
    return name in ("sitecustomize.py", "sitecustomize") or (name.endswith(".pth") and not name.startswith("."))


def _reports(python: Section, name: str) -> bool:
    """Tell whether Python reports a file that its start runs, or says that it could not look."""
    if not name.endswith(".pth"):
        return python.get("sitecustomize") is not ABSENT
    keys = [*python.keys()]
    return any(key == f"pth.{name}" or (key.startswith("pth.") and key.endswith(f"/{name}")) for key in keys)
