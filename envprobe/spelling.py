"""Facts as short words for a reader, safe to print: what came out of a target may hold terminal escapes and markup."""

from __future__ import annotations

import itertools
import json
import unicodedata
from collections.abc import Iterable, Iterator

from .fact import Absent, Fact, Known, Unknown, Value, canonical

ABSENT_WORD = "absent"
EMPTY_WORD = "(empty)"
DIGEST_SHOWN = len("sha256:") + 12
SHOWN_ITEMS = 4
ONE_LINE = 100
"""Characters of a list or an object that are shown as one line, where each item may have its own."""
LINES_LIMIT, LINE_LIMIT = 5000, 1000
CONTEXT = 20
"""How much of what two long texts share is shown before they part."""
JSON_TYPES = {str: "string", int: "integer", bool: "boolean", list: "list", dict: "object"}
UNSAFE_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp", "Zs"})
"""Control, format (bidi overrides, zero width), surrogate, private use, separators that are not the plain space."""
INVISIBLE = frozenset(
    map(
        chr,
        (
            0x34F,
            0x115F,
            0x1160,
            0x17B4,
            0x17B5,
            *range(0x180B, 0x1810),
            0x3164,
            *range(0xFE00, 0xFE10),
            0xFFA0,
            *range(0xFFF0, 0xFFF9),
            *range(0xE0000, 0xE1000),
        ),
    )
)
"""What Unicode tells a screen to leave out (Default_Ignorable_Code_Point), beyond the categories above: names that differ in one
of them look alike."""


DELETE = "\x7f"
"""The one character of ASCII that JSON does not escape and a terminal acts on."""


def some(number: int, noun: str) -> str:
    """Return a number and a noun, in the plural where there are more; empty for none."""
    return f"{number} {noun}{'s' * (number != 1)}" if number else ""


def safe(text: str) -> str:
    """Return text in which every character that could move a cursor, hide another or pass for a space is a backslash escape."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_escaped(letter) if _is_unsafe(letter) else letter for letter in text)


def safe_json(text: str) -> str:
    """Return JSON in which every such character of a string is JSON's own escape: the same document, and safe on a screen.

    Line breaks stay, which stand between values alone.
    """
    if text.isascii() and DELETE not in text:
        return text
    return "".join(_json_escape(letter) if letter != "\n" and _is_unsafe(letter) else letter for letter in text)


def _json_escape(letter: str) -> str:
    return rf"\u{ord(DELETE):04x}" if letter == DELETE else json.dumps(letter)[1:-1]


def _is_unsafe(letter: str) -> bool:
    return letter != " " and (letter in INVISIBLE or unicodedata.category(letter) in UNSAFE_CATEGORIES)


def _escaped(letter: str) -> str:
    return letter.encode("unicode_escape").decode("ascii")


def line(text: str, limit: int = 200) -> str:
    """Return text from a target as one short line: a path, a reason or a name may be a megabyte long."""
    return cut(safe(text), limit)


def spell(fact: Fact, limit: int = 300, items: int = SHOWN_ITEMS) -> str:
    """Return a fact in words; a long one is cut with the count of what is left out."""
    if isinstance(fact, Absent):
        return ABSENT_WORD
    if isinstance(fact, Unknown):
        return line(f"unknown: {fact.reason}", limit)
    return cut(spell_value(fact.value, items), limit)


def spell_value(value: Value, items: int = SHOWN_ITEMS) -> str:
    """Return a JSON value in words: digests short, lists and objects by their first items."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return short_digest(safe(value)) or EMPTY_WORD
    if isinstance(value, int):
        return str(value)
    if isinstance(value, dict):
        return _items([f"{safe(key)} {spell_value(item, items)}" for key, item in sorted(value.items())], items)
    return _items([spell_value(item, items) for item in value], items)


def spell_lines(fact: Fact) -> list[str]:
    """Return a fact in full, as one line where that is short; else an item a line, files of one folder under its name."""
    words = spell(fact, LINE_LIMIT, LINES_LIMIT)
    if not isinstance(fact, Known) or not isinstance(fact.value, dict | list) or len(words) <= ONE_LINE:
        return [words]
    lines = [cut(row, LINE_LIMIT) for row in itertools.islice(_item_lines(fact.value), LINES_LIMIT + 1)]
    return lines if len(lines) <= LINES_LIMIT else [*lines[:LINES_LIMIT], "and more: --format json has all"]


def _item_lines(value: dict[str, Value] | list[Value]) -> Iterator[str]:
    pairs = sorted(value.items()) if isinstance(value, dict) else [("", item) for item in value]
    plain = [(safe(key), item) for key, item in pairs if not _is_long(item)]
    yield from by_folder([f"{key} {spell_value(item)}".strip() for key, item in plain])
    for key, item in pairs:
        if isinstance(item, dict | list) and _is_long(item):
            yield f"{safe(key)}:" if key else "-"
            yield from (f"  {row}" for row in _item_lines(item))


def _is_long(value: Value) -> bool:
    return isinstance(value, dict | list) and len(spell_value(value, LINES_LIMIT)) > ONE_LINE


def by_folder(lines: Iterable[str]) -> Iterator[str]:
    """Yield lines that begin with paths, those of one folder under its name where there are several."""
    for folder, members in itertools.groupby(lines, key=lambda row: row.partition(" ")[0].rpartition("/")[0]):
        rows = list(members)
        if folder and len(rows) > 1:
            yield f"{folder}/"
            yield from (f"  {row[len(folder) + 1 :]}" for row in rows)
        else:
            yield from rows


def short_digest(text: str) -> str:
    """Return a SHA-256 digest cut to 12 digits, and any other text as it is."""
    is_digest = text.startswith("sha256:") and len(text) == len("sha256:") + 64
    return text[:DIGEST_SHOWN] if is_digest else text


def _items(words: list[str], shown: int) -> str:
    if not words:
        return EMPTY_WORD
    more = f" and {len(words) - shown} more" if len(words) > shown else ""
    return ", ".join(words[:shown]) + more


def cut(text: str, limit: int) -> str:
    """Return at most `limit` characters, with the count of those left out."""
    return text if len(text) <= limit else f"{text[:limit]}… ({len(text) - limit:,} more characters)"


def contrast(expected: Fact, observed: Fact, limit: int = 300, items: int = SHOWN_ITEMS) -> tuple[str, str]:
    """Return both facts in words, reduced to where they differ, so that equal text never stands on both sides."""
    if not isinstance(expected, Known) or not isinstance(observed, Known):
        words = spell(expected, limit, items), spell(observed, limit, items)
        return words if words[0] != words[1] else (_in_full_or_state(expected), _in_full_or_state(observed))
    ours, theirs = _only_differing(expected.value, observed.value)
    left, right = spell_value(ours, items), spell_value(theirs, items)
    if left == right:
        left, right = _in_full(ours), _in_full(theirs)
    return _cut_to_difference(left, right, limit)


def contrast_lines(expected: Fact, observed: Fact) -> tuple[list[str], list[str]]:
    """Return both facts in full, reduced to where they differ: an item a line where there is much."""
    if isinstance(expected, Known) and isinstance(observed, Known):
        ours, theirs = _only_differing(expected.value, observed.value)
        lines = spell_lines(Known(ours)), spell_lines(Known(theirs))
    else:
        lines = spell_lines(expected), spell_lines(observed)
    if max(map(len, lines)) > 1 and lines[0] != lines[1]:
        return lines
    words = contrast(expected, observed, 2 * LINE_LIMIT, LINES_LIMIT)
    return [words[0]], [words[1]]


def _only_differing(expected: Value, observed: Value) -> tuple[Value, Value]:
    """Leave out of two objects or two lists what both have; True is not 1, as in JSON."""
    if isinstance(expected, dict) and isinstance(observed, dict):
        same = {key for key in expected if key in observed and canonical(expected[key]) == canonical(observed[key])}
        return (
            {key: value for key, value in expected.items() if key not in same},
            {key: value for key, value in observed.items() if key not in same},
        )
    if isinstance(expected, list) and isinstance(observed, list):
        left, right = {canonical(item) for item in expected}, {canonical(item) for item in observed}
        ours = [item for item in expected if canonical(item) not in right]
        theirs = [item for item in observed if canonical(item) not in left]
        if ours or theirs:  # else only the order or the number of equal items differs, and both are shown whole
            return ours, theirs
    return expected, observed


def _in_full(value: Value) -> str:
    """Return a value with its type, digests and items in full: for two that the short words cannot tell apart."""
    return f"{safe(canonical(value).decode('ascii'))} ({JSON_TYPES[type(value)]})"


def _in_full_or_state(fact: Fact) -> str:
    return _in_full(fact.value) if isinstance(fact, Known) else spell(fact)


def _cut_to_difference(left: str, right: str, limit: int) -> tuple[str, str]:
    """Cut two texts to the limit, from the start or, where they agree for that long, from shortly before they part."""
    parted = next(
        (index for index, (ours, theirs) in enumerate(zip(left, right, strict=False)) if ours != theirs),
        min(len(left), len(right)),
    )
    if parted < limit:
        return cut(left, limit), cut(right, limit)
    start = parted - min(CONTEXT, limit // 2)
    return "…" + cut(left[start:], limit), "…" + cut(right[start:], limit)
