"""Who signed a record: in-toto statements in DSSE envelopes, by keys that a team already has.

A signer turns bytes into a mark; a keyring says whose mark it is, or why it is nobody's. A new kind of key is one file here.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Protocol, TypeAlias

import msgspec

from . import statement
from .dsse import Envelope, Mark, pae
from .statement import PAYLOAD_TYPE, Statement


class Recognised(msgspec.Struct, frozen=True):
    """A signature that is good, by somebody who is trusted."""

    name: str
    """The principal of the allowed-signers file, the key's file, or the Sigstore identity."""
    key: str
    """The key's fingerprint, or who vouches for the identity."""
    signed: str
    """When, as the signer says: UTC, `2026-01-31T12:00:00Z`."""


class Rejected(msgspec.Struct, frozen=True):
    """A signature that counts for nothing."""

    reason: str
    """Unknown, expired, wrong: what it is, with the key."""
    altered: bool = False
    """Whether a trusted signer signed another record than this one."""


Finding: TypeAlias = Recognised | Rejected


class Signer(Protocol):
    """A key that can sign."""

    def sign(self, message: bytes) -> Mark:
        """Return the signature of a message. Raises EnvprobeError where the key cannot be used."""


class Keyring(Protocol):
    """Keys that are trusted."""

    def holds(self, mark: Mark) -> bool:
        """Tell whether a mark is of a kind that these keys make."""

    def recognise(self, message: bytes, mark: Mark, moment: datetime | None) -> tuple[str, str] | str:
        """Return the signer's name and key, or the reason why it is no trusted signature at `moment` (None: now)."""


class Identities(Protocol):
    """Sigstore identities that are trusted."""

    def recognise(self, bundle: dict[str, Any]) -> tuple[str, str, bytes] | str:
        """Return identity, issuer and the signed statement, or the reason why it is no trusted signature."""


def seal(record_digest: str, line: str, signer: Signer, now: datetime) -> Envelope:
    """Sign a record: its digest, its line and the time."""
    body = statement.make(record_digest, line, now)
    return Envelope.of(PAYLOAD_TYPE, body, [signer.sign(pae(PAYLOAD_TYPE, body))])


def examine(record_digest: str, envelope: Envelope, keyrings: list[Keyring], *, at_signing: bool = False) -> list[Finding]:
    """Return what each signature of an envelope is worth for a record. An envelope that is none raises DocumentError.

    `at_signing` takes the signer's own word for the time at which a key has to be valid; otherwise that is now.
    """
    body = envelope.body()
    if envelope.payload_type != PAYLOAD_TYPE:
        return [Rejected(f"signs a {ascii(envelope.payload_type)[:80]}, not an in-toto statement")]
    said = statement.read(body, "the signed statement")
    message = pae(envelope.payload_type, body)
    return [_judge(message, mark, said, record_digest, keyrings, at_signing) for mark in envelope.signatures]


def examine_bundle(record_digest: str, bundle: dict[str, Any], identities: Identities | None) -> Finding:
    """Return what a Sigstore bundle is worth for a record."""
    if identities is None:
        return Rejected("signed through Sigstore, and no identity was given to trust")
    found = identities.recognise(bundle)
    if isinstance(found, str):
        return Rejected(found)
    said = statement.read(found[2], "the signed statement")
    return _about(Recognised(found[0], found[1], said.signed), said, record_digest)


def _judge(message: bytes, mark: Mark, said: Statement, record_digest: str, keyrings: list[Keyring], at_signing: bool) -> Finding:
    fitting = [keyring for keyring in keyrings if keyring.holds(mark)]
    reasons = []
    for keyring in fitting:
        found = keyring.recognise(message, mark, said.moment if at_signing else None)
        if not isinstance(found, str):
            return _about(Recognised(*found, said.signed), said, record_digest)
        reasons.append(found)
    return Rejected("; ".join(reasons) or f"signed by {mark.shown_key}, and no trusted key of that kind was given")


def _about(signer: Recognised, said: Statement, record_digest: str) -> Finding:
    if said.record_digest != record_digest:
        return Rejected(f"{signer.name} signed another record, {said.record_digest[:23]}", altered=True)
    return signer
