"""Files and folders that are put in their place whole or not at all. `store.save` does the same for bytes."""

from __future__ import annotations

import secrets
import shutil
from contextlib import suppress
from pathlib import Path

from ..error import StoreError
from ..output.folder import with_shards

IGNORE_ALL = "*\n"


def put(source: Path, destination: Path, *, private: bool = False) -> None:
    """Copy an output, of a checkpoint's index its shards too, in place of what lies there. Raises StoreError.

    Where it is `private`, the folder that it goes to is kept out of git.
    """
    folder = destination.parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if private and not (folder / ".gitignore").exists():
            (folder / ".gitignore").write_text(IGNORE_ALL, encoding="ascii")
        for part in [source] if source.is_dir() else with_shards(source):
            _put_one(part, folder / (destination.stem + part.name[len(source.stem) :] if part != source else destination.name))
    except OSError as error:
        raise StoreError(f"{destination}: cannot be written: {error.strerror or error}") from error


def _put_one(source: Path, destination: Path) -> None:
    partial = destination.with_name(f".{destination.name[:100]}.{secrets.token_hex(8)}.partial")
    try:
        if source.is_dir():
            shutil.copytree(source, partial, symlinks=True)
        else:
            shutil.copyfile(source, partial)
        if destination.is_dir() or partial.is_dir():
            _retire(destination)
        partial.replace(destination)
    finally:
        _delete(partial)


def _retire(path: Path) -> None:
    """Take a file or folder away under another name: a folder cannot be replaced in one step."""
    if path.exists():
        retired = path.with_name(f".{path.name[:100]}.{secrets.token_hex(8)}.partial")
        path.rename(retired)
        _delete(retired)


def remove(path: Path) -> None:
    """Remove an output, and the folder that kept it where nothing else is left in it. Raises StoreError."""
    if not path.parent.is_dir():
        return
    try:
        for part in with_shards(path):
            _delete(part)
        if not [other for other in path.parent.iterdir() if other.name != ".gitignore"]:
            shutil.rmtree(path.parent)
    except OSError as error:
        raise StoreError(f"{path}: cannot be removed: {error.strerror or error}") from error


def _delete(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        with suppress(FileNotFoundError):
            path.unlink()
