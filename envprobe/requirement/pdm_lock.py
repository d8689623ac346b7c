"""pdm.lock: entries with the groups that need them, and their markers."""

from __future__ import annotations

from pathlib import Path

from packaging.utils import canonicalize_name

from ..baseline.origin import ANY_ARCHIVE, without_credentials
from .choice import settle
from .lock import file_digests, locked, named, names_of, read_lock, tables, take_python, text_of
from .package_source import PackageSource
from .wanted import Chosen, Requirement, Requirements, unknown_choices

MAIN = "default"
EXPORT = "pdm export --format pylock -o pylock.toml writes one that does"


def read_pdm_lock(path: Path, text: str, chosen: Chosen) -> Requirements:
    """Read the default group, and the chosen ones; an extra is a group here."""
    result = Requirements()
    value = read_lock(path, text, result)
    metadata = value.get("metadata", {}) if isinstance(value.get("metadata"), dict) else {}
    groups = set(names_of(metadata.get("groups", []))) - {MAIN}
    wanted = (*chosen.groups, *chosen.extras)
    result.faults += unknown_choices(path.name, "group", [name for name in wanted if name != MAIN], groups)
    if text_of(metadata, "requires_python"):
        take_python(result, metadata["requires_python"], f"{path.name}: metadata.requires_python")
    names = {MAIN, *(canonicalize_name(name) for name in wanted)}
    strategy = names_of(metadata.get("strategy", []))
    for number, entry in tables(value.get("package", []), f"{path.name}: package", result):
        _take(entry, f"{path.name}: package[{number}]", names, "inherit_metadata" in strategy, chosen, result)
    left = sorted(group for group in groups if canonicalize_name(group) not in names)
    if left:
        result.leave(path.name, f"groups that were not chosen: {', '.join(left)}")
    if "inherit_metadata" not in strategy:
        result.leave(path.name, f"which packages are needed: this lock does not say; {EXPORT}")
    result.complete = not left and "inherit_metadata" in strategy
    return result


def _take(entry: dict[str, object], where: str, names: set[str], told: bool, chosen: Chosen, result: Requirements) -> None:
    name = named(entry, where, result)
    groups = {canonicalize_name(group) for group in names_of(entry.get("groups", []))}
    if not name or "extras" in entry or (groups and groups.isdisjoint(names)):
        return  # an entry of extras says again what the package's own says
    try:
        marker = settle(text_of(entry, "marker"), chosen)
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
            source=_source(entry),
            constraint=not told,
            where=f"{where} ({name})",
            note="" if told else "whether it is needed is not said here: this version, or none",
        )
    )


def _source(entry: dict[str, object]) -> PackageSource:
    hashes = file_digests(entry.get("files", []))
    if git := text_of(entry, "git"):
        below = text_of(entry, "subdirectory")
        place = f"git+{without_credentials(git).partition('#')[0]}@{text_of(entry, 'revision') or text_of(entry, 'ref')}"
        return PackageSource(origin=place + (f"#subdirectory={below}" if below else ""))
    if url := text_of(entry, "url"):
        return PackageSource(origin=f"{ANY_ARCHIVE} {without_credentials(url).partition('#')[0]}", hashes=hashes)
    if "path" in entry:
        return PackageSource(origin="editable" if entry.get("editable") is True else "", hashes=hashes)
    return PackageSource(hashes=hashes)
