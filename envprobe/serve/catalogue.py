"""What lies in the folder now: every document in a few words, and the documents themselves when they are asked for."""

from __future__ import annotations

from collections import OrderedDict
from pathlib import Path
from threading import Lock
from typing import Any

import msgspec

from .. import command
from ..baseline import SCHEMA as BASELINE
from ..document import read_json
from ..error import DocumentError, EnvprobeError, UsageError
from ..experiment import FAMILY as RUNS
from ..experiment import Run
from ..fingerprint import ANSWER_SCHEMA, SCHEMA
from ..render.json import SCHEMA as CHECK
from . import saved_check
from .entry import Document, Entry, describe, faulty
from .folder import File, list_files, read_file

FAMILIES = tuple(schema.partition("/")[0] + "/" for schema in (BASELINE, RUNS, SCHEMA, ANSWER_SCHEMA, CHECK))
SCAN_LIMIT_BYTES = 1 << 30
KEPT_LIMIT_BYTES = 64 << 20
"""Of the files whose documents stay in memory; a parsed one takes several times as much."""
PLACES = ("copies", "folder")
"""Members of an attempt's context that say where its outputs lie."""
TOO_MUCH = f"not read: the files before it hold {SCAN_LIMIT_BYTES >> 20:,} MiB already; serve a smaller folder"


class Snapshot(msgspec.Struct, frozen=True):
    """The folder at one moment."""

    entries: dict[str, Entry]
    """By id, the newest first."""
    others: int
    """JSON files that are none of envprobe's documents."""
    left_out: list[str]


class Catalogue:
    """Reads each file once for as long as it stays as it is; for the threads of a server."""

    def __init__(self, root: Path) -> None:
        if not root.is_dir():
            raise UsageError(f"{root}: no such folder", "name the folder where baselines, runs and saved checks lie")
        self.root = root.resolve()
        self._lock = Lock()
        self._entries: dict[File, Entry | None] = {}
        self._kept = _Kept(KEPT_LIMIT_BYTES)

    def scan(self) -> Snapshot:
        """Look at the folder again: what is new or changed is read, what is gone is forgotten."""
        listing = list_files(self.root)
        with self._lock:
            self._entries = dict(self._look(listing.files))
            found = [entry for entry in self._entries.values() if entry is not None]
        newest = sorted(found, key=lambda entry: (-entry.moment.timestamp(), entry.file.place))
        return Snapshot({entry.id: entry for entry in newest}, len(self._entries) - len(found), listing.left_out)

    def load(self, entry: Entry) -> Document:
        """Return an entry's document. Raises DocumentError, also where it is not the file any more that was listed."""
        return self._kept.get(entry.file) or self._read(entry.file)

    def _look(self, files: list[File]) -> list[tuple[File, Entry | None]]:
        found: list[tuple[File, Entry | None]] = []
        size_bytes = 0
        for file in files:
            size_bytes += file.size_bytes
            if file in self._entries:
                found.append((file, self._entries[file]))
            else:
                found.append((file, self._entry(file) if size_bytes <= SCAN_LIMIT_BYTES else faulty(file, TOO_MUCH)))
        return found

    def _entry(self, file: File) -> Entry | None:
        """Return the entry of a file, None where it is JSON and not ours; what cannot be read may be ours."""
        try:
            data = read_file(self.root, file.place)
            value = read_json(data, file.place)
            return describe(file, self._parse(file, data, value)) if _is_ours(value) else None
        except EnvprobeError as error:
            return faulty(file, error.message)
        except Exception as error:  # noqa: BLE001 - one document, whatever is in it, must not take the others with it
            return faulty(file, f"{file.place}: envprobe cannot read it, which is a bug: {type(error).__name__}: {error}")

    def _read(self, file: File) -> Document:
        data = read_file(self.root, file.place)
        value = read_json(data, file.place)
        if not _is_ours(value):
            raise DocumentError(f"{file.place}: is no document of envprobe any more", "reload the page")
        return self._parse(file, data, value)

    def _parse(self, file: File, data: bytes, value: Any) -> Document:
        document: Document
        if value["schema"].startswith(CHECK.partition("/")[0] + "/"):
            document = saved_check.from_value(value, file.place)
        else:
            document = _without_places(command.read(data, file.place))
        self._kept.put(file, document, len(data))
        return document


class _Kept:
    """The documents that were used last, as many as fit."""

    def __init__(self, limit_bytes: int) -> None:
        self._limit_bytes = limit_bytes
        self._lock = Lock()
        self._documents: OrderedDict[File, tuple[Document, int]] = OrderedDict()
        self._size_bytes = 0

    def get(self, file: File) -> Document | None:
        with self._lock:
            if file not in self._documents:
                return None
            self._documents.move_to_end(file)
            return self._documents[file][0]

    def put(self, file: File, document: Document, size_bytes: int) -> None:
        with self._lock:
            self._size_bytes += size_bytes - self._documents.pop(file, (None, 0))[1]
            self._documents[file] = document, size_bytes
            while self._size_bytes > self._limit_bytes:
                self._size_bytes -= self._documents.popitem(last=False)[1][1]


def _is_ours(value: Any) -> bool:
    schema = value.get("schema") if isinstance(value, dict) else None
    return isinstance(schema, str) and schema.startswith(FAMILIES)


def _without_places(document: Document) -> Document:
    """Forget where a run's outputs lie: a page opens no file that only a document names, so descriptions are compared."""
    if not isinstance(document, Run):
        return document
    attempts = [
        msgspec.structs.replace(attempt, context={name: told for name, told in attempt.context.items() if name not in PLACES})
        for attempt in document.attempts
    ]
    return msgspec.structs.replace(document, attempts=attempts)
