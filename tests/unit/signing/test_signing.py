from __future__ import annotations

from datetime import datetime, timezone

import pytest

from envprobe import signing
from envprobe.error import DocumentError
from envprobe.signing import Rejected, VerifiedSignature, statement
from envprobe.signing.dsse import Envelope, pae
from tests.support.attached import Notary

DIGEST, OTHER = "sha256:" + "ab" * 32, "sha256:" + "cd" * 32
NOON = datetime(2026, 1, 31, 12, tzinfo=timezone.utc)
ANN = Notary("ann")


def test_a_trusted_signer_is_named_with_the_time() -> None:
    """Who, by which key, and when as the signer says."""
    found = signing.verify(DIGEST, signing.sign(DIGEST, "line", ANN, NOON), [ANN])
    assert found == [VerifiedSignature("ann", "SHA256:ann", "2026-01-31T12:00:00Z")]


def test_a_stranger_is_rejected() -> None:
    """A good signature by somebody who is not trusted counts for nothing."""
    (found,) = signing.verify(DIGEST, signing.sign(DIGEST, "line", Notary("eve"), NOON), [ANN])
    assert found == Rejected("eve is nobody who is trusted")


def test_without_keys_nobody_is_trusted() -> None:
    """No verifier is no trust."""
    (found,) = signing.verify(DIGEST, signing.sign(DIGEST, "line", ANN, NOON), [])
    assert isinstance(found, Rejected)


def test_a_signature_moved_from_another_record_says_altered() -> None:
    """An envelope that a trusted signer made for another record is not one for this."""
    (found,) = signing.verify(OTHER, signing.sign(DIGEST, "line", ANN, NOON), [ANN])
    assert isinstance(found, Rejected)
    assert found.altered


def test_a_payload_of_another_type_is_rejected() -> None:
    """A signature over some other kind of document cannot be shown as one over a statement."""
    body = statement.make(DIGEST, "line", NOON)
    envelope = Envelope.of("text/plain", body, [ANN.sign(pae("text/plain", body))])
    (found,) = signing.verify(DIGEST, envelope, [ANN])
    assert isinstance(found, Rejected)


def test_an_edited_statement_is_rejected() -> None:
    """The signature covers every byte of the statement, the time among them."""
    envelope = signing.sign(DIGEST, "line", ANN, NOON)
    body = envelope.body().replace(b"2026", b"2025")
    (found,) = signing.verify(DIGEST, Envelope.of(envelope.payload_type, body, envelope.signatures), [ANN])
    assert isinstance(found, Rejected)


def test_an_envelope_without_signatures_signs_nothing() -> None:
    """An empty list of signatures yields no signer."""
    assert signing.verify(DIGEST, Envelope.of(statement.PAYLOAD_TYPE, statement.make(DIGEST, "line", NOON), []), [ANN]) == []


def test_an_envelope_that_holds_no_statement_is_refused() -> None:
    """A damaged envelope is an error of ours."""
    with pytest.raises(DocumentError):
        signing.verify(DIGEST, Envelope.of(statement.PAYLOAD_TYPE, b"{}", [ANN.sign(b"")]), [ANN])


def test_sigstore_needs_an_identity_to_trust() -> None:
    """A bundle by nobody in particular is nobody's signature."""
    assert isinstance(signing.verify_bundle(DIGEST, {}, None), Rejected)
