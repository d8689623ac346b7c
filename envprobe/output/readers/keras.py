"""Compare .keras archives: configuration as nested values, weights as HDF5; the date of saving is left out."""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from contextlib import ExitStack
from pathlib import Path

from ..finding import Unable, Unreadable
from ..holdings import Holding, Holdings, Nested
from ..zip_file import check_archive, outside_members
from . import hdf5
from .document import LIMIT_BYTES, read_json

LIBRARIES = hdf5.LIBRARIES
WEIGHTS = "model.weights.h5"
WEIGHTS_LIMIT_BYTES = 16 << 30
SAVED_AT, SHARED = "date_saved", "shared_object_id"


def read(path: Path, type_name: str, stack: ExitStack) -> Holdings:
    """Return the members of an archive. Nothing is ever built from the configuration: it may name code to import."""
    archive = stack.enter_context(zipfile.ZipFile(path))
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
    found: dict[str, Holding] = {name: Nested(value) for name, value in _documents(archive).items()}
    if rest := outside_members(path, archive):
        found["bytes outside the members"] = Nested(rest)
    weights = hdf5.read(_weights(archive, folder / "weights.h5"), type_name, stack)
    return {**found, **{f"weights.{name}" if name else "weights": one for name, one in weights.items()}}


def _documents(archive: zipfile.ZipFile) -> dict[str, object]:
    """Return every member but the weights: JSON parsed, anything else (assets) by its digest."""
    check_archive(archive.infolist())
    found: dict[str, object] = {}
    for member in archive.infolist():
        if member.filename == WEIGHTS or member.is_dir():
            continue
        if member.file_size > LIMIT_BYTES:
            raise Unable(f"its member {member.filename[:80]!r} is larger than {LIMIT_BYTES >> 20} MiB")
        data = archive.read(member)
        found[member.filename] = read_json(data) if member.filename.endswith(".json") else data.hex()
    if isinstance(metadata := found.get("metadata.json"), dict):
        metadata.pop(SAVED_AT, None)
    found["config.json"] = _renumbered(found.get("config.json"), {})
    return found


def _renumbered(value: object, seen: dict[object, int]) -> object:
    """Number shared objects by their first appearance: Keras 3 writes their addresses in memory, other ones in every run."""
    if isinstance(value, dict):
        return {
            key: seen.setdefault(item, len(seen)) if key == SHARED and isinstance(item, int) else _renumbered(item, seen)
            for key, item in value.items()
        }
    return [_renumbered(item, seen) for item in value] if isinstance(value, list) else value


def _weights(archive: zipfile.ZipFile, path: Path) -> Path:
    """Unpack the weights, because HDF5 needs to seek."""
    if WEIGHTS not in archive.namelist():
        raise Unreadable(f"it holds no {WEIGHTS}")
    if archive.getinfo(WEIGHTS).file_size > WEIGHTS_LIMIT_BYTES:
        raise Unable(f"its weights are larger than {WEIGHTS_LIMIT_BYTES >> 30} GiB")
    with archive.open(WEIGHTS) as source, path.open("wb") as target:
        shutil.copyfileobj(source, target, 1 << 20)
    return path
