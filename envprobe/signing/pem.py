"""Ed25519 keys in PEM files, through `cryptography` (the extra `sign`)."""

from __future__ import annotations

import base64
import hashlib
import shlex
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ..error import EnvprobeError
from ..installation import installing
from .dsse import Signature
from .ssh import MAGIC
from .verifier import Rejected, TrustedKey

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

LIMIT_BYTES = 64 << 10


class PemKey:
    """A private key in PKCS #8, without a passphrase: `openssl genpkey -algorithm ed25519`."""

    def __init__(self, path: Path) -> None:
        _need()
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        key = _load(path, "load_pem_private_key", None)
        if not isinstance(key, Ed25519PrivateKey):
            raise EnvprobeError(f"{path}: not an Ed25519 key", "make one: openssl genpkey -algorithm ed25519 -out KEY.pem")
        self.key = key

    def sign(self, message: bytes) -> Signature:
        """Sign."""
        return Signature(base64.b64encode(self.key.sign(message)).decode("ascii"), fingerprint(self.key.public_key()))


class PublicKeys:
    """Public keys that are trusted, each by the name of its file."""

    def __init__(self, paths: Sequence[Path]) -> None:
        _need()
        self.keys = {path: _public(path) for path in paths}

    def knows(self, signature: Signature) -> bool:
        """Whatever is not SSH's."""
        return not signature.data.startswith(MAGIC)

    def verify(self, message: bytes, signature: Signature, moment: datetime | None) -> TrustedKey | Rejected:
        """Return file and fingerprint of the key that fits. A PEM key has no dates: `moment` changes nothing."""
        from cryptography.exceptions import InvalidSignature

        for path, key in self.keys.items():
            try:
                key.verify(signature.data, message)
            except InvalidSignature:
                continue
            return TrustedKey(path.name, fingerprint(key))
        names = ", ".join(path.name for path in self.keys)
        return Rejected(f"the Ed25519 signature by {signature.shown_key} is by none of {names}, or wrong")


def fingerprint(key: Ed25519PublicKey) -> str:
    """Return `SHA256:` and the digest of the key's SubjectPublicKeyInfo, in hexadecimal."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    return "SHA256:" + hashlib.sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest()


def _public(path: Path) -> Ed25519PublicKey:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    key = _load(path, "load_pem_public_key")
    if not isinstance(key, Ed25519PublicKey):
        raise EnvprobeError(
            f"{path}: not an Ed25519 public key",
            f"of a private one, write it: openssl pkey -in {shlex.quote(str(path))} -pubout -out {shlex.quote(f'{path}.pub')}",
        )
    return key


def _load(path: Path, function: str, *arguments: object) -> object:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives import serialization

    try:
        with path.open("rb") as stream:
            return getattr(serialization, function)(stream.read(LIMIT_BYTES), *arguments)
    except OSError as error:
        raise EnvprobeError(f"{path}: cannot be read: {error.strerror}") from error
    except TypeError:
        raise EnvprobeError(f"{path}: has a passphrase", "use an SSH key, whose passphrase ssh-agent keeps") from None
    except (ValueError, UnsupportedAlgorithm):
        raise EnvprobeError(f"{path}: not a key in PEM") from None


def _need() -> None:
    try:
        import cryptography  # noqa: F401
    except ImportError:
        raise EnvprobeError("PEM keys need the package cryptography", installing("sign")) from None
