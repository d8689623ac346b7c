"""Take secrets out of all that is recorded, shown or said. The table of their forms, and what applies it, both sides share."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar

from .guest import shared

if TYPE_CHECKING:
    import msgspec

    Document = TypeVar("Document", bound=msgspec.Struct)

NO_VARIABLES: Mapping[str, str] = MappingProxyType({})
KEPT = ("trace", "traces", "signatures")
"""Members that hold numbers, digests and signatures, and much of them."""
NAMED = "a value that is named like a secret"

# What was taken out of variables before there was one table: fingerprints that are kept were written so.
ADDRESS_BEFORE = re.compile(r"([A-Za-z][A-Za-z0-9+.-]{0,20}://)[^/\s@]*@")
NAMED_BEFORE = re.compile(
    r"((?:api[_-]?key|access[_-]?key|token|secret|passw(?:or)?d|credentials?|auth(?:orization)?)[\"']?\s*[=:]\s*)[^\s,;&]+", re.I
)
LONG_WORD = re.compile(r"[A-Za-z0-9_-]{32,}={0,2}")
RANDOM_BEFORE = re.compile(r"[0-9a-fA-F]{32,}$|(?=.*[0-9])(?=.*[a-z])(?=.*[A-Z])")


def redact(text: str, variables: Mapping[str, str] = NO_VARIABLES) -> str:
    """Return text without what looks like a secret, and without the values of variables that are named like one."""
    ours = shared("redaction")
    redacted: str = ours.redact(text, ours.secret_values(variables))
    return redacted


def kinds_of(text: str) -> list[str]:
    """Return what kinds of secrets a text holds, as words for a reader; none costs a few searches for plain words."""
    ours = shared("redaction")
    found: list[str] = list(ours.kinds(text)) if ours.may_hold_one(text) else []
    return found


def redact_arguments(arguments: list[str], variables: Mapping[str, str] = NO_VARIABLES) -> list[str]:
    """Return a command line without secrets, as many arguments: the value of `--token VALUE` is one of its own."""
    ours = shared("redaction")
    redacted: list[str] = ours.redact_arguments(arguments, ours.secret_values(variables))
    return redacted


def redact_all(value: Any, variables: Mapping[str, str] = NO_VARIABLES) -> Any:
    """Return JSON values without secrets, those that only their name makes one too; the same object where there is none."""
    ours = shared("redaction")
    return ours.redact_all(value, ours.secret_values(variables))


def without_secrets(document: Document) -> Document:
    """Return a document without secrets that an earlier version or another program left in it; the same where there is none.

    So neither side of a comparison shows one, and a form that is known since is no difference.
    """
    import msgspec

    plain = msgspec.to_builtins(document)
    kept = list(_take_kept(plain))
    redacted = redact_all(plain)
    if redacted is plain:
        return document
    for path, member in kept:
        _member(redacted, path[:-1])[path[-1]] = member
    return msgspec.convert(redacted, type(document))


def is_secret_name(name: str) -> bool:
    """Tell whether a variable of this name holds a secret."""
    return shared("redaction").SECRET_NAME.search(name) is not None


def is_redacted_before(text: str, other: str) -> bool:
    """Tell whether an earlier version wrote one text for the other: it took more out of a variable than is taken out now."""
    return _as_before(text) == other or _as_before(other) == text


def _as_before(text: str) -> str:
    text = NAMED_BEFORE.sub(r"\1{scrubbed}", ADDRESS_BEFORE.sub(r"\1{credentials}@", text))
    return LONG_WORD.sub(lambda word: "{scrubbed}" if RANDOM_BEFORE.match(word[0]) else word[0], text)


def kinds_in(value: Any, path: str = "", name: str = "") -> Iterator[tuple[str, str]]:
    """Yield where JSON values hold secrets, as `a.b[0]`, and what kind each is."""
    if isinstance(value, dict):
        for key, member in value.items():
            if key not in KEPT:
                yield from kinds_in(member, f"{path}.{key}" if path else key, key)
                yield from ((path, kind) for kind in shared("redaction").kinds(key))
    elif isinstance(value, list):
        shown = redact_all(value)
        for index, item in enumerate(value):
            where = f"{path}[{index}]"
            found = list(kinds_in(item, where))
            is_argument = isinstance(item, str) and item != shown[index]
            yield from found or [(where, NAMED)] * is_argument
    elif isinstance(value, str):
        is_named = redact_all({name: value}) != {name: value}
        yield from ((path, kind) for kind in shared("redaction").kinds(value) or [NAMED] * is_named)


def _take_kept(plain: dict[str, Any], path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    for name in [name for name in KEPT if name in plain]:
        yield (*path, name), plain.pop(name)
    if isinstance(inner := plain.get("fingerprint"), dict):
        yield from _take_kept(inner, (*path, "fingerprint"))


def _member(value: Any, path: tuple[str, ...]) -> Any:
    for name in path:
        value = value[name]
    return value
