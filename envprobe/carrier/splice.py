"""Put members into JSON text without touching the rest of it: where things stand, and in which style."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from ..error import DocumentError
from .carried import CUT_OFF, damaged

_SPACE = re.compile(r"[ \t\r\n]*")
TWICE = "remove one of the two by hand, or take the original"
_DECODER = json.JSONDecoder()


class Part(NamedTuple):
    """A member of an object or an item of a list, by its place in the text."""

    name: str
    """Empty for an item."""
    start: int
    value: int
    end: int


def not_json(where: str, error: Exception) -> DocumentError:
    """Return the error for a report that cannot be parsed."""
    return damaged(where, f"not JSON: {str(error)[:100] or 'nested too deeply'}", CUT_OFF)


def decode(report: bytes, where: str) -> str:
    """Return a JSON report as text that encodes to the same bytes. Raises DocumentError."""
    try:
        return report.decode("utf-8")
    except UnicodeDecodeError as error:
        raise damaged(where, f"not UTF-8 at byte {error.start}", CUT_OFF) from None


def start_of(text: str, where: str) -> int:
    """Return where the document begins: after a byte order mark and white space. Raises DocumentError where more follows it."""
    start = _skip(text, 1 if text.startswith("\ufeff") else 0)
    try:
        end = _DECODER.raw_decode(text, start)[1]
    except (ValueError, RecursionError) as error:
        raise not_json(where, error) from None
    if _skip(text, end) < len(text):
        raise damaged(where, f"not JSON: something follows the document at character {end:,}", CUT_OFF)
    return start


def parts(text: str, start: int, where: str) -> list[Part]:
    """Return the members of the object, or the items of the list, that begins at `start`. Raises DocumentError."""
    try:
        return list(_parts(text, start))
    except (ValueError, IndexError, RecursionError) as error:
        raise not_json(where, error) from None


def member(text: str, start: int, name: str, where: str) -> Part | None:
    """Return one member of the object at `start`, None where there is none. Raises DocumentError where there are two."""
    if text[start : start + 1] != "{":
        raise damaged(where, "not a JSON object, which alone can carry a record", "put what it holds into a member of an object")
    found = [part for part in parts(text, start, where) if part.name == name]
    if len(found) > 1:
        raise damaged(where, f"two members {name!r}: which one counts is unknown", TWICE)
    return found[0] if found else None


def put_member(text: str, start: int, name: str, value: object, where: str) -> str:
    """Return the text with a member set in the object at `start`, written as its neighbours are."""
    there = member(text, start, name, where)
    siblings = parts(text, start, where)
    colon = ": " if not siblings or text[siblings[0].value - 1].isspace() else ":"
    return _put(text, start, there, siblings, f"{json.dumps(name)}{colon}{_write(value, text, start, siblings)}")


def put_item(text: str, start: int, there: Part | None, value: object, where: str) -> str:
    """Return the text with an item replaced in the list at `start`, or added at its end."""
    siblings = parts(text, start, where)
    return _put(text, start, there, siblings, _write(value, text, start, siblings))


def value_of(text: str, part: Part, where: str) -> Any:
    """Return what a part holds. Raises DocumentError where an object has a name twice: programs differ on which one counts."""
    try:
        return _STRICT.raw_decode(text, part.value)[0]
    except ValueError as error:
        raise damaged(where, str(error), TWICE) from None


def _without_duplicates(pairs: list[tuple[str, object]]) -> dict[str, object]:
    names = [name for name, _ in pairs]
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"two members {twice!r} in one object: which one counts is unknown")
    return dict(pairs)


_STRICT = json.JSONDecoder(object_pairs_hook=_without_duplicates)


def _parts(text: str, start: int) -> Iterator[Part]:
    is_object, place = text[start] == "{", _skip(text, start + 1)
    if text[place] == ("}" if is_object else "]"):
        return
    while True:
        begin, name = place, ""
        if is_object:
            name, place = _DECODER.raw_decode(text, place)
            place = _skip(text, place)
            if not isinstance(name, str) or text[place] != ":":
                raise ValueError(f"no member at character {begin}")
            place = _skip(text, place + 1)
        value = place
        _, place = _DECODER.raw_decode(text, place)
        yield Part(name, begin, value, place)
        place = _skip(text, place)
        if text[place] != ",":
            if text[place] != ("}" if is_object else "]"):
                raise ValueError(f"no comma at character {place}")
            return
        place = _skip(text, place + 1)


def _put(text: str, start: int, there: Part | None, siblings: list[Part], written: str) -> str:
    if there is not None:
        return text[: there.start] + written + text[there.end :]
    if not siblings:
        return text[: start + 1] + written + text[start + 1 :]
    last = siblings[-1].end
    comma = _indent(text, start, siblings) or (" " if text[: siblings[0].value][-1:].isspace() else "")
    return f"{text[:last]},{comma}{written}{text[last:]}"


def _indent(text: str, start: int, siblings: list[Part]) -> str:
    """Return the line break and indentation of the first part, empty where all stands in one line."""
    space = text[start + 1 : siblings[0].start] if siblings else ""
    lines, newline, indent = space.rpartition("\n")
    return (("\r" if lines.endswith("\r") else "") + newline + indent) if newline else ""


def _write(value: object, text: str, start: int, siblings: list[Part]) -> str:
    """Return a value as JSON, indented by as much as the neighbours stand in from their bracket."""
    indent = _indent(text, start, siblings)
    if not indent:
        return json.dumps(value)
    outer = text[siblings[-1].end : _skip(text, siblings[-1].end)].rpartition("\n")[2]
    step = indent.lstrip("\r\n").removeprefix(outer) or " "
    return json.dumps(value, indent=step).replace("\n", indent)


def _skip(text: str, place: int) -> int:
    match = _SPACE.match(text, place)
    return match.end() if match else place
