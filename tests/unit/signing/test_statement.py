from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import msgspec
import pytest

from envprobe.error import DocumentError
from envprobe.fact import canonical
from envprobe.signing import statement

DIGEST = "sha256:" + "ab" * 32
NOON = datetime(2026, 1, 31, 12, tzinfo=timezone.utc)


def value(**changes: Any) -> bytes:
    """Return a statement with members changed."""
    return canonical({**msgspec.json.decode(statement.make(DIGEST, "line", NOON)), **changes})


def test_the_statement_is_in_toto_version_1() -> None:
    """Other tools read type, subject by SHA-256 and predicate where in-toto's specification puts them."""
    assert msgspec.json.decode(statement.make(DIGEST, "line", NOON)) == {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": "envprobe-record", "digest": {"sha256": "ab" * 32}}],
        "predicateType": "envprobe:record/v1",
        "predicate": {"signature": "line", "signed": "2026-01-31T12:00:00Z"},
    }


def test_it_comes_back() -> None:
    """Digest and time are read as they were written, whatever the signer's time zone."""
    local = NOON.astimezone(timezone(timedelta(hours=5)))
    found = statement.read(statement.make(DIGEST, "line", local), "statement")
    assert (found.record_digest, found.moment) == (DIGEST, NOON)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        value(_type="https://in-toto.io/Statement/v0.1"),
        value(predicateType="https://slsa.dev/provenance/v1"),
        value(subject=[]),
        value(subject=[{"name": "a", "digest": {"sha512": "00"}}]),
        value(subject=[{"name": "a", "digest": {"sha256": "00"}}, {"name": "b", "digest": {"sha256": "11"}}]),
        value(predicate={"signature": "line", "signed": "yesterday"}),
        value(predicate={"signature": "line"}),
        b" " * 100_000,
    ],
)
def test_other_statements_are_refused(body: bytes) -> None:
    """A statement of another type, about several things or at no time says nothing about a record."""
    with pytest.raises(DocumentError):
        statement.read(body, "statement")
