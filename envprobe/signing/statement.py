"""What is signed: an in-toto Statement v1 about one record."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Final, Literal

import msgspec

from .. import document
from ..error import DocumentError
from ..fact import canonical

PAYLOAD_TYPE = "application/vnd.in-toto+json"
STATEMENT_TYPE: Final = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE: Final = "envprobe:record/v1"
"""A URI of our own scheme: a type's name need not resolve, and no host could promise to keep it for years."""
TIME = "%Y-%m-%dT%H:%M:%SZ"
LIMIT_BYTES = 64 << 10


class Subject(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The record that is signed."""

    name: str
    digest: dict[str, str]


class Predicate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the signer says of it."""

    signature: str
    """The visible line."""
    signed: str
    """UTC, by the signer's clock."""


class Statement(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The statement, as read from an envelope."""

    type_: Literal["https://in-toto.io/Statement/v1"] = msgspec.field(name="_type")
    subject: list[Subject]
    predicate_type: Literal["envprobe:record/v1"] = msgspec.field(name="predicateType")
    predicate: Predicate

    @property
    def record_digest(self) -> str:
        """The digest of the record that was signed, `sha256:…`."""
        return "sha256:" + self.subject[0].digest["sha256"]

    @property
    def signed(self) -> str:
        """When it was signed, as the signer says."""
        return self.predicate.signed

    @property
    def moment(self) -> datetime:
        """The same as a time."""
        return datetime.strptime(self.signed, TIME).replace(tzinfo=timezone.utc)


def make(record_digest: str, line: str, now: datetime) -> bytes:
    """Return the serialised statement."""
    statement = Statement(
        type_=STATEMENT_TYPE,
        subject=[Subject("envprobe-record", {"sha256": record_digest.removeprefix("sha256:")})],
        predicate_type=PREDICATE_TYPE,
        predicate=Predicate(line, now.astimezone(timezone.utc).strftime(TIME)),
    )
    return canonical(msgspec.to_builtins(statement))


def read(body: bytes, where: str) -> Statement:
    """Read a statement. Raises DocumentError for one of another type, or about other than one record."""
    statement = document.convert(document.read_json(body, where, limit_bytes=LIMIT_BYTES), Statement, where)
    if len(statement.subject) != 1 or "sha256" not in statement.subject[0].digest:
        raise DocumentError(f"{where}: subject: not one record by its SHA-256")
    try:
        statement.moment  # noqa: B018 - to be told here, with the place
    except ValueError:
        raise DocumentError(f"{where}: predicate.signed: {ascii(statement.signed)[:60]} is no UTC time") from None
    return statement
