from __future__ import annotations

import base64

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from envprobe.error import DocumentError
from envprobe.signing.dsse import Envelope, Signature, pae

# The worked example of secure-systems-lab/dsse, protocol.md 1.0.2, "Test Vectors"
BODY, TYPE = b"hello world", "http://example.com/HelloWorld"
X = 46950820868899156662930047687818585632848591499744589407958293238635476079160
Y = 5640078356564379163099075877009565129882514886557779369047442380624545832820
SIGNATURE = "A3JqsQGtVsJ2O2xqrI5IcnXip5GToJ3F+FnZ+O88SjtR6rDAajabZKciJTfUiHqJPcIAriEGAHTVeCUjW2JIZA=="


def test_the_encoding_is_that_of_the_specification() -> None:
    """The specification's own text comes out."""
    assert pae(TYPE, BODY) == b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"


def test_the_signature_of_the_specification_fits() -> None:
    """A signature that another implementation made, with the specification's key, is over the bytes that we compute."""
    raw = Signature(SIGNATURE).data
    numbers = (int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    key = ec.EllipticCurvePublicNumbers(X, Y, ec.SECP256R1()).public_key()
    key.verify(encode_dss_signature(*numbers), pae(TYPE, BODY), ec.ECDSA(hashes.SHA256()))


def test_lengths_count_bytes() -> None:
    """A type outside ASCII is counted in UTF-8, as every other implementation does."""
    assert pae("é", b"\0 1 ") == b"DSSEv1 2 \xc3\xa9 4 \0 1 "


@pytest.mark.parametrize(
    ("first", "second"), [(("a", b"b 1 c"), ("a b", b"c")), (("", b""), ("", b" ")), (("1 a", b""), ("1", b"a"))]
)
def test_no_two_messages_encode_alike(first: tuple[str, bytes], second: tuple[str, bytes]) -> None:
    """Nothing can be moved from the body into the type."""
    assert pae(*first) != pae(*second)


def test_both_alphabets_of_base64_are_accepted() -> None:
    """A verifier must accept standard and URL-safe base64."""
    data = bytes(range(248, 256)) * 3
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        text = encode(data).decode()
        assert Envelope(payload_type=TYPE, payload=text, signatures=[]).body() == data


@pytest.mark.parametrize("text", ["a", "é", "ab cd", "****"])
def test_what_is_no_base64_is_refused(text: str) -> None:
    """A damaged envelope is an error of ours."""
    with pytest.raises(DocumentError):
        Signature(text).data  # noqa: B018


def test_a_hostile_key_hint_is_not_printed() -> None:
    """The hint is not signed: terminal escapes in it reach nobody."""
    assert Signature("", "\x1b[2Jann").shown_key == "an unnamed key"
