"""Who signed a record: in-toto statements in DSSE envelopes, by keys that a team already has.

A signer turns bytes into a signature; a verifier says whose it is, or why it is nobody's. A new kind of key is one file here.
"""

from __future__ import annotations

from datetime import datetime
from typing import TypeAlias

from . import statement
from .dsse import Envelope, Signature, pae
from .statement import PAYLOAD_TYPE, Statement
from .verifier import IdentityVerifier, Rejected, Signer, TrustedKey, VerifiedSignature, Verifier

__all__ = ["IdentityVerifier", "Rejected", "Signer", "VerifiedSignature", "Verifier", "sign", "verify", "verify_bundle"]

Finding: TypeAlias = VerifiedSignature | Rejected


def sign(record_digest: str, line: str, signer: Signer, now: datetime) -> Envelope:
    """Sign a record: its digest, its line and the time."""
    body = statement.make(record_digest, line, now)
    return Envelope.of(PAYLOAD_TYPE, body, [signer.sign(pae(PAYLOAD_TYPE, body))])


def verify(record_digest: str, envelope: Envelope, verifiers: list[Verifier], *, at_signing: bool = False) -> list[Finding]:
    """Return what each signature of an envelope is worth for a record. An envelope that is none raises DocumentError.

    `at_signing` takes the signer's own word for the time at which a key has to be valid; otherwise that is now.
    """
    body = envelope.body()
    if envelope.payload_type != PAYLOAD_TYPE:
        return [Rejected(f"signs a {ascii(envelope.payload_type)[:80]}, not an in-toto statement")]
    said = statement.read(body, "the signed statement")
    moment = said.moment if at_signing else None
    message = pae(envelope.payload_type, body)
    keys = [_key_of(message, signature, verifiers, moment) for signature in envelope.signatures]
    return [_judge(key, said, record_digest) for key in keys]


def verify_bundle(record_digest: str, bundle: dict[str, object], verifier: IdentityVerifier | None) -> Finding:
    """Return what a Sigstore bundle is worth for a record. A bundle whose statement is none raises DocumentError."""
    if verifier is None:
        return Rejected("signed through Sigstore, and no identity was given to trust")
    found = verifier.verify(bundle)
    if isinstance(found, Rejected):
        return found
    key, body = found
    return _judge(key, statement.read(body, "the signed statement"), record_digest)


def _key_of(message: bytes, signature: Signature, verifiers: list[Verifier], moment: datetime | None) -> TrustedKey | Rejected:
    reasons = []
    for verifier in verifiers:
        if verifier.knows(signature):
            found = verifier.verify(message, signature, moment)
            if isinstance(found, TrustedKey):
                return found
            reasons.append(found.reason)
    return Rejected("; ".join(reasons) or f"signed by {signature.shown_key}, and no trusted key of that kind was given")


def _judge(key: TrustedKey | Rejected, said: Statement, record_digest: str) -> Finding:
    if isinstance(key, Rejected):
        return key
    if said.record_digest != record_digest:
        return Rejected(f"{key.name} signed another record, {said.record_digest[:23]}", altered=True)
    return VerifiedSignature(key.name, key.key, said.signed)
