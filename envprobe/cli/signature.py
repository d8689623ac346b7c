"""Options about signatures: with what to sign, and whom to trust."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..error import UsageError
from .option import FILE, Command, together

if TYPE_CHECKING:
    from ..signing import Signer, Verifier
    from ..verification.authenticity import Trust


def signing(command: Command) -> Command:
    """Add the keys to sign with, as `signer`."""
    return together(
        "signer",
        _signer,
        click.option("--sign-ssh", type=FILE, metavar="KEY", help="Sign with an SSH key, or the .pub of one in ssh-agent."),
        click.option("--sign-pem", type=FILE, metavar="KEY", help="Sign with an Ed25519 private key in PEM."),
    )(command)


def trusting(command: Command) -> Command:
    """Add whose signatures count, as `trust`."""
    return together(
        "trust",
        _trust,
        click.option(
            "--allowed-signers",
            type=FILE,
            metavar="FILE",
            help="Trust these SSH keys, not the configuration's; implies --require-signature.",
        ),
        click.option(
            "--public-key",
            "public_keys",
            type=FILE,
            multiple=True,
            metavar="FILE",
            help="Trust this Ed25519 key in PEM; implies --require-signature.",
        ),
        click.option("--sigstore-identity", metavar="NAME", help="Trust this identity; implies --require-signature."),
        click.option("--sigstore-issuer", metavar="URL", help="Who vouches for the identity."),
        click.option(
            "--at-signing-time",
            is_flag=True,
            help="Accept a key that has expired since, if it was valid when the signer says to have signed.",
        ),
    )(command)


def _signer(sign_ssh: Path | None, sign_pem: Path | None) -> Signer | None:
    from ..signing.pem import PemKey
    from ..signing.ssh import SshKey

    if sign_ssh and sign_pem:
        raise UsageError("two keys at once", "sign with one, then attach the report's own record again with the other")
    if sign_ssh:
        return SshKey(sign_ssh)
    return PemKey(sign_pem) if sign_pem else None


def _trust(
    allowed_signers: Path | None,
    public_keys: tuple[Path, ...],
    sigstore_identity: str | None,
    sigstore_issuer: str | None,
    at_signing_time: bool,
) -> Trust:
    from ..signing.pem import PublicKeys
    from ..signing.sigstore import SigstoreIdentity
    from ..signing.ssh import AllowedSigners
    from ..verification.authenticity import Trust

    verifiers: list[Verifier] = []
    if allowed_signers:
        verifiers.append(AllowedSigners(allowed_signers))
    if public_keys:
        verifiers.append(PublicKeys(public_keys))
    if bool(sigstore_identity) != bool(sigstore_issuer):
        raise UsageError("an identity is only as good as its issuer", "give --sigstore-identity and --sigstore-issuer")
    identities = SigstoreIdentity(sigstore_identity, sigstore_issuer) if sigstore_identity and sigstore_issuer else None
    return Trust(verifiers=verifiers, identities=identities, at_signing=at_signing_time)
