"""What every way to sign offers, and what comes of a signature: a row of types, no key among them."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple, Protocol

import msgspec

from .dsse import Signature


class TrustedKey(NamedTuple):
    """Whose signature it is."""

    name: str
    """The principal of the allowed-signers file, the key's file, or the Sigstore identity."""
    key: str
    """The key's fingerprint, or who vouches for the identity."""


class VerifiedSignature(msgspec.Struct, frozen=True):
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


class Signer(Protocol):
    """A key that can sign."""

    def sign(self, message: bytes) -> Signature:
        """Return the signature of a message. Raises EnvprobeError where the key cannot be used."""


class Verifier(Protocol):
    """Keys of one kind that are trusted."""

    def knows(self, signature: Signature) -> bool:
        """Tell whether a signature is of the kind that these keys make."""

    def verify(self, message: bytes, signature: Signature, moment: datetime | None) -> TrustedKey | Rejected:
        """Return whose signature of a message it is, or why it is no trusted one at `moment` (None: now)."""


class IdentityVerifier(Protocol):
    """Sigstore identities that are trusted."""

    def verify(self, bundle: dict[str, object]) -> tuple[TrustedKey, bytes] | Rejected:
        """Return whose bundle it is and the statement that was signed, or why it is no trusted signature."""
