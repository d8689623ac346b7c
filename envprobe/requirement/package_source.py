"""Where a requirement asks its package to come from: an index, an archive, a repository or a folder."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import msgspec
from packaging.utils import InvalidSdistFilename, InvalidWheelFilename, parse_sdist_filename, parse_wheel_filename

from ..baseline.origin import ANY_ARCHIVE, without_credentials
from ..error import DocumentError
from ..toml import read_toml

ARCHIVES = (".whl", ".tar.gz", ".zip")
SHA256 = "sha256:"
"""The one kind of digest that an observed origin carries, so the one that can be compared."""


class SourceFault(Exception):
    """What keeps a requirement from naming a package."""


class PackageSource(msgspec.Struct, frozen=True, kw_only=True):
    """Where a package is to come from; empty for an index."""

    origin: str = ""
    """As `packages.NAME.origin` spells it, `editable` or `git+https://…@commit`."""
    hashes: tuple[str, ...] = ()
    """`sha256:…` of the archives that would do; other algorithms are left out, because no installation remembers them."""
    note: str = ""
    """What cannot be compared, for a reader."""


def read_source(line: Any, folder: Path) -> tuple[str, PackageSource]:
    """Return name and source of an InstallRequirement; paths are relative to the folder of its file.

    Raises SourceFault where there is no such file, or nothing tells the package's name.
    """
    hashes = tuple(sorted({text.lower() for text in line.hash_options if text.lower().startswith(SHA256)}))
    if line.link is None:
        return line.name, PackageSource(hashes=hashes)
    url = line.link.url
    parts = urlsplit(url)
    if "+" in parts.scheme:
        return _repository(line, url)
    if parts.scheme in ("http", "https"):
        return _download(line, url, hashes)
    return _local(line, _path(url, folder), hashes)


def from_url(url: str) -> PackageSource:
    """Return the source that a URL names: `git+https://…`, or an archive, with its digest where the URL has one."""
    parts = urlsplit(url)
    fragment = parse_qs(parts.fragment)
    if "+" in parts.scheme:
        plain = without_credentials(url).partition("#")[0]
        folder = fragment.get("subdirectory")
        return PackageSource(origin=f"{plain}#subdirectory={folder[0]}" if folder else plain)
    if parts.scheme == "file" and not parts.path.endswith(ARCHIVES):
        return PackageSource(origin="directory")
    found = tuple(SHA256 + digest.lower() for digest in fragment.get("sha256", []))
    return PackageSource(hashes=found) if found else PackageSource(origin=ANY_ARCHIVE)


def _repository(line: Any, url: str) -> tuple[str, PackageSource]:
    name = line.name or _egg(url)
    if not name:
        raise SourceFault(f"{url}: nothing tells the package's name; write NAME @ {url}")
    if line.is_editable:
        return name, PackageSource(origin="editable", note="an editable installation keeps no record of its commit")
    return name, from_url(url)


def _download(line: Any, url: str, hashes: tuple[str, ...]) -> tuple[str, PackageSource]:
    name = line.name or _egg(url) or _name_of_archive(urlsplit(url).path)
    if not name:
        raise SourceFault(f"{url}: nothing tells the package's name; write NAME @ {url}")
    return name, PackageSource(hashes=hashes) if hashes else from_url(url)


def _local(line: Any, path: Path, hashes: tuple[str, ...]) -> tuple[str, PackageSource]:
    if path.is_file() and path.name.endswith(ARCHIVES):
        name = line.name or _name_of_archive(path.name)
        if name:
            return name, PackageSource(hashes=hashes or (_digest(path),))
    elif path.is_dir():
        name = line.name or _egg(line.link.url) or _name_of_project(path)
        if name:
            return name, PackageSource(origin="editable" if line.is_editable else "directory")
    else:
        raise SourceFault(f"{line.link.url}: no such file or folder beside this one")
    raise SourceFault(f"{line.link.url}: nothing tells the package's name; write NAME @ file:… or add #egg=NAME")


def _path(url: str, folder: Path) -> Path:
    parts = urlsplit(url)
    return folder / unquote(parts.path if parts.scheme == "file" else url.partition("#")[0])


def _egg(url: str) -> str:
    egg = parse_qs(urlsplit(url).fragment).get("egg", [""])[0]
    return re.split(r"[\[<>=!~]", egg)[0]


def _name_of_archive(path: str) -> str:
    try:
        name = Path(unquote(path)).name
        return (parse_wheel_filename(name) if name.endswith(".whl") else parse_sdist_filename(name))[0]
    except (InvalidWheelFilename, InvalidSdistFilename):
        return ""


def _name_of_project(folder: Path) -> str:
    """Return project.name of a pyproject.toml; setup.py would have to be run, so it is not asked."""
    file = folder / "pyproject.toml"
    if not file.is_file():
        return ""
    try:
        project = read_toml(file.read_bytes(), str(file)).get("project", {})
    except (DocumentError, OSError) as error:
        raise SourceFault(str(error)) from None
    name = project.get("name", "") if isinstance(project, dict) else ""
    return name if isinstance(name, str) else ""


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        digest = hashlib.sha256()
        while block := stream.read(1 << 20):
            digest.update(block)
    return SHA256 + digest.hexdigest()
