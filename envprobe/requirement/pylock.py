"""pylock.toml (PEP 751): the packaging community's own lock file, read by the packaging community's own library."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from ..baseline.origin import ANY_ARCHIVE, without_credentials
from .choice import settle
from .lock import read_lock, take_python
from .package_source import PackageSource, archive_name, digests
from .wanted import Chosen, Requirement, Requirements, unknown_choices

if TYPE_CHECKING:
    from packaging.pylock import Package, Pylock

SOURCES = ("vcs", "directory", "archive", "sdist", "wheels")
NO_SOURCE = "no source is stated"
TOO_OLD = "reading it takes packaging 26 or newer: pip install --upgrade packaging"


def read_pylock(path: Path, text: str, chosen: Chosen) -> Requirements:
    """Read a pylock.toml: its default groups, or the chosen ones, and the chosen extras."""
    result = Requirements()
    value = read_lock(path, text, result)
    lock = _parsed(path.name, value, result) if value else None
    if lock is None:
        return result
    result.faults += unknown_choices(path.name, "extra", chosen.extras, lock.extras or [])
    result.faults += unknown_choices(
        path.name, "group", chosen.groups, [*(lock.dependency_groups or []), *(lock.default_groups or [])]
    )
    if lock.requires_python:
        take_python(result, str(lock.requires_python), f"{path.name}: requires-python")
    groups = [*(lock.default_groups or []), *chosen.groups]
    for number, package in enumerate(lock.packages):
        _take(package, f"{path.name}: packages[{number}]", chosen, groups, result)
    left = sorted({*(lock.extras or []), *(lock.dependency_groups or [])} - {*chosen.extras, *groups})
    if left:
        result.leave(path.name, f"extras and groups that were not chosen: {', '.join(left)}")
    return result


def _parsed(name: str, value: dict[str, object], result: Requirements) -> Pylock | None:
    """Return the lock as its library sees it. What is wrong with several packages is listed for each."""
    try:
        from packaging.pylock import Pylock, PylockUnsupportedVersionError, PylockValidationError
    except ImportError:
        result.faults.append(f"{name}: a pylock.toml (PEP 751)")
        result.hint = TOO_OLD
        return None
    packages = value.get("packages")
    if isinstance(packages, list):
        value["packages"] = packages = [_with_source(package) for package in packages]
    try:
        return Pylock.from_dict(value)
    except PylockUnsupportedVersionError as error:
        result.faults.append(f"{name}: {error}")
        return None
    except (PylockValidationError, RecursionError) as error:
        first = str(error)
    for number, package in enumerate(packages if isinstance(packages, list) else []):
        try:
            Pylock.from_dict({**value, "packages": [package]})
        except (PylockValidationError, RecursionError) as error:
            result.faults.append(f"{name}: {str(error).replace('packages[0]', f'packages[{number}]')[:300]}")
    result.faults = result.faults or [f"{name}: {first[:300]}"]
    return None


def _with_source(package: object) -> object:
    """Return an entry that PEP 751 allows: one that says no source is taken for what it says, which a tool could not install."""
    if not isinstance(package, dict) or any(kind in package for kind in SOURCES):
        return package
    return {**package, "archive": {"path": NO_SOURCE, "hashes": {"none": "0"}}}


def _take(package: Package, where: str, chosen: Chosen, groups: list[str], result: Requirements) -> None:
    try:
        marker = settle(str(package.marker or ""), chosen, groups)
    except ValueError as error:
        result.faults.append(f"{where}: {error}")
        return
    if marker is None:
        return
    result.found.append(
        Requirement(
            name=package.name,
            version=_version(package),
            marker=marker,
            source=_source(package),
            where=f"{where} ({package.name})",
        )
    )


def _source(package: Package) -> PackageSource:
    if package.vcs is not None:
        below = f"#subdirectory={package.vcs.subdirectory}" if package.vcs.subdirectory else ""
        place = without_credentials(package.vcs.url).partition("#")[0] if package.vcs.url else ""
        return PackageSource(origin=f"{package.vcs.type}+{place}@{package.vcs.commit_id}{below}" if place else "")
    if package.directory is not None:
        return PackageSource(origin="editable" if package.directory.editable else "directory")
    if package.archive is not None and package.archive.path == NO_SOURCE:
        return PackageSource()
    if package.archive is not None:
        place = without_credentials(package.archive.url).partition("#")[0] if package.archive.url else ""
        hashes = _digests(package.archive.hashes)
        return PackageSource(origin=f"{ANY_ARCHIVE} {place}" if place.startswith("http") else ANY_ARCHIVE, hashes=hashes)
    files = [file.hashes for file in package.wheels or []] + ([package.sdist.hashes] if package.sdist else [])
    return PackageSource(hashes=tuple(sorted({digest for hashes in files for digest in _digests(hashes)})))


def _digests(hashes: Any) -> tuple[str, ...]:
    return digests([f"{algorithm}:{digest}" for algorithm, digest in hashes.items()])


def _version(package: Package) -> str:
    """Return the version that is locked; an archive may leave it to its file's name."""
    if package.version is None and package.archive is not None:
        place = package.archive.path or urlsplit(without_credentials(package.archive.url or "")).path
        return archive_name(unquote(place).rpartition("/")[2])[1]
    return str(package.version or "")
