"""Pipfile.lock: JSON with one table for each category of packages."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name

from .. import document
from ..baseline.origin import without_credentials
from ..error import DocumentError
from .choice import settle
from .file import LIMIT_BYTES
from .lock import locked, named, names_of, take_python, text_of
from .package_source import PackageLocation, PackageSource, SourceFault, digests, read_place
from .wanted import Chosen, Requirement, Requirements, unknown_choices

MAIN = "default"
ALIASES = {"dev": "develop", "dev-packages": "develop", "packages": "default"}
"""What a Pipfile calls a category that its lock calls otherwise."""


def read_pipfile_lock(path: Path, text: str, chosen: Chosen) -> Requirements:
    """Read the default category, and the chosen ones (`dev` is `develop`)."""
    result = Requirements()
    try:
        value = document.read_json(text.encode(), path.name, limit_bytes=LIMIT_BYTES)
    except DocumentError as error:
        result.faults += error.message.splitlines()
        return result
    categories = {name: table for name, table in value.items() if name != "_meta" and isinstance(table, dict)}
    wanted = [ALIASES.get(name, name) for name in chosen.groups]
    result.faults += unknown_choices(path.name, "group", wanted, categories)
    _take_meta(value.get("_meta"), path.name, result)
    for category, table in categories.items():
        if category == MAIN or canonicalize_name(category) in {canonicalize_name(name) for name in wanted}:
            for name, entry in table.items():
                _take(name, entry, f"{path.name}: {category}.{name}"[:200], path.parent, chosen, result)
        elif table:
            result.leave(path.name, f"the group {category}, which was not chosen")
            result.complete = False
    return result


def _take_meta(meta: Any, name: str, result: Requirements) -> None:
    """Take the version of Python and the indexes; all packages are listed where no category is left out."""
    result.complete = True
    meta = meta if isinstance(meta, dict) else {}
    requires = meta.get("requires") if isinstance(meta.get("requires"), dict) else {}
    full, short = text_of(requires, "python_full_version"), text_of(requires, "python_version")
    if full or short:
        take_python(result, f"=={full}" if full else f"=={short}.*", f"{name}: _meta.requires")
    sources = meta.get("sources")
    result.indexes += [text_of(item, "url") for item in (sources if isinstance(sources, list) else []) if isinstance(item, dict)]


def _take(name: str, entry: object, where: str, folder: Path, chosen: Chosen, result: Requirements) -> None:
    entry = entry if isinstance(entry, dict) else {"version": entry}
    name = named({"name": name}, where, result)
    text = text_of(entry, "version")
    try:
        marker = settle(text_of(entry, "markers"), chosen)
        place = _place(entry, folder, name)
    except (ValueError, SourceFault) as error:
        result.faults.append(f"{where}: {error}")
        return
    if not name or marker is None:
        return
    version, specifier = locked(text.removeprefix("==")) if text.startswith("==") else ("", text.strip("*"))
    result.found.append(
        Requirement(
            name=name,
            version=version or place.version,
            specifier=specifier,
            marker=marker,
            extras=tuple(sorted(names_of(entry.get("extras", [])))),
            source=place.source,
            where=where,
        )
    )


def _place(entry: dict[str, Any], folder: Path, name: str) -> PackageLocation:
    hashes = digests(names_of(entry.get("hashes", [])))
    editable = entry.get("editable") is True
    for system in ("git", "hg", "svn", "bzr"):
        if url := text_of(entry, system):
            below = text_of(entry, "subdirectory")
            origin = f"{system}+{without_credentials(url).partition('#')[0].removeprefix(f'{system}+')}@{text_of(entry, 'ref')}"
            return PackageLocation(
                source=PackageSource(origin="editable" if editable else origin + (f"#subdirectory={below}" if below else ""))
            )
    where = text_of(entry, "file") or text_of(entry, "path")
    return (
        read_place(where, folder, name=name, hashes=hashes, editable=editable)
        if where
        else PackageLocation(source=PackageSource(hashes=hashes))
    )
