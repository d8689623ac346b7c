"""Untrusted bytes as typed values."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from envprobe.document import COUNTED_FAULTS, DEPTH_LIMIT, STRING_LIMIT, check_schema, convert, read_json, refuse
from envprobe.error import DocumentError


class Part(msgspec.Struct, forbid_unknown_fields=True):
    size_bytes: int
    names: list[str] = []


class Whole(msgspec.Struct):
    part: Part
    parts: dict[str, Part] = {}
    maybe: Part | None = None
    pairs: list[Part] = []


def _message(data: bytes, **given: Any) -> str:
    with pytest.raises(DocumentError) as caught:
        read_json(data, "a.json", **given)
    return caught.value.message


def test_good_json_is_read() -> None:
    """JSON comes out as it is, with a byte order mark or without."""
    assert read_json(b'{"a": [1, true, null, "\xc3\xa9"]}', "a.json") == {"a": [1, True, None, "é"]}
    assert read_json(b"\xef\xbb\xbf[]", "a.json") == []


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"", "empty"),
        (b" \n", "empty"),
        (b"\xff\xfe[\x00]\x00", "not UTF-8 at byte 0"),
        (b'"\xed\xa0\x80"', "not UTF-8 at byte 1"),
        (b'{"a": 1', "not JSON: Expecting ',' delimiter at line 1, column 8"),
        (b'{\n"a": ]', "at line 2, column 6"),
        (b'{"a": 1} x', "Extra data"),
        (b"[NaN]", "NaN is not JSON"),
        (b"[-Infinity]", "-Infinity is not JSON"),
        (b'{"a": 1e999}', "a: a number too large for a float"),
        (b'{"a": [9223372036854775808]}', "a[0]: an integer of more than 64 bits"),
        (b"1" * 5000, "an integer of thousands of digits"),
        (b'{"a": {"b": "\\ud800"}}', "a.b: a lone surrogate, which has no UTF-8 spelling"),
        (b'{"a": {"\\ud800": 1}}', "a: a lone surrogate"),
        (b'{"a": 1, "b": 2, "a": 3}', "duplicate key 'a'"),
        (b"[" * 40 + b"]" * 40, "nested more than 32 levels deep"),
        (b"[" * 100_000, "nested too deeply (more than 32 levels)"),
        (b"[" + b"1," * 2_000_001 + b"1]", "more than 2,000,000 values"),
    ],
)
def test_what_is_refused(data: bytes, fault: str) -> None:
    """What is not JSON, or would mean two things, is refused with the place and the fault."""
    message = _message(data)
    assert message.startswith("a.json: ")
    assert fault in message


def test_limits() -> None:
    """The largest that is read is read; one more is refused."""
    assert read_json(b'"' + b"a" * STRING_LIMIT + b'"', "a.json")
    assert "a string of 1,048,577 characters" in _message(b'"' + b"a" * (STRING_LIMIT + 1) + b'"')
    assert read_json(b"[" * DEPTH_LIMIT + b"]" * DEPTH_LIMIT, "a.json")
    assert read_json(b"[1, 2]", "a.json", limit_bytes=6) == [1, 2]
    assert "more than 5 bytes" in _message(b"[1, 2]", limit_bytes=5)


def test_every_fault_at_once() -> None:
    """Several faults are told together, each with the file's name; of a flood only the first and that there are many."""
    message = _message(b'{"a": NaN, "a": {"b": 1, "b": 1e999}, "c": "\\udfff"}')
    assert message.splitlines() == [
        "a.json: NaN is not JSON",
        "a.json: duplicate key 'b'",
        "a.json: duplicate key 'a'",
        "a.json: a.b: a number too large for a float",
        "a.json: c: a lone surrogate, which has no UTF-8 spelling",
    ]
    flood = _message(b"[" + b"NaN," * 5000 + b"1]").splitlines()
    assert (len(flood), flood[-1]) == (21, "a.json: and many more faults")
    assert "and 5 more faults" in _message(b"[" + b"NaN," * 25 + b"1]")
    assert COUNTED_FAULTS < 5000


def test_a_cut_off_file_says_what_next() -> None:
    """A file that a write was cut off in says to restore or to record it again."""
    for data in (b"", b'{"a": '):
        with pytest.raises(DocumentError) as caught:
            read_json(data, "a.json")
        assert "restore it from version control, or record it again" in caught.value.hint


def test_conversion_tells_every_place() -> None:
    """A value of the wrong shape is refused with every place where it is wrong, through objects, lists and options."""
    value = {
        "part": {"size_bytes": "1", "names": [1, "a", None]},
        "parts": {"x": {"size_bytes": 1, "extra": 1, "also": 2}, "y": 3},
        "maybe": {"names": []},
        "pairs": [{"size_bytes": 1}, {}],
    }
    with pytest.raises(DocumentError) as caught:
        convert(value, Whole, "a.json")
    assert caught.value.message.splitlines() == [
        "a.json: part.size_bytes: Expected `int`, got `str`",
        "a.json: part.names[0]: Expected `str`, got `int`",
        "a.json: part.names[2]: Expected `str`, got `null`",
        "a.json: parts.x.also: not a member of this document",
        "a.json: parts.x.extra: not a member of this document",
        "a.json: parts.y: Expected `object`, got `int`",
        "a.json: maybe.size_bytes: missing",
        "a.json: pairs[1].size_bytes: missing",
    ]
    assert convert({"part": {"size_bytes": 1}}, Whole, "a.json") == Whole(Part(1))


@pytest.mark.parametrize(
    ("found", "fault"),
    [
        ({"schema": "envprobe.thing/3"}, "schema envprobe.thing/3 is newer than envprobe.thing/2"),
        ({"schema": "envprobe.thing/1"}, "expected 'envprobe.thing/2', found 'envprobe.thing/1'"),
        ({"schema": "envprobe.thing/²"}, "found 'envprobe.thing/²'"),
        ({"schema": "envprobe.thing/" + "9" * 5000}, "found 'envprobe.thing/999"),
        ({"schema": 2}, "found 2"),
        ({}, "found None"),
        ([], "found None"),
        (None, "found None"),
    ],
)
def test_schemas(found: Any, fault: str) -> None:
    """Another schema is refused; a newer one of the same name says to upgrade."""
    with pytest.raises(DocumentError) as caught:
        check_schema(found, "envprobe.thing/2", "a.json")
    assert fault in caught.value.message
    assert len(caught.value.message) < 200
    assert ("upgrade" in caught.value.hint) == ("newer" in fault)


def test_no_faults_no_error() -> None:
    """Without a fault nothing is refused."""
    refuse("a.json", [])
