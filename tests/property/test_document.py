"""Reading untrusted bytes: whatever they are, a value comes out or a DocumentError, and nothing else."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envprobe.document import DEPTH_LIMIT, STRING_LIMIT, _unbounded, is_plainly_bounded, read_json
from envprobe.error import DocumentError
from envprobe.fingerprint import ANSWER_SCHEMA, Fingerprint, read_fingerprint, to_json
from tests.property.environment import fingerprints
from tests.support.sample import fingerprint

SCRAPS = (
    "{",
    "}",
    "[",
    "]",
    '"',
    "null",
    "NaN",
    "-Infinity",
    "1e999",
    "1" * 5000,
    "-" + "9" * 30,
    "\\ud800",
    "\x00",
    ",",
    ":",
    "\ufeff",
    "true",
    "1.0",
    '"schema":"envprobe.fingerprint/\u00b2"',
    '"schema":"envprobe.fingerprint/99999999999999999999"',
)


def _read(data: bytes) -> None:
    for reader in (read_json, read_fingerprint):
        try:
            reader(data, "x.json")
        except DocumentError as error:
            assert error.message.startswith("x.json")


@given(st.binary(max_size=200))
def test_any_bytes(data: bytes) -> None:
    """Arbitrary bytes are refused with a DocumentError that names the file, or read."""
    _read(data)


LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.sampled_from([2**63, 2**63 - 1, -(2**63), -(2**63) - 1, 1e300])
    | st.text(max_size=4)
    | st.sampled_from(["\ud800", '"', "\\", "x" * STRING_LIMIT, "x" * (STRING_LIMIT + 1)])
)
VALUES = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=4))


@given(VALUES, st.integers(0, DEPTH_LIMIT + 2), st.booleans(), st.booleans())
def test_what_a_glance_finds_bounded_a_walk_does_too(value: Any, depth: int, escaped: bool, by_name: bool) -> None:
    """The walk may be left out only where it would find nothing."""
    for _ in range(depth):
        value = {"a": value} if by_name else [value]
    text = json.dumps(value, ensure_ascii=escaped)
    if is_plainly_bounded(text, json.loads(text)):
        assert [*_unbounded(value, "", 0)] == []


@given(fingerprints())
def test_a_document_of_ours_needs_no_walk(subject: Fingerprint) -> None:
    """A glance is enough where a fingerprint holds nothing but ASCII."""
    text = to_json(subject).decode("utf-8")
    assert is_plainly_bounded(text, json.loads(text)) is (text.isascii() and "\\u" not in text)


@given(fingerprints(), st.data())
def test_damaged_documents(subject: Fingerprint, data: st.DataObject) -> None:
    """A good document with something cut out or put in is refused with a DocumentError, or read."""
    text = to_json(subject)
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 40)))
    scrap = data.draw(st.one_of(st.sampled_from(SCRAPS).map(str.encode), st.binary(max_size=4)))
    _read(text[:start] + scrap + text[end:])


json_values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)),
    max_leaves=8,
)


PLACES = ("probe", "sections", "skipped", "trace", "context", "known", "absent", "unknown", "deep", "schema", "id")


@given(json_values, st.sampled_from(PLACES))
def test_wrong_shapes(value: Any, place: str) -> None:
    """A document with any JSON in any of its places is refused with a DocumentError, or read."""
    section = {place: value} if place in ("known", "absent", "unknown") else {"known": {"a": [value]}} if place == "deep" else {}
    body = {"schema": ANSWER_SCHEMA, "probe": {"version": "1", "digest": "2"}, "sections": {"python": section}}
    if not section:
        body[place] = value
    _read(json.dumps(body).encode())


@given(st.integers(1, 3000))
def test_depth(levels: int) -> None:
    """Nesting is bounded, not only by luck of the parser's stack."""
    data = b"[" * levels + b"]" * levels
    if levels > 33:
        with pytest.raises(DocumentError, match="nested"):
            read_json(data, "x.json")
    else:
        assert read_json(data, "x.json") is not None


@given(fingerprints())
def test_fingerprints_come_back(subject: Fingerprint) -> None:
    """A fingerprint that is written and read is the same one, with the same id and the same bytes."""
    data = to_json(subject)
    back = read_fingerprint(data, "x.json")
    assert (back, back.id, to_json(back)) == (subject, subject.id, data)


@given(st.integers(1, 200))
def test_a_flipped_byte_is_seen(seed: int) -> None:
    """A fingerprint whose facts were changed by hand no longer has its id."""
    data = to_json(fingerprint())
    start = data.index(b'"known"')
    end = data.index(b'"skipped"')
    place = start + seed * 7919 % (end - start)
    damaged = data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]
    try:
        back = read_fingerprint(damaged, "x.json")
    except DocumentError:
        return
    assert back == fingerprint()  # white space, or the order of an object
