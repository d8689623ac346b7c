"""Ways to damage a file: its bytes, or the values of the JSON that it holds."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from typing import Any

Damage = Callable[[bytes, random.Random], bytes]
EXTREME: tuple[Any, ...] = (
    *(None, True, [], {}, [None], {"": None}, "", "\0", "\u202e", "\ud800", "../../x", "/dev/zero", "*", "{{x}}", "<script>"),
    *(-1, 0, 1 << 31, (1 << 63) - 1, -(1 << 63), 1 << 64, 1e308, 5e-324, "1e999", "NaN", "x" * 70_000, "sha256:" + "0" * 64),
    *([[]] * 3, [1] * 5000, {str(number): number for number in range(2000)}, "9" * 5000, "a." * 3000, "é" * 300),
)


def of_bytes(data: bytes, source: random.Random) -> bytes:
    """Return a file with some bytes changed, a part cut out, repeated, or overwritten by extreme numbers."""
    found = bytearray(data)
    for _ in range(source.randint(1, 6)):
        place, length = source.randrange(max(len(found), 1)), source.choice((1, 1, 2, 4, 8, 64))
        kind = source.randrange(5)
        if kind == 0:
            found[place : place + 1] = bytes([source.randrange(256)])
        elif kind == 1:
            del found[place : place + length]
        elif kind == 2:
            found[place:place] = found[place : place + length] * source.randint(1, 4)
        elif kind == 3:
            found[place : place + length] = source.choice((b"\xff", b"\x00", b"\x7f", b"\x80")) * length
        else:
            found[place : place + 8] = source.getrandbits(64).to_bytes(8, "little")
    return bytes(found[: source.randrange(len(found) + 1)] if source.random() < 0.1 else found)


def of_values(data: bytes, source: random.Random) -> bytes:
    """Return JSON in which some values or names are others: extreme ones, those of another place, none, or twice."""
    value = json.loads(data)
    for _ in range(source.randint(1, 4)):
        places = list(_places(value))
        if not places:
            break
        inside, key = source.choice(places)
        _change(inside, key, source, places)
    return json.dumps(value).encode("utf-8", "surrogatepass")


def of_either(data: bytes, source: random.Random) -> bytes:
    """Return JSON damaged in one of both ways; most of what is damaged in its bytes is refused at the door."""
    return (of_values if source.random() < 0.8 else of_bytes)(data, source)


def _change(inside: Any, key: Any, source: random.Random, places: list[tuple[Any, Any]]) -> None:
    kind = source.randrange(5)
    if kind == 0:
        del inside[key]
    elif kind == 1 and isinstance(inside, dict):
        inside[source.choice(["", "*", "a.b", "x" * 300, "\u202e", "schema"])] = inside.pop(key)
    elif kind == 2:
        other, its_key = source.choice(places)
        inside[key] = json.loads(json.dumps(other[its_key]))
    else:
        inside[key] = json.loads(json.dumps(source.choice(EXTREME)))  # a value of its own, which may be damaged in turn


def _places(value: Any) -> list[tuple[Any, Any]]:
    found: list[tuple[Any, Any]] = []
    waiting = [value]
    while waiting and len(found) < 5000:
        one = waiting.pop()
        keys = list(one) if isinstance(one, dict) else range(len(one)) if isinstance(one, list) else ()
        for key in keys:
            found.append((one, key))
            waiting.append(one[key])
    return found
