"""Facts in three states, and sections of them.

Unknown is not absent is not equal: the three states are three types, so that no comparison can mistake one for another.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any, TypeAlias

import msgspec

Value: TypeAlias = str | int | bool | list[Any] | dict[str, Any]
"""A JSON value of strings, integers and booleans; `faults` holds what is inside lists and objects to the same."""


class Known(msgspec.Struct, frozen=True):
    """Looked, and this is it."""

    value: Value


class Absent(msgspec.Struct, frozen=True):
    """Looked, and it is not there."""


class Unknown(msgspec.Struct, frozen=True):
    """Could not look."""

    reason: str


Fact: TypeAlias = Known | Absent | Unknown

ABSENT = Absent()
WHOLE_SECTION = "*"


class Section(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The facts of one section, keys relative to it."""

    known: dict[str, Value] = {}
    absent: list[str] = []
    """Keys that were looked for and are not there, sorted."""
    unknown: dict[str, str] = {}
    """Keys that could not be looked up, with the reason; `*` speaks for every key that is not listed."""

    def get(self, key: str) -> Fact:
        """Return the fact of one key; a key that the section does not mention is absent, unless `*` is unknown."""
        if key in self.known:
            return Known(self.known[key])
        if key in self.unknown:
            return Unknown(self.unknown[key])
        if WHOLE_SECTION in self.unknown and key not in self.absent:
            return Unknown(self.unknown[WHOLE_SECTION])
        return ABSENT

    def keys(self) -> Iterator[str]:
        """Yield every key that is mentioned, known ones first; `*` is not a key."""
        yield from self.known
        yield from self.absent
        for key in self.unknown:
            if key != WHOLE_SECTION:
                yield key

    def digest(self) -> str:
        """Return what two sections with the same facts share, in whatever order they were recorded."""
        return sha256(canonical(msgspec.to_builtins(msgspec.structs.replace(self, absent=sorted(self.absent)))))

    def faults(self) -> Iterator[str]:
        """Yield where this section, of the right types, still contradicts itself or holds what no fact may hold."""
        known, absent, unknown = self.known.keys(), set(self.absent), self.unknown.keys()
        for key in sorted((known & absent) | (known & unknown) | (unknown & absent)):
            yield f"{key}: in more than one of known, absent and unknown"
        for key, value in self.known.items():
            if not isinstance(value, str):
                yield from _value_faults(value, f"known.{key}")


def _value_faults(value: object, path: str) -> Iterator[str]:
    """Yield where a value holds null or a float: neither has one spelling that two machines share."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _value_faults(item, f"{path}.{key}")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _value_faults(item, f"{path}[{index}]")
    elif value is None or isinstance(value, float):
        yield f"{path}: a fact is made of strings, integers and booleans, not {json.dumps(value)}"


def canonical(value: object) -> bytes:
    """Return the one spelling of a JSON value that ids are computed from: sorted keys, no spaces, ASCII."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False).encode("ascii")


def in_utf8(value: Any) -> Any:
    """Return a JSON value of texts that UTF-8 can hold: the bytes of a file's name that is not UTF-8 become escapes."""
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode("utf-8")
    if isinstance(value, dict):
        return {in_utf8(key): in_utf8(item) for key, item in value.items()}
    return [in_utf8(item) for item in value] if isinstance(value, list) else value


def sha256(data: bytes) -> str:
    """Return `sha256:` and the hexadecimal digest."""
    return "sha256:" + hashlib.sha256(data).hexdigest()
