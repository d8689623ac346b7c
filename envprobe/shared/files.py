"""`s3://`, `gs://`, `az://`, `http(s)://`, `memory://`: files behind fsspec, whose clients find their own credentials."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import fsspec

from ..error import StoreError

TAGS = ("ETag", "etag", "md5Hash", "content_md5", "created")
"""Members of what a store says of a file that change with it, the surest first."""
CONDITIONAL = ("s3",)
"""Stores that write only where a file is still the one that was seen."""
CLASH = ("PreconditionFailed", "ConditionalRequestConflict", "pre-condition")
_SEEN: dict[str, str] = {}
"""The tag under which each URL was read: what is written later replaces that, and nothing newer."""


def fetch(url: str, limit_bytes: int) -> bytes:
    """Return a file; one that was fetched before and has not changed comes from the user's cache."""
    system, path = _open(url)
    with _speaking(url):
        tag = _tag(system, path)
        kept = _kept(url, tag)
        if tag:
            _SEEN[url] = tag
        if kept is not None and kept.is_file() and kept.stat().st_size <= limit_bytes:
            return kept.read_bytes()
        with system.open(path, "rb") as stream:
            data: bytes = stream.read(limit_bytes + 1)
    if kept is not None and len(data) <= limit_bytes:
        _keep(kept, data)
    return data


def put(url: str, data: bytes, *, replace: bool) -> None:
    """Write a file whole. Without `replace` only where there is none; with it only in the place of what was read before."""
    system, path = _open(url)
    conditions: dict[str, Any] = {}
    with _speaking(url):
        if replace and url.partition(":")[0] in CONDITIONAL:
            tag = _SEEN.get(url) or (_tag(system, path) if system.exists(path) else "")
            conditions = {"IfMatch": tag} if tag else {"IfNoneMatch": "*"}
        elif not replace:
            if system.exists(path):
                raise FileExistsError(path)
            conditions = {"IfNoneMatch": "*"} if url.partition(":")[0] in CONDITIONAL else {}
        system.pipe_file(path, data, **conditions)
        _SEEN.pop(url, None)
        system.invalidate_cache()


def exists(url: str) -> bool:
    """Tell whether there is a file."""
    system, path = _open(url)
    with _speaking(url):
        return bool(system.exists(path))


def _open(url: str) -> tuple[Any, str]:
    with _speaking(url):
        system, path = fsspec.core.url_to_fs(url, use_listings_cache=False)
    return system, path


def _tag(system: Any, path: str) -> str:
    """Return what changes with a file, as its store tells; empty where it tells nothing."""
    told = system.info(path)
    return next((str(told[name]) for name in TAGS if told.get(name)), "")


def _kept(url: str, tag: str) -> Path | None:
    if not tag or url.startswith("memory:"):
        return None
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return cache / "envprobe" / "shared" / hashlib.sha256(f"{url}\0{tag}".encode()).hexdigest()


def _keep(path: Path, data: bytes) -> None:
    """Put a file into the cache; where that cannot be written, it is fetched again next time."""
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        partial = path.with_name(f"{path.name}.{os.getpid()}.partial")
        partial.write_bytes(data)
        partial.replace(path)


@contextmanager
def _speaking(url: str) -> Iterator[None]:
    """Turn what a client raises into a StoreError with the URL, and with what to do."""
    try:
        yield
    except StoreError:
        raise
    except FileNotFoundError:
        raise StoreError(
            f"{url}: there is no such file", "look at the URL; who may not see a file is often answered so"
        ) from None
    except FileExistsError:
        hint = "nothing was changed; look at what would change, then replace it with --update"
        raise StoreError(f"{url}: exists already", hint) from None
    except PermissionError as error:
        raise StoreError(f"{url}: no permission: {error}", "are the client's own credentials set here?") from None
    except Exception as error:  # noqa: BLE001 - every client raises errors of its own
        words = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        if any(mark in words for mark in CLASH):
            raise StoreError(
                f"{url}: somebody else wrote it meanwhile", "nothing was changed; read it again, then decide"
            ) from None
        raise StoreError(f"{url}: {words}", "can the store be reached, and do its credentials fit?") from None
