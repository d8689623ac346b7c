"""Compare nested values: what JSON, YAML, TOML and notebooks hold. Parts that are the same are passed over at once."""

from __future__ import annotations

import marshal
from collections.abc import Hashable, Iterator
from typing import Any

from ..spelling import cut
from .align import paired, spans
from .finding import Findings, Step
from .number import Wide, is_number
from .plain import spelled_json
from .tally import Tally

RECORDS = 32
"""Records of one list, all with the same members, that are compared column by column."""
SHOWN_ITEMS = 20
LIKE_MEMBERS = 200
"""Members of two items of a list that are looked at to see how alike they are."""


def compare_trees(expected: object, observed: object, findings: Findings, prefix: tuple[Step, ...] = ()) -> None:
    """Compare two plain documents and write down the differences under `prefix`."""
    if any(rule.ignore_order for rule in findings.tolerance.rules.values()):
        expected, observed = (_arranged(value, prefix, findings) for value in (expected, observed))
    _Walk(findings).compare(prefix, expected, observed)


class _Walk:
    """One walk over two documents at once."""

    def __init__(self, findings: Findings) -> None:
        self.findings = findings
        self.trusts_equal = findings.tolerance.trusts_equal_bytes
        self.has_rules = bool(findings.tolerance.rules)

    def compare(self, path: tuple[Step, ...], expected: object, observed: object) -> None:
        if (self.trusts_equal and same(expected, observed)) or (self.has_rules and self.findings.rule(path).ignore):
            return
        if isinstance(expected, dict) and isinstance(observed, dict):
            self._members(path, expected, observed)
        elif isinstance(expected, list) and isinstance(observed, list):
            self._lists(path, expected, observed)
        elif isinstance(expected, Wide) or isinstance(observed, Wide):
            self._wide(path, expected, observed)
        elif is_number(expected) and is_number(observed):
            compare_numbers(path, [expected], [observed], self.findings)
        elif type(expected) is not type(observed):
            self.findings.add(path, "type", spell(expected), spell(observed))
        elif expected != observed:
            self.findings.add(path, "changed", spelled_json(expected), spelled_json(observed))

    def _members(self, path: tuple[Step, ...], expected: dict[str, object], observed: dict[str, object]) -> None:
        for key in sorted({*expected, *observed}):
            if key in expected and key in observed:
                self.compare((*path, key), expected[key], observed[key])
            elif not self.findings.rule((*path, key)).ignore:
                self._one_sided((*path, key), expected.get(key), observed.get(key), is_added=key in observed)

    def _one_sided(self, path: tuple[Step, ...], expected: object, observed: object, *, is_added: bool) -> None:
        sides = ("absent", spell(observed)) if is_added else (spell(expected), "absent")
        self.findings.add(path, "added" if is_added else "removed", *sides)

    def _wide(self, path: tuple[Step, ...], expected: Any, observed: Any) -> None:
        """Compare numbers of which one is not what a float can hold: its digits count, unless a limit accepts the distance."""
        rule = self.findings.rule(path)
        if not (is_number(expected) or isinstance(expected, Wide)) or not (is_number(observed) or isinstance(observed, Wide)):
            self.findings.add(path, "type", spell(expected), spell(observed))
            return
        tally = Tally(rule)
        tally.add(None, float(expected), float(observed))
        deviation = tally.deviation()
        is_accepted = not rule.is_exact and bool(deviation.differing) and not deviation.outside
        self.findings.add(path, "number", spell(expected), spell(observed), accepted=is_accepted)

    def _lists(self, path: tuple[Step, ...], expected: list[Any], observed: list[Any]) -> None:
        """Judge two lists: their order, then series of numbers and of records by column, anything else item by item."""
        if _is_reordered(expected, observed):
            self.findings.add(path, "order", spell(expected), spell(observed))
        elif len(expected) == len(observed) and _are_numbers(expected) and _are_numbers(observed):
            compare_numbers(path, expected, observed, self.findings)
        elif len(expected) == len(observed) and (names := _columns(expected)) and names == _columns(observed):
            columns = [{name: [item[name] for item in items] for name in names} for items in (expected, observed)]
            self.compare((*path, "*"), columns[0], columns[1])
        else:
            self._items(path, expected, observed)

    def _items(self, path: tuple[Step, ...], expected: list[object], observed: list[object]) -> None:
        """Compare the items that belong together; the others were left out or put in."""
        if not self.trusts_equal and len(expected) == len(observed):
            parts: Iterator[tuple[int, int, int, int]] = iter([(0, len(expected), 0, len(observed))])
        else:
            parts = spans([_key(item) for item in expected], [_key(item) for item in observed])
        for first, end, other, other_end in parts:
            ours, theirs = expected[first:end], observed[other:other_end]
            if len(ours) != len(theirs) and _are_numbers(ours) and _are_numbers(theirs):
                compare_numbers((*path, f"{first} to {end - 1}") if first else path, ours, theirs, self.findings)
                continue
            for left, right in paired(ours, theirs, likeness):
                index = first + left if left is not None else other + (right or 0)
                if left is not None and right is not None:
                    self.compare((*path, index), ours[left], theirs[right])
                elif not self.findings.rule((*path, index)).ignore:
                    sides = (None, theirs[right or 0]) if left is None else (ours[left], None)
                    self._one_sided((*path, index), *sides, is_added=left is None)


def same(expected: Any, observed: Any) -> bool:
    """Tell whether two plain values are the same, types and bits of numbers included."""
    if type(expected) is not type(observed):
        return False
    if isinstance(expected, dict | list):
        return bool(expected == observed) and _marshalled(expected) == _marshalled(observed)
    if isinstance(expected, float):
        return bool(expected.hex() == observed.hex())
    return bool(expected == observed)


def _marshalled(value: Any) -> bytes | str:
    """Return bytes that are the same for the same value: Python's own, where the order of keys allows, else JSON."""
    try:
        return marshal.dumps(value, 2)
    except ValueError:  # Wide is a text of its own kind
        return spelled_json(value)


def _key(item: object) -> Hashable:
    return item if isinstance(item, str) else spelled_json(item)


def likeness(expected: object, observed: object) -> float:
    """Return how much of two items is the same: of their members where they have some, else all or nothing."""
    if isinstance(expected, dict) and isinstance(observed, dict):
        keys = sorted({*expected, *observed})[:LIKE_MEMBERS]
        return (
            sum(key in expected and key in observed and expected[key] == observed[key] for key in keys) / len(keys)
            if keys
            else 1.0
        )
    if isinstance(expected, list) and isinstance(observed, list):
        shared = sum(ours == theirs for ours, theirs in zip(expected[:LIKE_MEMBERS], observed, strict=False))
        return float(shared / min(max(len(expected), len(observed), 1), LIKE_MEMBERS))
    return float(expected == observed)


def spell(value: object) -> str:
    """Spell a plain value shortly, as JSON."""
    if isinstance(value, Wide):
        return value
    if isinstance(value, dict | list) and len(value) > SHOWN_ITEMS:
        return f"{len(value):,} {'members' if isinstance(value, dict) else 'items'}"
    return cut(spelled_json(value), 1000)


def _are_numbers(items: list[object]) -> bool:
    return bool(items) and all(map(is_number, items))


def _columns(items: list[Any]) -> list[str]:
    """Return the names that every one of many records has, sorted; none where they are few or not alike."""
    if len(items) < RECORDS or not all(isinstance(item, dict) for item in items):
        return []
    names: list[str] = sorted(items[0])
    return names if all(item.keys() == items[0].keys() for item in items) else []


def _is_reordered(expected: list[Any], observed: list[Any]) -> bool:
    """Tell whether two lists that are not the same hold the same items. Numbers are sorted first, which is quick."""
    if len(expected) != len(observed):
        return False
    if _are_numbers(expected) and _are_numbers(observed) and sorted(expected) != sorted(observed):
        return False
    if sum(map(_hashed, expected)) != sum(map(_hashed, observed)):
        return False
    words = [spelled_json(item) for item in expected], [spelled_json(item) for item in observed]
    return words[0] != words[1] and sorted(words[0]) == sorted(words[1])


def _hashed(item: object) -> int:
    """Return a number that equal items share; NaN has one for itself, and a dict that of its length: its order does not count."""
    if isinstance(item, dict):
        return len(item) + sum(map(_hashed, item.values()))
    if isinstance(item, list):
        return hash(tuple(map(_hashed, item)))
    return hash(item) if item == item else 0


def _arranged(value: object, path: tuple[Step, ...], findings: Findings) -> object:
    """Return the value with every list sorted whose order does not matter: numbers by value, the rest by spelling."""
    if isinstance(value, dict):
        return {key: _arranged(item, (*path, key), findings) for key, item in value.items()}
    if not isinstance(value, list):
        return value
    items = [_arranged(item, (*path, index), findings) for index, item in enumerate(value)]
    return sorted(items, key=_place_in_order) if findings.rule(path).ignore_order else items


def _place_in_order(item: object) -> tuple[int, object, str]:
    is_comparable = is_number(item) and item == item  # NaN has no place among numbers
    return (0, item, "") if is_comparable else (1, 0, spelled_json(item))


def compare_numbers(path: tuple[Step, ...], expected: list[Any], observed: list[Any], findings: Findings) -> None:
    """Compare two series of numbers; what one has more than the other is a difference of shape."""
    tally = Tally(findings.rule(path))
    for index, (ours, theirs) in enumerate(zip(expected, observed, strict=False)):
        tally.add(index if max(len(expected), len(observed)) > 1 else None, ours, theirs)
    findings.add_numbers(path, tally.deviation(), _kind(expected, observed))
    if len(expected) != len(observed):
        findings.add(path, "shape", f"{len(expected):,} numbers", f"{len(observed):,} numbers")


def _kind(expected: list[object], observed: list[object]) -> str:
    """Call it a difference of type where the values are equal and only int and float differ."""
    same_values = all(ours == theirs or ours != ours for ours, theirs in zip(expected, observed, strict=False))
    same_types = all(type(ours) is type(theirs) for ours, theirs in zip(expected, observed, strict=False))
    return "type" if same_values and not same_types else "number"
