"""Where in a repository the expected side of a report is written: its file, and the lines that speak of its facts.

Reviewers' tools put what they read beside a line. A line is only claimed where the file still says what was compared.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from ..document import LIMIT_BYTES
from ..error import EnvprobeError
from ..report import Location
from ..store import SUFFIX
from .source import Document, Source, read

MARK = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\]:\n]')
ESCAPE = "\\"


def locate(source: Source[Document]) -> Location | None:
    """Return where a document is written; None where its file lies in no repository."""
    root = _repository(source.file) if source.file is not None else None
    if source.file is None or root is None:
        return None
    return Location(source.file.resolve().relative_to(root.resolve()).as_posix(), _lines(source.file, source.document.id))


def _repository(path: Path) -> Path | None:
    for folder in path.absolute().parents:
        if (folder / ".git").exists():
            return folder if path.resolve().is_relative_to(folder.resolve()) else None
    return None


def _lines(path: Path, id_: str) -> dict[str, int]:
    if path.suffix != SUFFIX:
        return {}
    try:
        with path.open("rb") as stream:
            data = stream.read(LIMIT_BYTES + 1)
        # a revision's baseline was compared, or the file was just replaced
        return fact_lines(data.decode("utf-8-sig")) if read(data, path.name).id == id_ else {}
    except (EnvprobeError, OSError, UnicodeDecodeError):
        return {}


def fact_lines(text: str) -> dict[str, int]:
    """Return the lines of sections and of facts that are known or declared, in the JSON of a baseline or a fingerprint."""
    found: dict[str, int] = {}
    for keys, number in _members(text):
        if keys and keys[0] == "fingerprint":
            keys = keys[1:]
        if len(keys) == 2 and keys[0] in ("declared", "sections"):
            found.setdefault(keys[1], number)
        elif len(keys) == 4 and keys[0] == "sections" and keys[2] == "known":
            found.setdefault(f"{keys[1]}.{keys[3]}", number)
    return found


def _members(text: str) -> Iterator[tuple[Sequence[str], int]]:
    """Yield the keys that lead to each member of an object, and its line, in the text of one JSON document."""
    keys: list[str] = []  # of each object or list around here, the key of the member that is being read
    number, last = 1, ""
    for mark in (found[0] for found in MARK.finditer(text)):
        if mark == "\n":
            number += 1
        elif mark in "{[":
            keys.append("")
        elif mark in "}]":
            keys.pop()
        elif mark == ":":
            keys[-1] = _text(last)
            yield keys[:], number
        else:
            last = mark


def _text(mark: str) -> str:
    return str(msgspec.json.decode(mark)) if ESCAPE in mark else mark[1:-1]
