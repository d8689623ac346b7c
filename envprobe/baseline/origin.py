"""Where a package was installed from, as `packages.NAME.origin` spells it: `index`, `editable`, `git+https://…@COMMIT#subdirectory=…`."""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import parse_qs, urlsplit, urlunsplit

ANY_ARCHIVE = "archive"
"""An archive outside an index; an observed one goes on with its digest, `archive sha256:…`, where the installer kept it."""
WITHOUT_PLACE = ("editable", "directory", ANY_ARCHIVE)
"""Declared origins that say how, and not from where: the folder of a machine is nothing to compare."""
COMMIT = re.compile(r"[0-9a-f]{7,64}")
"""A commit, whole or shortened to no less than Git's own seven digits."""


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


def parse(origin: str) -> Repository | None:
    """Parse `git+https://host/path@revision#subdirectory=folder`; None where the text is no such origin."""
    try:
        parts = urlsplit(without_credentials(origin))
    except ValueError:  # an unclosed [ in the host
        return None
    if "+" not in parts.scheme:
        return None
    path, at, revision = parts.path.rpartition("@")
    if not at:
        path, revision = parts.path, ""
    folder = parse_qs(parts.fragment).get("subdirectory", [""])[0]
    url = urlunsplit((parts.scheme, parts.netloc.lower(), path.removesuffix("/").removesuffix(".git"), "", ""))
    return Repository(url, revision, folder.strip("/"))


def archive_digest(observed: str) -> str:
    """Return the digest that an observed origin names, `sha256:…`, or an empty string."""
    kind, _, digest = observed.partition("#")[0].partition(" ")
    return digest if kind == ANY_ARCHIVE and digest.startswith("sha256:") else ""


def without_credentials(url: str) -> str:
    """Return a URL without user, password and query: both carry tokens. Only Git's own user name over ssh stays."""
    parts = urlsplit(url)
    user, _, host = parts.netloc.rpartition("@")
    kept = "git@" if user == "git" and "ssh" in parts.scheme else ""
    return urlunsplit((parts.scheme, kept + host, parts.path, "", parts.fragment))
