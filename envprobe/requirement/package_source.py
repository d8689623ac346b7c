"""Where a requirement asks its package to come from, and what that place says of it: name, version and digest of an archive."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

import msgspec
from packaging.utils import (
    InvalidSdistFilename,
    InvalidWheelFilename,
    canonicalize_name,
    parse_sdist_filename,
    parse_wheel_filename,
)

from ..baseline.origin import ANY_ARCHIVE, without_credentials
from ..error import DocumentError
from ..toml import read_toml

ARCHIVES = (".whl", ".tar.gz", ".zip", ".tar.bz2", ".tgz", ".tar.xz")
ALGORITHMS = ("sha256", "sha512", "sha384", "sha224", "sha1", "md5")
"""What may stand after the `#` of a URL, as pip reads it."""
DIGEST = re.compile(rf"(?:{'|'.join(ALGORITHMS)}):[0-9a-f]+")
PROJECT_BYTES = 1 << 20
GET_MORE = "for names and versions: pip list --format=freeze > requirements.txt"
FROM_FOLDER = f"built from a folder, which says no version; {GET_MORE}"


class SourceFault(Exception):
    """What keeps a requirement from naming a package."""


class PackageSource(msgspec.Struct, frozen=True, kw_only=True):
    """Where a package is to come from; empty for an index."""

    origin: str = ""
    """As `packages.NAME.origin` spells it, `editable`, `git+https://…@commit` or `archive https://…`."""
    hashes: tuple[str, ...] = ()
    """`sha256:…`, `md5:…` of the archives that would do."""
    note: str = ""
    """What cannot be compared, for a reader."""


class PackageLocation(msgspec.Struct, frozen=True, kw_only=True):
    """What a place says of its package."""

    name: str = ""
    """PEP 503; empty where the place says none."""
    version: str = ""
    """Of a wheel or sdist, local label included; empty where the place says none."""
    source: PackageSource = PackageSource()


def digests(texts: tuple[str, ...] | list[str]) -> tuple[str, ...]:
    """Return the well-formed ones of `ALGORITHM:HEX`, sorted, in small letters."""
    return tuple(sorted({text.lower() for text in texts if DIGEST.fullmatch(text.lower())}))


def read_place(
    url: str, folder: Path | None, *, name: str = "", hashes: tuple[str, ...] = (), editable: bool = False
) -> PackageLocation:
    """Return what a URL or path says.

    Relative paths are relative to `folder`; without one the disk is not looked at.

    `name` is what stands before the `@`, `hashes` what stands in --hash. Raises SourceFault where the place is no such thing,
    contradicts the name, or nothing tells the package's name.
    """
    try:
        parts = urlsplit(url)
    except ValueError as error:  # an unclosed [ in the host
        raise SourceFault(f"{url[:200]}: not a URL: {error}") from None
    if "+" in parts.scheme:
        found = _repository(url, parts, editable)
    elif parts.scheme in ("http", "https"):
        found = _download(url, parts, hashes)
    elif _file_name(parts).endswith(ARCHIVES):
        found = _local_archive(parts, folder, hashes)
    else:
        found = _local_folder(url, parts, folder, name, editable)
    name = canonicalize_name(name or _egg(parts) or found.name)
    if not name:
        raise SourceFault(f"{url[:200]}: nothing tells the package's name; write NAME @ {url[:200]}")
    if found.name != name and _file_name(parts).endswith(".whl") and found.name:
        raise SourceFault(f"{name}: its wheel {_file_name(parts)[:100]} is one of {found.name}")
    return msgspec.structs.replace(found, name=name, version=found.version if found.name == name else "")


def archive_name(name: str) -> tuple[str, str]:
    """Return PEP 503 name and version that a wheel's or sdist's file name says; empty where it says none."""
    try:
        if name.endswith(".whl"):
            found, version = parse_wheel_filename(name)[:2]
        else:
            stem = next((name.removesuffix(ending) for ending in ARCHIVES if name.endswith(ending)), name)
            found, version = parse_sdist_filename(stem + ".tar.gz")
    except (InvalidWheelFilename, InvalidSdistFilename, ValueError):
        return "", ""
    return found, str(version)


def _repository(url: str, parts: SplitResult, editable: bool) -> PackageLocation:
    if editable:
        note = "an editable installation keeps no record of its commit"
        return PackageLocation(source=PackageSource(origin="editable", note=note))
    plain = without_credentials(url).partition("#")[0]
    folder = parse_qs(parts.fragment).get("subdirectory")
    return PackageLocation(source=PackageSource(origin=f"{plain}#subdirectory={folder[0]}" if folder else plain))


def _download(url: str, parts: SplitResult, hashes: tuple[str, ...]) -> PackageLocation:
    name, version = archive_name(_file_name(parts))
    place = without_credentials(url).partition("#")[0]
    return PackageLocation(
        name=name,
        version=version,
        source=PackageSource(origin=f"{ANY_ARCHIVE} {place}", hashes=digests([*hashes, *_fragment_digests(parts)])),
    )


def _local_archive(parts: SplitResult, folder: Path | None, hashes: tuple[str, ...]) -> PackageLocation:
    """Return what a file's name says, and its digest where the file is here or the line has it."""
    name, version = archive_name(_file_name(parts))
    known = digests([*hashes, *_fragment_digests(parts)])
    path = _path(parts, folder)
    if not known and path is not None:
        known = _digests_of(path)
    note = "" if known else "the file is not here: its digest is not declared"
    return PackageLocation(name=name, version=version, source=PackageSource(origin=ANY_ARCHIVE, hashes=known, note=note))


def _local_folder(url: str, parts: SplitResult, folder: Path | None, name: str, editable: bool) -> PackageLocation:
    """Return how a folder is installed. One that stands after `NAME @` is a place of the machine that wrote the file."""
    path = _path(parts, folder)
    if editable:
        source = PackageSource(origin="editable")
    else:
        source = PackageSource(note=FROM_FOLDER) if name else PackageSource(origin="directory")
    if name or _egg(parts):
        return PackageLocation(source=source)
    if path is None or not _is_folder(path):
        raise SourceFault(f"{url[:200]}: no such file or folder here, and nothing else tells the package's name; {GET_MORE}")
    return PackageLocation(name=canonicalize_name(_name_of_project(path)), source=source)


def _path(parts: SplitResult, folder: Path | None) -> Path | None:
    path = unquote(parts.path)
    return folder / path if folder is not None and "\0" not in path else None


def _file_name(parts: SplitResult) -> str:
    return unquote(parts.path).rstrip("/").rpartition("/")[2]


def _fragment_digests(parts: SplitResult) -> list[str]:
    fragment = parse_qs(parts.fragment)
    return [f"{algorithm}:{digest}" for algorithm in ALGORITHMS for digest in fragment.get(algorithm, [])]


def _egg(parts: SplitResult) -> str:
    egg = parse_qs(parts.fragment).get("egg", [""])[0]
    return re.split(r"[\[<>=!~;]", egg)[0].strip()


def _name_of_project(folder: Path) -> str:
    """Return project.name of a pyproject.toml; setup.py would have to be run, so it is not asked."""
    file = folder / "pyproject.toml"
    if not file.is_file():
        return ""
    try:
        with file.open("rb") as stream:
            project = read_toml(stream.read(PROJECT_BYTES + 1), "its pyproject.toml", PROJECT_BYTES).get("project", {})
    except DocumentError as error:
        raise SourceFault(error.message) from None
    except OSError as error:
        raise SourceFault(f"its pyproject.toml cannot be read: {error.strerror}") from None
    name = project.get("name", "") if isinstance(project, dict) else ""
    return name if isinstance(name, str) else ""


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # a name that is too long
        return False


def _digests_of(path: Path) -> tuple[str, ...]:
    """Return the digest of a file; nothing where there is no such file, or none that may be read."""
    try:
        if not path.is_file():
            return ()
        with path.open("rb") as stream:
            digest = hashlib.sha256()
            while block := stream.read(1 << 20):
                digest.update(block)
    except OSError:
        return ()
    return (f"sha256:{digest.hexdigest()}",)
