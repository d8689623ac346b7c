"""Parsed documents as plain values: dicts, lists, texts, numbers, booleans and None, bounded; and what is kept of them."""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Iterable, Iterator
from typing import Any

from .finding import Step, Unable, Unreadable
from .number import Wide, is_number

DEPTH_LIMIT = 64
VALUE_LIMIT = 5_000_000
"""Values in one document; an alias counts as often as it is used."""
TAGGED = "!tag"
"""Member that holds the tag or the class of a value that is shown by its parts and never made."""


def plain(value: object) -> object:
    """Return a parsed document as plain values. Raises Unreadable, Unable beyond bounds."""
    return _Plain().convert(value, 0)


class _Plain:
    """One conversion, which counts its values so that aliases of aliases cannot grow without end."""

    def __init__(self) -> None:
        self.count = 0

    def convert(self, value: object, depth: int) -> object:
        self.count += 1
        if self.count > VALUE_LIMIT:
            raise Unable(f"it holds more than {VALUE_LIMIT:,} values")
        if depth > DEPTH_LIMIT:
            raise Unreadable(f"it is nested more than {DEPTH_LIMIT} levels deep")
        if value is None or isinstance(value, str | bool | int | float):
            return value
        if isinstance(value, dict):
            return self._members(value, depth)
        if isinstance(value, list | tuple):
            return [self.convert(item, depth + 1) for item in value]
        if isinstance(value, set | frozenset):
            return {TAGGED: "set", "items": sorted((self.convert(item, depth + 1) for item in value), key=spelled_json)}
        if isinstance(value, datetime.date | datetime.time):
            return {TAGGED: type(value).__name__, "iso": value.isoformat()}
        if isinstance(value, bytes):
            return {TAGGED: "bytes", "hex": value.hex()}
        raise Unreadable(f"it holds a value of type {type(value).__name__}")

    def _members(self, value: dict[object, object], depth: int) -> dict[str, object]:
        """Return members by text; a key of another type is spelled so that it is no text's: `1` and `"1"` are two in YAML."""
        found: dict[str, object] = {}
        for key, item in value.items():
            name = key if isinstance(key, str) else f"{type(key).__name__} {key!r}"
            if name in found:
                raise Unreadable(f"two members are called {name[:80]!r}")
            found[name] = self.convert(item, depth + 1)
        return found


def check_depth(value: object) -> object:
    """Return a document that was read as plain values. Raises Unreadable where it is nested deeper than `plain` allows."""
    level = [value]
    for _ in range(DEPTH_LIMIT + 1):
        level = [item for container in level for item in _items(container) if type(item) is dict or type(item) is list]
        if not level:
            return value
    raise Unreadable(f"it is nested more than {DEPTH_LIMIT} levels deep")


def _items(container: object) -> Iterable[object]:
    if type(container) is dict:
        return container.values()
    return container if type(container) is list else ()


def spelled_json(value: object) -> str:
    """Return a plain value as JSON with its keys in order."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def metrics(value: Any, prefix: tuple[Step, ...] = ()) -> Iterator[tuple[tuple[Step, ...], int | float]]:
    """Yield the numbers of a plain document with their paths, in order."""
    if is_number(value):
        yield prefix, value
    elif isinstance(value, dict):
        for key in sorted(value):
            yield from metrics(value[key], (*prefix, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from metrics(item, (*prefix, index))


def digest_without_numbers(value: object) -> str:
    """Return the digest of a plain document in which every number is 0: with `metrics`, it tells all."""
    return f"sha256:{hashlib.sha256(spelled_json(_zeroed(value)).encode('utf-8', 'surrogatepass')).hexdigest()}"


def _zeroed(value: object) -> object:
    if isinstance(value, dict):
        return {key: _zeroed(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_zeroed(item) for item in value]
    if isinstance(value, Wide):
        return f"number {value}"
    return 0 if is_number(value) else value
