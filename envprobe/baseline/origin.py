"""Where a package was installed from, as `packages.NAME.origin` spells it: `index`, `editable`, `git+https://…@COMMIT#subdirectory=…`,
`archive sha256:…` or `archive https://…/NAME-1.0-py3-none-any.whl`."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit, urlunsplit

ANY_ARCHIVE = "archive"
"""An archive outside an index. An observed one goes on with its digest where the installer kept it, else with its URL."""
INDEX = "index"
WITHOUT_PLACE = ("editable", "directory", ANY_ARCHIVE)
"""Declared origins that say how, and not from where: the folder of a machine is nothing to compare."""
COMMIT = re.compile(r"[0-9a-f]{7,64}")
"""A commit, whole or shortened to no less than Git's own seven digits."""
DIGEST = re.compile(r"[a-z0-9_]+:[0-9a-f]+")
PORTS = {"http": ":80", "https": ":443"}


class Repository(NamedTuple):
    """One revision of a folder in a version-controlled repository."""

    url: str
    revision: str
    """A commit, branch or tag; empty where none is named."""
    subdirectory: str


def same_origin(expected: str, observed: str) -> bool:
    """Tell whether an observed origin is the declared one: the same repository, folder and, if it is named, commit."""
    if expected == observed or (expected in WITHOUT_PLACE and re.split("[ #]", observed)[0] == expected):
        return True
    ours, theirs = parse(expected), parse(observed)
    if ours is None or theirs is None or (ours.url, ours.subdirectory) != (theirs.url, theirs.subdirectory):
        return False
    return not COMMIT.fullmatch(ours.revision) or theirs.revision.startswith(ours.revision)


def is_archive(origin: str) -> bool:
    """Tell whether an origin is an archive outside an index, with or without its URL."""
    return origin.partition(" ")[0] == ANY_ARCHIVE


def from_archive(origin: str, hashes: Collection[str], observed: str) -> bool | None:
    """Tell whether an observed origin is a declared archive; None where nothing that was kept can be compared.

    `origin` is `archive`, `archive URL` or empty, `hashes` are `ALGORITHM:…` of the archives that would do. A digest decides; an
    installer keeps one of its own choice, the URL, or, for a package of an index, neither.
    """
    if observed == INDEX:
        return not origin
    if observed.startswith(("http://", "https://")):  # packages.NAME.url, beside an origin that has room for a digest or a URL
        observed = f"{ANY_ARCHIVE} {observed}"
    if not is_archive(observed):
        return False
    kept = observed.partition("#")[0].partition(" ")[2]
    if DIGEST.fullmatch(kept):
        comparable = [digest for digest in hashes if digest.partition(":")[0] == kept.partition(":")[0]]
        return kept in comparable if comparable else (None if hashes else True)
    place = origin.partition(" ")[2]
    if place and kept:
        return _same_place(place, kept)
    return None if hashes or place else True


def parse(origin: str) -> Repository | None:
    """Parse `git+https://host/path@revision#subdirectory=folder`; None where the text is no such origin."""
    parts = urlsplit(without_credentials(origin))
    if "+" not in parts.scheme:
        return None
    path, at, revision = parts.path.rpartition("@")
    if not at:
        path, revision = parts.path, ""
    folder = parse_qs(parts.fragment).get("subdirectory", [""])[0]
    url = urlunsplit((parts.scheme, parts.netloc.lower(), path.removesuffix("/").removesuffix(".git"), "", ""))
    return Repository(url, revision, folder.strip("/"))


def _same_place(expected: str, observed: str) -> bool:
    """Compare two URLs of files: host and path, in whichever way they are escaped; http or https is a matter of the day."""
    return _place(expected) == _place(observed)


def _place(url: str) -> tuple[str, str]:
    parts = urlsplit(without_credentials(url))
    return parts.netloc.lower().removesuffix(PORTS.get(parts.scheme.lower(), "")), unquote(parts.path)


def without_credentials(url: str) -> str:
    """Return a URL without user, password and query: both carry tokens. Only Git's own user name over ssh stays.

    Of a text that is no URL nothing stays.
    """
    try:
        parts = urlsplit(url)
    except ValueError:  # an unclosed [ in the host
        return ""
    user, _, host = parts.netloc.rpartition("@")
    kept = "git@" if user == "git" and "ssh" in parts.scheme else ""
    return urlunsplit((parts.scheme, kept + host, parts.path, "", parts.fragment))
