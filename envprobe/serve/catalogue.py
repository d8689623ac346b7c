"""What lies in the folder now: every document in a few words, and the documents themselves when they are asked for."""

from __future__ import annotations

from pathlib import Path
from threading import Lock

import msgspec

from ..error import DocumentError, UsageError
from .documents import Documents
from .entry import Document, ListedDocument, describe, faulty
from .folder import FILE_LIMIT_BYTES, File, list_files
from .mishap import guarded

DOCUMENTS_LIMIT = 500
TOTAL_LIMIT_BYTES = 1 << 30
"""Of the documents together: a second of reading and some of parsing, at the first look."""


class Snapshot(msgspec.Struct, frozen=True):
    """The folder at one moment."""

    entries: dict[str, ListedDocument]
    """By id, the newest first."""
    others: int
    """JSON files that are none of envprobe's documents."""
    left_out: list[str]
    """One sentence for each thing that was not looked at."""


class Catalogue:
    """Reads each file once for as long as it stays as it is; for the threads of a server."""

    def __init__(self, root: Path) -> None:
        if not root.is_dir():
            raise UsageError(f"{root}: no such folder", "name the folder where baselines, runs and saved checks lie")
        self.root = root.resolve()
        self._documents = Documents(self.root)
        self._lock = Lock()
        self._entries: dict[File, ListedDocument | None] = {}

    def scan(self) -> Snapshot:
        """Look at the folder again: what is new or changed is read, what is gone is forgotten."""
        listing = list_files(self.root)
        with self._lock:
            self._entries = looked = self._look(listing.files)
        found = [entry for entry in looked.values() if entry is not None]
        left_out = list(listing.left_out)
        if len(looked) < len(listing.files):
            left_out.append(f"{len(listing.files) - len(looked):,} older files: serve a smaller folder")
        newest = sorted(found, key=lambda entry: (-entry.moment.timestamp(), entry.file.place))
        return Snapshot({entry.id: entry for entry in newest}, len(looked) - len(found), left_out)

    def load(self, entry: ListedDocument) -> Document:
        """Return an entry's document. Raises DocumentError where the file is not any more what was listed."""
        document = self._documents.read(entry.file)
        if document is None:
            raise DocumentError(f"{entry.file.place}: is no document of envprobe any more", "reload the page")
        return document

    def _look(self, files: list[File]) -> dict[File, ListedDocument | None]:
        """Return the entry of each file, None where it is not ours; of too many documents the newest files'."""
        found: dict[File, ListedDocument | None] = {}
        documents = size_bytes = 0
        for file in files:
            if documents == DOCUMENTS_LIMIT or size_bytes > TOTAL_LIMIT_BYTES:
                break
            found[file] = entry = self._entries[file] if file in self._entries else self._entry(file)
            if entry is not None:
                documents, size_bytes = documents + 1, size_bytes + _cost_bytes(file)
        return found

    def _entry(self, file: File) -> ListedDocument | None:
        def described() -> ListedDocument | None:
            document = self._documents.read(file)
            return None if document is None else describe(file, document)

        return guarded(described, lambda reason: faulty(file, reason))


def _cost_bytes(file: File) -> int:
    """Return how much of a file is read: of one that is too large no more than its beginning, whatever size it states."""
    return file.size_bytes if file.size_bytes <= FILE_LIMIT_BYTES else 0
