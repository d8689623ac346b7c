"""What lies in the folder now: every document in a few words, and the documents themselves when they are asked for."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from pathlib import Path
from threading import Lock, Thread

import msgspec

from ..error import DocumentError, UsageError
from .documents import Documents
from .entry import Document, ListedDocument, describe, entry_id, faulty
from .folder import FILE_LIMIT_BYTES, File, list_files
from .mishap import guarded

DOCUMENTS_LIMIT = 10_000
TOTAL_LIMIT_BYTES = 8 << 30
"""Of the documents together: some minutes of reading and parsing, in the background of the first look."""

AT_ONCE = 100
"""Files that a look reads however long that takes: a folder as most teams have it is never shown in part."""


class Snapshot(msgspec.Struct, frozen=True):
    """The folder at one moment."""

    entries: dict[str, ListedDocument]
    """By id, the newest first."""
    others: int
    """JSON files that are none of envprobe's documents."""
    left_out: list[str]
    """One sentence for each thing that was not looked at."""
    unread: int = 0
    """How many files are still being read."""


class Catalogue:
    """Reads each file once for as long as it stays as it is; for the threads of a server."""

    def __init__(self, root: Path) -> None:
        if not root.is_dir():
            raise UsageError(f"{root}: no such folder", "name the folder where baselines, runs and saved checks lie")
        self.root = root.resolve()
        self._documents = Documents(self.root)
        self._lock = Lock()
        self._entries: dict[File, ListedDocument | None] = {}
        self._reader: Thread | None = None

    def scan(self, reading_s: float = math.inf) -> Snapshot:
        """Look at the folder again: what is new or changed is read, what is gone is forgotten.

        What there is no time for in `reading_s`, beyond AT_ONCE files, is read on in the background, for a later look.
        """
        listing = list_files(self.root)
        looked, unread = self._look(listing.files, time.monotonic() + reading_s)
        self._forget_all_but(listing.files)
        if unread:
            self._read_on(unread)
        found = [entry for entry in looked.values() if entry is not None]
        left_out = [f"{len(unread):,} files, which are read now: reload to see them"] if unread else []
        left_out += listing.left_out
        if more := len(listing.files) - len(looked) - len(unread):
            left_out.append(f"{more:,} older files: serve a smaller folder")
        newest = sorted(found, key=lambda entry: (-entry.moment.timestamp(), entry.file.place))
        return Snapshot({entry.id: entry for entry in newest}, len(looked) - len(found), left_out, len(unread))

    def find(self, id_: str) -> ListedDocument | None:
        """Return the entry of one address, whatever of the folder was read before; None where there is no such document."""
        listed = (file for file in list_files(self.root).files if entry_id(file.place) == id_)
        return next((self._seen(file) for file in listed), None)

    def load(self, entry: ListedDocument) -> Document:
        """Return an entry's document. Raises DocumentError where the file is not any more what was listed."""
        document = self._documents.read(entry.file)
        if document is None:
            raise DocumentError(f"{entry.file.place}: is no document of envprobe any more", "reload the page")
        return document

    def _look(self, files: Sequence[File], until: float) -> tuple[dict[File, ListedDocument | None], list[File]]:
        """Return the entry of each file, None where it is not ours, and what there was no time for; the newest of too many."""
        looked: dict[File, ListedDocument | None] = {}
        unread: list[File] = []
        documents = size_bytes = 0
        for file in files:
            if documents == DOCUMENTS_LIMIT or size_bytes > TOTAL_LIMIT_BYTES:
                break
            if file not in self._entries and len(looked) >= AT_ONCE and time.monotonic() >= until:
                unread.append(file)
                continue
            looked[file] = entry = self._seen(file)
            if entry is not None:
                documents, size_bytes = documents + 1, size_bytes + _cost_bytes(file)
        return looked, unread

    def _seen(self, file: File) -> ListedDocument | None:
        with self._lock:
            if file in self._entries:
                return self._entries[file]
        entry = self._entry(file)
        with self._lock:
            self._entries[file] = entry
        return entry

    def _forget_all_but(self, files: Sequence[File]) -> None:
        there = set(files)
        with self._lock:
            self._entries = {file: entry for file, entry in self._entries.items() if file in there}

    def _read_on(self, files: Sequence[File]) -> None:
        def read() -> None:
            for file in files:
                self._seen(file)

        with self._lock:
            if self._reader is None or not self._reader.is_alive():
                self._reader = Thread(target=read, daemon=True)
                self._reader.start()

    def _entry(self, file: File) -> ListedDocument | None:
        def described() -> ListedDocument | None:
            document = self._documents.read(file, keep=False)
            return None if document is None else describe(file, document)

        return guarded(described, lambda reason: faulty(file, reason))


def _cost_bytes(file: File) -> int:
    """Return how much of a file is read: of one that is too large no more than its beginning, whatever size it states."""
    return file.size_bytes if file.size_bytes <= FILE_LIMIT_BYTES else 0
