from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from envprobe.error import EnvprobeError
from envprobe.signing.dsse import Signature
from envprobe.signing.pem import PemKey, PublicKeys
from envprobe.signing.verifier import Rejected, TrustedKey


def keys(
    folder: Path, name: str = "team", password: bytes | None = None, make: Callable[[], object] | None = None
) -> tuple[Path, Path]:
    """Write a key pair as openssl does; return private and public file."""
    key = (make or ed25519.Ed25519PrivateKey.generate)()
    private, public = folder / f"{name}.pem", folder / f"{name}.pub.pem"
    secret = BestAvailableEncryption(password) if password else NoEncryption()
    private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, secret))  # type: ignore[attr-defined]
    public.write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))  # type: ignore[attr-defined]
    return private, public


def test_a_trusted_key_is_named(tmp_path: Path) -> None:
    """The signer is told by the name of the public key's file, and its fingerprint."""
    private, public = keys(tmp_path)
    found = PublicKeys([public]).verify(b"message", PemKey(private).sign(b"message"), None)
    assert isinstance(found, TrustedKey)
    assert found.name == "team.pub.pem"
    assert found.key.startswith("SHA256:")


def test_one_of_several_keys_is_enough(tmp_path: Path) -> None:
    """A team has several keys."""
    first, second = keys(tmp_path, "ann"), keys(tmp_path, "ben")
    found = PublicKeys([first[1], second[1]]).verify(b"message", PemKey(second[0]).sign(b"message"), None)
    assert isinstance(found, TrustedKey)
    assert found.name == "ben.pub.pem"


def test_another_key_or_message_is_rejected_with_a_reason(tmp_path: Path) -> None:
    """A stranger's signature, one over something else and one that is none are a sentence, never a name."""
    first, second = keys(tmp_path, "ann"), keys(tmp_path, "ben")
    trusted = PublicKeys([first[1]])
    for signature, message in (
        (PemKey(second[0]).sign(b"m"), b"m"),
        (PemKey(first[0]).sign(b"m"), b"n"),
        (Signature("AAAA"), b"m"),
        (Signature(""), b"m"),
    ):
        found = trusted.verify(message, signature, None)
        assert isinstance(found, Rejected)
        assert "none of ann.pub.pem" in found.reason


@pytest.mark.parametrize(
    ("content", "word"), [(b"", "not a key"), (b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "not a key")]
)
def test_files_that_are_no_keys_are_named(content: bytes, word: str, tmp_path: Path) -> None:
    """A wrong file is trouble with its name, not a signature that fails."""
    path = tmp_path / "key.pem"
    path.write_bytes(content)
    for load in (PemKey, lambda path: PublicKeys([path])):
        with pytest.raises(EnvprobeError, match=word):
            load(path)


def test_keys_of_other_kinds_are_named(tmp_path: Path) -> None:
    """An ECDSA key is refused with the command that makes the right one."""
    private, public = keys(tmp_path, make=lambda: ec.generate_private_key(ec.SECP256R1()))
    with pytest.raises(EnvprobeError, match="not an Ed25519") as trouble:
        PemKey(private)
    assert "openssl genpkey" in trouble.value.hint
    with pytest.raises(EnvprobeError, match="not an Ed25519"):
        PublicKeys([public])


def test_a_passphrase_is_told(tmp_path: Path) -> None:
    """A key that cannot be used without asking says so, and what to use instead."""
    private, _ = keys(tmp_path, password=b"secret")
    with pytest.raises(EnvprobeError, match="passphrase"):
        PemKey(private)


def test_a_missing_key_is_told(tmp_path: Path) -> None:
    """The file that is not there is named."""
    with pytest.raises(EnvprobeError, match="No such file"):
        PublicKeys([tmp_path / "none.pem"])
