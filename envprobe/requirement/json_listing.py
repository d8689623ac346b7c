"""What pip and conda say of an environment as JSON: pip list, pip inspect, pip install --report, conda list."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from .. import document
from ..baseline.origin import ANY_ARCHIVE, without_credentials
from ..error import DocumentError
from .conda_list import add_conda
from .file import LIMIT_BYTES
from .lock import text_of
from .package_source import PackageSource, digests
from .pip_list import add_installed
from .wanted import Chosen, Requirements


def read_json_listing(path: Path, text: str, chosen: Chosen) -> Requirements:
    """Read whichever of them it is."""
    result = Requirements()
    try:
        value = document.read_json(text.encode(), path.name, limit_bytes=LIMIT_BYTES)
    except DocumentError as error:
        result.faults += error.message.splitlines()
        return result
    if isinstance(value, list):
        result.complete = not any(isinstance(entry, dict) and "channel" in entry for entry in value)
        for number, entry in enumerate(value):
            _take_row(entry, f"{path.name}: [{number}]", result)
        return result
    key = "installed" if "installed" in value else "install"
    entries = value.get(key)
    result.complete = key == "installed"
    for number, entry in enumerate(entries if isinstance(entries, list) else []):
        _take_distribution(entry, f"{path.name}: {key}[{number}]", result)
    return result


def _take_row(entry: object, where: str, result: Requirements) -> None:
    """Take a row of pip list or conda list."""
    if not isinstance(entry, dict):
        result.faults.append(f"{where}: expected an object with a name and a version")
    elif "channel" in entry and entry["channel"] != "pypi":
        build = text_of(entry, "build_string") or text_of(entry, "build")
        add_conda(text_of(entry, "name"), f"{text_of(entry, 'version')} {build}".strip(), where, result)
    else:
        editable = "editable_project_location" in entry
        add_installed(text_of(entry, "name"), text_of(entry, "version"), where, result, editable=editable)


def _take_distribution(entry: Any, where: str, result: Requirements) -> None:
    """Take an entry of pip inspect or of an installation report, with where it comes from (PEP 610)."""
    entry = entry if isinstance(entry, dict) else {}
    metadata = entry.get("metadata") if isinstance(entry.get("metadata"), dict) else {}
    before = len(result.found)
    add_installed(text_of(metadata, "name"), text_of(metadata, "version"), where, result)
    url = entry.get("direct_url") or (entry.get("download_info") if entry.get("is_direct") is True else None)
    if len(result.found) > before and isinstance(url, dict):
        result.found[-1] = msgspec.structs.replace(result.found[-1], source=_source(url))


def _source(url: dict[str, object]) -> PackageSource:
    vcs, archive, folder = (url.get(key) for key in ("vcs_info", "archive_info", "dir_info"))
    place = without_credentials(text_of(url, "url")).partition("#")[0]
    if isinstance(vcs, dict):
        below = text_of(url, "subdirectory")
        origin = f"{text_of(vcs, 'vcs')}+{place}@{text_of(vcs, 'commit_id')}"
        return PackageSource(origin=origin + (f"#subdirectory={below}" if below else ""))
    if isinstance(folder, dict):
        return PackageSource(origin="editable" if folder.get("editable") is True else "directory")
    hashes = archive.get("hashes") if isinstance(archive, dict) else None
    known = [f"{name}:{digest}" for name, digest in hashes.items()] if isinstance(hashes, dict) else []
    remote = place.startswith(("http://", "https://"))
    return PackageSource(origin=f"{ANY_ARCHIVE} {place}" if remote else ANY_ARCHIVE, hashes=digests(known))
