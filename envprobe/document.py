"""Read untrusted bytes as a typed document: bounded, strict, and with every fault at once, each with its path."""

from __future__ import annotations

import functools
import itertools
import json
import math
import re
import types
import typing
from collections import Counter
from collections.abc import Iterator
from typing import Any, TypeVar

import msgspec

from .error import DocumentError

T = TypeVar("T")

LIMIT_BYTES = 64 << 20
STRING_LIMIT = 1 << 20
DEPTH_LIMIT = 32
VALUES_LIMIT = 2_000_000
"""Of one document, as many as its commas and brackets: each costs something wherever it is walked. A large run has a tenth."""
SHOWN_FAULTS = 20
COUNTED_FAULTS = 1000
"""A hostile file may hold millions; nobody needs their number."""
INTEGER_LIMIT = 1 << 63
"""Integers fit 64 bits with a sign: every JSON library reads those, and msgspec writes no others."""
NUMBER = re.compile("[0-9]{1,9}")
NOT_WHOLE = "the file may be half-written or damaged; restore it from version control, or record it again"


def read_json(data: bytes, where: str, *, limit_bytes: int = LIMIT_BYTES) -> Any:
    """Parse bytes as JSON that means one thing: no duplicate keys, no NaN, no lone surrogates, bounded size and depth.

    Raises DocumentError naming `where`, and the line for a syntax error.
    """
    if len(data) > limit_bytes:
        raise DocumentError(f"{where}: more than {limit_bytes:,} bytes, which is as much as is read")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DocumentError(f"{where}: not UTF-8 at byte {error.start}", NOT_WHOLE) from None
    if not text.strip():
        raise DocumentError(f"{where}: empty", NOT_WHOLE)
    if sum(map(text.count, ",[{")) > VALUES_LIMIT:
        raise DocumentError(f"{where}: more than {VALUES_LIMIT:,} values, which is as many as are read")
    faults: list[str] = []
    try:
        value = json.loads(
            text,
            object_pairs_hook=functools.partial(_without_duplicates, faults),
            parse_constant=functools.partial(_refuse_constant, faults),
        )
    except RecursionError:
        raise DocumentError(f"{where}: nested too deeply (more than {DEPTH_LIMIT} levels)") from None
    except json.JSONDecodeError as error:
        raise DocumentError(f"{where}: not JSON: {error.msg} at line {error.lineno}, column {error.colno}", NOT_WHOLE) from None
    except ValueError:  # int() of more digits than Python converts
        raise DocumentError(f"{where}: an integer of thousands of digits") from None
    if not is_plainly_bounded(text, value):
        faults.extend(itertools.islice(_unbounded(value, "", 0), COUNTED_FAULTS))
    refuse(where, faults)
    return value


def is_plainly_bounded(text: str, value: object) -> bool:
    """Tell that nothing in a parsed text is out of bounds, where a glance at the text and at what is no string shows it.

    Nearly every document is so, and nearly all of it are strings: they need no walk of their own.
    """
    if not text.isascii() or "\\u" in text or not isinstance(value, (dict, list)):
        return False
    if len(text) > STRING_LIMIT and ('\\"' in text or max(map(len, text.split('"'))) > STRING_LIMIT):
        return False
    level: list[Any] = [value]
    for _ in range(DEPTH_LIMIT):
        items = [
            item for holder in level for item in (holder.values() if type(holder) is dict else holder) if type(item) is not str
        ]
        level = [item for item in items if type(item) is dict or type(item) is list]
        numbers = [item for item in items if type(item) is int or type(item) is float]
        if not all(-INTEGER_LIMIT <= number < INTEGER_LIMIT for number in numbers):
            return False  # no integer of ours, or a float that is large, infinite or none at all: each is looked at
        if not level:
            return True
    return False


def too_many(**counted: tuple[int, int]) -> Iterator[str]:
    """Yield what a document has more of than its readers take: `name=(count, limit)`. Each of them costs work."""
    yield from (f"{name}: {count:,}, more than {limit:,}" for name, (count, limit) in counted.items() if count > limit)


def _without_duplicates(faults: list[str], pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        repeated = (key for key, times in Counter(key for key, _ in pairs).items() if times > 1)
        faults.extend(f"duplicate key {_short(key)}" for key in itertools.islice(repeated, COUNTED_FAULTS))
    return members


def _refuse_constant(faults: list[str], name: str) -> None:
    if len(faults) < COUNTED_FAULTS:
        faults.append(f"{name} is not JSON")


def check_schema(value: object, schema: str, where: str) -> None:
    """Require the `schema` member to be this one; a newer number of the same name says to upgrade."""
    found = value.get("schema") if isinstance(value, dict) else None
    if found == schema:
        return
    name, number = schema.rsplit("/", 1)
    if isinstance(found, str) and found.startswith(name + "/"):
        newer = found.rsplit("/", 1)[1]
        if NUMBER.fullmatch(newer) and int(newer) > int(number):
            raise DocumentError(
                f"{where}: schema {found} is newer than {schema}",
                "a newer envprobe wrote it; upgrade this one, from where it came",
            )
    raise DocumentError(f"{where}: schema: expected {schema!r}, found {_short(found)}")


def convert(value: object, kind: type[T], where: str) -> T:
    """Convert parsed JSON to a type. Raises DocumentError that lists every fault, not only the first."""
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError:
        refuse(where, list(_faults(value, kind, "")) or ["does not fit its schema"])
        raise


def _faults(value: object, kind: Any, path: str) -> Iterator[str]:
    """Walk a value that does not fit and yield one fault for each place where it does not."""
    kind = _chosen(value, kind)
    try:
        msgspec.convert(value, kind)
        return
    except msgspec.ValidationError as error:
        message = str(error).split(" - at ")[0]
    found = False
    for child, child_kind, child_path in _children(value, kind, path):
        for fault in _faults(child, child_kind, child_path):
            found = True
            yield fault
    if isinstance(value, dict) and _is_struct(kind):
        fields = {field.encode_name: field for field in msgspec.structs.fields(kind)}
        for name, field in fields.items():
            if field.required and name not in value:
                found = True
                yield f"{_join(path, name)}: missing"
        if kind.__struct_config__.forbid_unknown_fields:
            for name in sorted(value.keys() - fields.keys()):
                found = True
                yield f"{_join(path, name)}: not a member of this document"
    if not found:
        yield f"{path or 'document'}: {message}"


def _children(value: object, kind: Any, path: str) -> Iterator[tuple[object, object, str]]:
    """Yield the parts of a value with the type that each should have."""
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if isinstance(value, dict) and _is_struct(kind):
        for field in msgspec.structs.fields(kind):
            if field.encode_name in value:
                yield value[field.encode_name], field.type, _join(path, field.encode_name)
    elif isinstance(value, dict) and origin is dict:
        for name, child in value.items():
            yield child, arguments[1], _join(path, name)
    elif isinstance(value, list) and origin in (list, tuple):
        for index, child in enumerate(value):
            yield child, arguments[0], f"{path}[{index}]"


def _chosen(value: object, kind: object) -> Any:
    """Return the member of a union that a value means to be, by its shape; any other type as it is."""
    if typing.get_origin(kind) not in (typing.Union, types.UnionType):
        return kind
    shape = dict if isinstance(value, dict) else list if isinstance(value, list) else None
    for choice in typing.get_args(kind) if shape else ():
        if typing.get_origin(choice) is shape or (shape is dict and _is_struct(choice)):
            return choice
    return kind


def _is_struct(kind: object) -> bool:
    return isinstance(kind, type) and issubclass(kind, msgspec.Struct)


def _unbounded(value: object, path: str, depth: int) -> Iterator[str]:
    if depth > DEPTH_LIMIT:
        yield f"{path}: nested more than {DEPTH_LIMIT} levels deep"
    elif isinstance(value, str):
        if len(value) > STRING_LIMIT:
            yield f"{path}: a string of {len(value):,} characters, more than {STRING_LIMIT:,}"
        elif not value.isascii() and any("\ud800" <= letter <= "\udfff" for letter in value):
            yield f"{path}: a lone surrogate, which has no UTF-8 spelling"
    elif isinstance(value, float):
        if not math.isfinite(value):  # 1e999 is JSON, and Python reads it as infinity
            yield f"{path}: a number too large for a float"
    elif isinstance(value, int):
        if not -INTEGER_LIMIT <= value < INTEGER_LIMIT:
            yield f"{path}: an integer of more than 64 bits"
    elif isinstance(value, dict):
        for key, child in value.items():
            if not _is_plain(key):
                yield from _unbounded(key, path, depth)
            if not _is_plain(child):
                yield from _unbounded(child, _join(path, key[:80]), depth + 1)
    elif isinstance(value, list):
        for index, child in enumerate(value):
            if not _is_plain(child):
                yield from _unbounded(child, f"{path}[{index}]", depth + 1)


def _is_plain(value: object) -> bool:
    """Tell a text that nothing is wrong with, as nearly every value is; the rest is walked."""
    return isinstance(value, str) and value.isascii() and len(value) <= STRING_LIMIT


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "..."


def refuse(where: str, faults: list[str]) -> None:
    """Raise one DocumentError that lists the faults, each with the place; do nothing where there are none."""
    if not faults:
        return
    shown = [f"{where}: {fault}" for fault in faults[:SHOWN_FAULTS]]
    if len(faults) > SHOWN_FAULTS:
        more = "many" if len(faults) >= COUNTED_FAULTS else str(len(faults) - SHOWN_FAULTS)
        shown.append(f"{where}: and {more} more faults")
    raise DocumentError("\n".join(shown))
