"""What integrity says of the files that were changed in a container: one that is what its RECORD says is no finding."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from ..fact import WHOLE_SECTION, Known
from ..fingerprint import Fingerprint, skip_reason
from ..policy import Policy, Severity
from ..report import Difference
from .change import SOUND
from .settled import is_default

PATH = "container.changes"
LEFT_OUT = "container.changes_left_out"
AS_RELEASED = "every changed file lies where Python's packages are, and is what its RECORD says"
LOOKED_INTO = ("packages", "integrity", "unlisted", "stdlib", "modules")
"""The sections that together speak of every file in those folders."""
FOLDERS = ("{site", "{stdlib")


def settle_changes(differences: Sequence[Difference], observed: Fingerprint, policy: Policy) -> list[Difference]:
    """Return the differences, that of changed files lowered to a note where integrity has looked at each and found it sound."""
    differ = any(item.path.partition(".")[0] in LOOKED_INTO for item in differences)
    if differ or not _is_sound(observed):
        return list(differences)
    folders = _folders(observed)
    return [_as_released(item) if _lies_in(item, folders) and is_default(item, policy) else item for item in differences]


def _as_released(item: Difference) -> Difference:
    return msgspec.structs.replace(
        item, severity=min(item.severity, Severity.NOTE, key=lambda level: level.rank), why=AS_RELEASED
    )


def _is_sound(observed: Fingerprint) -> bool:
    """Say whether every file of Python's packages was looked at, and is the one that was released."""
    if isinstance(observed.get(LEFT_OUT), Known):
        return False
    sections = [observed.sections.get(name) for name in LOOKED_INTO]
    if any(section is None or WHOLE_SECTION in section.unknown for section in sections):
        return False
    if any(skip_reason(f"{name}.*", observed.skipped) for name in LOOKED_INTO):
        return False
    integrity = observed.sections["integrity"]
    return not integrity.unknown and all(Known(value) == SOUND for value in integrity.known.values())


def _folders(observed: Fingerprint) -> list[str]:
    context: Any = observed.context.get("python")
    named = context.get("folders") if isinstance(context, dict) else None
    if not isinstance(named, dict):
        return []
    return [place for name, place in named.items() if str(name).startswith(FOLDERS) and isinstance(place, str) and len(place) > 1]


def _lies_in(item: Difference, folders: Sequence[str]) -> bool:
    if item.path != PATH or not isinstance(item.observed, Known) or not isinstance(item.observed.value, list):
        return False
    before = item.expected.value if isinstance(item.expected, Known) and isinstance(item.expected.value, list) else []
    paths = [str(change).partition(" ")[2] for change in item.observed.value if change not in before]
    return bool(paths) and all(any(path.startswith(folder.rstrip("/") + "/") for folder in folders) for path in paths)
