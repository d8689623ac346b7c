"""Sigstore: a signature by an identity instead of a key, through `sigstore` (the extra of that name).

Signing needs a network (Fulcio, Rekor) and an identity: an ambient one in CI, else a browser. Verifying is offline: the bundle
carries certificate and log entry, and the library its root of trust. Verifying is tested on a signature of the public services;
signing is not run where this project is tested: there is no network.
"""

from __future__ import annotations

import json
import logging

from ..error import EnvprobeError
from ..fact import canonical
from ..installation import installing
from .statement import PAYLOAD_TYPE
from .verifier import Rejected, TrustedKey


def sign(body: bytes) -> dict[str, object]:
    """Sign a statement as whoever logs in; return the bundle. Raises EnvprobeError."""
    _need()
    from sigstore.dsse import Statement
    from sigstore.models import ClientTrustConfig
    from sigstore.oidc import IdentityToken, Issuer, detect_credential
    from sigstore.sign import SigningContext

    try:
        trust = ClientTrustConfig.production()
        ambient = detect_credential()
        token = IdentityToken(ambient) if ambient else Issuer(trust.signing_config.get_oidc_url()).identity_token()
        with SigningContext.from_trust_config(trust).signer(token) as signer:
            bundle: dict[str, object] = json.loads(signer.sign_dsse(Statement(body)).to_json())
            return bundle
    except Exception as error:  # network, login and service each raise their own
        raise EnvprobeError(
            f"Sigstore did not sign: {type(error).__name__}: {error}",
            "it needs a network and a login; an SSH key needs neither: --sign-ssh KEY",
        ) from error


class SigstoreIdentity:
    """One identity that is trusted, as its issuer vouches for it: `ann@example.org` by `https://accounts.google.com`."""

    def __init__(self, identity: str, issuer: str) -> None:
        _need()
        self.identity, self.issuer = identity, issuer

    def verify(self, bundle: dict[str, object]) -> tuple[TrustedKey, bytes] | Rejected:
        """Return the identity with its issuer and what it signed, or what the library has against the bundle."""
        from sigstore.models import Bundle
        from sigstore.verify import Verifier
        from sigstore.verify.policy import Identity

        try:
            verifier = Verifier.production(offline=True)
            trusted = Identity(identity=self.identity, issuer=self.issuer)
            kind, body = verifier.verify_dsse(Bundle.from_json(canonical(bundle)), trusted)
        except Exception as error:  # noqa: BLE001 - certificates and log entries of strangers raise what four libraries raise
            complaint = " ".join(str(error).split())[:200]
            return Rejected(f"the Sigstore signature is not by {self.identity}, or wrong: {complaint}")
        return (TrustedKey(self.identity, self.issuer), body) if kind == PAYLOAD_TYPE else Rejected(f"signs a {ascii(kind)[:80]}")


def _need() -> None:
    try:
        import sigstore  # noqa: F401
    except ImportError:
        raise EnvprobeError("Sigstore signatures need the package sigstore", installing("sigstore")) from None
    log = logging.getLogger("sigstore")
    if not log.handlers:
        log.addHandler(logging.NullHandler())  # it warns on stderr of being offline, which is what was asked for
