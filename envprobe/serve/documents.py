"""The documents behind the files of a folder: read when they are asked for, and those that were used last kept."""

from __future__ import annotations

from collections import OrderedDict
from pathlib import Path
from threading import Lock
from typing import Any

import msgspec

from ..baseline import SCHEMA as BASELINE
from ..command import source
from ..document import read_json
from ..fingerprint import ANSWER_SCHEMA, SCHEMA
from ..redaction import redact_all
from ..render.fleet.json import SCHEMA as FLEET
from ..render.json import SCHEMA as CHECK
from ..runs import FAMILY as RUNS
from ..runs import Run
from . import saved_check, saved_fleet
from .entry import Document
from .folder import File, read_file

FAMILIES = tuple(schema.partition("/")[0] + "/" for schema in (BASELINE, RUNS, SCHEMA, ANSWER_SCHEMA, FLEET, CHECK))
FLEETS, CHECKS = FAMILIES[-2:]
MARK = b"envprobe."
"""Every document of ours names its schema at its beginning, and so does half of one."""
KEPT_LIMIT_BYTES = 16 << 20
"""Of the files whose documents stay in memory; a parsed one takes several times as much."""
PLACES = ("copies", "folder")
"""Members of an attempt's context that say where its outputs lie."""


class Documents:
    """Reads files of one folder; for the threads of a server."""

    def __init__(self, root: Path, limit_bytes: int = KEPT_LIMIT_BYTES) -> None:
        self._root = root
        self._limit_bytes = limit_bytes
        self._lock = Lock()
        self._kept: OrderedDict[File, tuple[Document, int]] = OrderedDict()
        self._size_bytes = 0

    def read(self, file: File, *, keep: bool = True) -> Document | None:
        """Return a file's document, None where it is none of ours. Raises DocumentError for one that cannot be read.

        What is only described is not to be kept: it would push out what somebody looks at.
        """
        with self._lock:
            if file in self._kept:
                self._kept.move_to_end(file)
                return self._kept[file][0]
        data = read_file(self._root, file.place, MARK)
        if data is None:
            return None
        value = read_json(data, file.place)
        if not _is_ours(value):
            return None
        document = _document(value, file.place)
        if keep:
            self._keep(file, document, len(data))
        return document

    def _keep(self, file: File, document: Document, size_bytes: int) -> None:
        with self._lock:
            self._size_bytes += size_bytes - self._kept.pop(file, (None, 0))[1]
            self._kept[file] = document, size_bytes
            while self._size_bytes > self._limit_bytes:
                self._size_bytes -= self._kept.popitem(last=False)[1][1]


def _is_ours(value: object) -> bool:
    schema = value.get("schema") if isinstance(value, dict) else None
    return isinstance(schema, str) and schema.startswith(FAMILIES)


def _document(value: dict[str, Any], where: str) -> Document:
    if value["schema"].startswith(CHECKS):
        return saved_check.from_value(redact_all(value), where)
    if value["schema"].startswith(FLEETS):
        return saved_fleet.from_value(redact_all(value), where)
    return _without_places(source.from_json(value, where))


def _without_places(document: source.Document) -> source.Document:
    """Forget where a run's outputs lie: a page opens no file that only a document names, so descriptions are compared."""
    if not isinstance(document, Run):
        return document
    attempts = [
        msgspec.structs.replace(attempt, context={name: value for name, value in attempt.context.items() if name not in PLACES})
        for attempt in document.attempts
    ]
    return msgspec.structs.replace(document, attempts=attempts)
