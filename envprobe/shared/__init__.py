"""Documents that a team shares, by URL wherever a path is taken: one kind of store a file, one row in `STORES`.

`pathlib` folds the two slashes of a URL into one, so `url_of` reads both spellings.
"""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

from ..error import StoreError

SHARED = re.compile(r"(?P<scheme>[a-z][a-z0-9+]*):/{1,3}(?P<rest>[^/].*)", re.DOTALL)


class SharedStore(NamedTuple):
    """A row of `STORES`: where documents of a scheme lie."""

    module: str
    """Of this room, with `fetch(url, limit_bytes)` and `put(url, data, replace)`. Imported when it is wanted."""
    extra: str = ""
    """The extra of the distribution that brings the client; empty where none is needed."""
    client: str = ""
    """The module of the client, where the extra's library loads it by itself."""
    is_written: bool = True
    """Whether documents can be put there."""


STORES = {
    "s3": SharedStore("files", "s3", "s3fs"),
    "gs": SharedStore("files", "gcs", "gcsfs"),
    "az": SharedStore("files", "azure", "adlfs"),
    "http": SharedStore("files", "http", "aiohttp", is_written=False),
    "https": SharedStore("files", "http", "aiohttp", is_written=False),
    "memory": SharedStore("files", "store"),
    "oci": SharedStore("oci"),
    "git+https": SharedStore("git"),
    "git+ssh": SharedStore("git"),
    "git+file": SharedStore("git"),
}
LOCAL = ("git+file",)
"""Schemes whose place is a path of this machine, and begins with a slash."""


def url_of(named: str | Path) -> str:
    """Return the URL that a text or a folded path stands for; empty where it is a path of this machine."""
    found = SHARED.fullmatch(str(named))
    if found is None or found["scheme"] not in STORES:
        return ""
    slashes = "///" if found["scheme"] in LOCAL else "//"
    return f"{found['scheme']}:{slashes}{found['rest']}"


def fetch(url: str, limit_bytes: int) -> bytes:
    """Return a document's bytes, at most one more than `limit_bytes`. Raises StoreError where none can be had."""
    data: bytes = _module(url).fetch(url, limit_bytes)
    return data


def put(url: str, data: bytes, *, replace: bool) -> None:
    """Write a document, whole or not at all. Of two that write at once one gets a StoreError, and changes nothing."""
    if not STORES[url.partition(":")[0]].is_written:
        raise StoreError(f"{url}: is read, and nothing can be written there", "name an s3://, gs:// or az:// URL, or a file")
    _module(url).put(url, data, replace=replace)


def exists(url: str) -> bool:
    """Tell whether there is a document. Raises StoreError where nobody can tell."""
    found: bool = _module(url).exists(url)
    return found


def _module(url: str) -> Any:
    row = STORES[url.partition(":")[0]]
    try:
        if row.client:
            import_module(row.client)
        return import_module(f".{row.module}", __package__)
    except ImportError as error:
        from ..installation import installing  # asks what is installed

        raise StoreError(
            f"{url.partition('://')[0]}://: needs {error.name}, which is not installed", installing(row.extra)
        ) from None
