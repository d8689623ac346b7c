"""poetry.lock: entries with the groups and markers that need them (Poetry 2), or, before that, without either."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name

from ..baseline.origin import ANY_ARCHIVE, without_credentials
from .choice import settle
from .lock import file_digests, locked, named, names_of, read_lock, tables, take_python, text_of
from .package_source import PackageSource
from .wanted import Chosen, Requirement, Requirements, unknown_choices

MAIN = "main"
UNSTATED = "Poetry before 2.0 does not say in its lock who needs it: this version, or none"


def read_poetry_lock(path: Path, text: str, chosen: Chosen) -> Requirements:
    """Read the main group, and the chosen extras and groups."""
    result = Requirements()
    value = read_lock(path, text, result)
    entries = list(tables(value.get("package", []), f"{path.name}: package", result))
    extras = value.get("extras", {}) if isinstance(value.get("extras"), dict) else {}
    groups = {group for _, entry in entries for group in _groups(entry)} - {MAIN}
    result.faults += unknown_choices(path.name, "extra", chosen.extras, extras)
    result.faults += unknown_choices(path.name, "group", [name for name in chosen.groups if name != MAIN], groups)
    metadata = value.get("metadata", {}) if isinstance(value.get("metadata"), dict) else {}
    if text_of(metadata, "python-versions"):
        take_python(result, metadata["python-versions"], f"{path.name}: metadata.python-versions")
    files = metadata.get("files", {}) if isinstance(metadata.get("files"), dict) else {}
    for number, entry in entries:
        _take(entry, f"{path.name}: package[{number}]", chosen, files, result)
    left = sorted((groups | {*extras}) - {*chosen.groups, *chosen.extras})
    if left:
        result.leave(path.name, f"extras and groups that were not chosen: {', '.join(left)}")
    if any(_groups(entry) for _, entry in entries):
        result.complete = not left
    elif entries:
        result.leave(
            path.name, "which packages are needed: poetry lock of Poetry 2 writes it, or poetry export -o requirements.txt"
        )
    return result


def _groups(entry: dict[str, object]) -> list[str]:
    return names_of(entry.get("groups", []))


def _take(entry: dict[str, object], where: str, chosen: Chosen, files: dict[str, object], result: Requirements) -> None:
    name = named(entry, where, result)
    groups = [group for group in _groups(entry) if group == MAIN or canonicalize_name(group) in _names(chosen.groups)]
    told = bool(_groups(entry))
    if not name or (told and not groups):
        return
    try:
        marker = _marker(entry.get("markers", ""), groups, chosen)
    except ValueError as error:
        result.faults.append(f"{where} ({name}): {error}")
        return
    if marker is None:
        return
    version, specifier = locked(text_of(entry, "version"))
    result.found.append(
        Requirement(
            name=name,
            version=version,
            specifier=specifier,
            marker=marker,
            source=_source(entry, files.get(text_of(entry, "name"), [])),
            constraint=not told,
            where=f"{where} ({name})",
            note="" if told else UNSTATED,
        )
    )


def _names(names: Iterable[str]) -> set[str]:
    return {canonicalize_name(name) for name in names}


def _marker(markers: Any, groups: list[str], chosen: Chosen) -> str | None:
    """Return when an entry is needed: one marker for all groups, or a table with one for each that has one."""
    texts = [markers.get(group, "") for group in groups] if isinstance(markers, dict) else [markers]
    if not all(isinstance(text, str) for text in texts):
        raise ValueError("its markers are no texts")
    settled = [text for text in (settle(text, chosen) for text in texts) if text is not None]
    if not settled:
        return None
    return "" if "" in settled else " or ".join(f"({text})" if len(settled) > 1 else text for text in dict.fromkeys(settled))


def _source(entry: dict[str, object], old_files: object) -> PackageSource:
    hashes = file_digests(entry.get("files") or old_files)
    source = entry.get("source")
    source = source if isinstance(source, dict) else {}
    kind, url = text_of(source, "type"), text_of(source, "url")
    if kind == "git":
        below = text_of(source, "subdirectory")
        place = f"git+{without_credentials(url).partition('#')[0]}@{text_of(source, 'resolved_reference')}"
        return PackageSource(origin=place + (f"#subdirectory={below}" if below else ""))
    if kind == "url":
        return PackageSource(origin=f"{ANY_ARCHIVE} {without_credentials(url).partition('#')[0]}", hashes=hashes)
    if kind == "directory":
        return PackageSource(origin="editable" if entry.get("develop") is True else "directory")
    return PackageSource(origin=ANY_ARCHIVE if kind == "file" else "", hashes=hashes)
