"""DSSE envelopes (secure-systems-lab/dsse, protocol and envelope 1.0.2): signatures over a payload and its type together."""

from __future__ import annotations

import base64
import binascii
import re

import msgspec

from ..error import DocumentError

_KEY = re.compile(r"[A-Za-z0-9:+/=_-]{1,200}")


class Signature(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One signature."""

    sig: str
    """Base64 of the signature's bytes."""
    keyid: str = ""
    """A hint that nothing vouches for; never used to decide."""

    @property
    def data(self) -> bytes:
        """The signature's bytes. Raises DocumentError where it is not base64."""
        return _decode(self.sig, "signature")

    @property
    def shown_key(self) -> str:
        """The hint, where it is harmless to print."""
        return self.keyid if _KEY.fullmatch(self.keyid) else "an unnamed key"


class Envelope(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The JSON envelope."""

    payload_type: str = msgspec.field(name="payloadType")
    payload: str
    """Base64 of the serialised body."""
    signatures: list[Signature]

    @classmethod
    def of(cls, payload_type: str, body: bytes, signatures: list[Signature]) -> Envelope:
        """Make the envelope of a body and its signatures."""
        return cls(payload_type=payload_type, payload=base64.b64encode(body).decode("ascii"), signatures=signatures)

    def body(self) -> bytes:
        """Return the serialised body. Raises DocumentError where it is not base64."""
        return _decode(self.payload, "envelope")


def pae(payload_type: str, body: bytes) -> bytes:
    """Return what is signed: the pre-authentication encoding of a type and a body."""
    kind = payload_type.encode("utf-8")
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(body), body)


def _decode(text: str, where: str) -> bytes:
    """Decode standard or URL-safe base64: a verifier must accept either."""
    try:
        return base64.b64decode(text.encode("ascii").translate(bytes.maketrans(b"-_", b"+/")), validate=True)
    except (binascii.Error, ValueError):
        raise DocumentError(f"{where}: not base64") from None
