"""Baselines that somebody signed: where the configuration names signers, only what one of them signed stands as a baseline."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from pathlib import Path

import msgspec

from .. import document, signing, store
from ..baseline import SIGNATURES_LIMIT, Baseline, signed_digest, to_json
from ..config import Config, load_config
from ..error import DocumentError, StoreError, UsageError
from ..installation import calling
from ..signing import Rejected, Signer, VerifiedSignature, statement
from ..signing.dsse import Envelope
from ..signing.ssh import LIMIT_BYTES, AllowedSigners

KEYS = ("id_ed25519", "id_ecdsa", "id_rsa")
"""What ssh-keygen calls a key that nobody named."""


def sign_baseline(
    named: str | Path, signer: Signer, *, config: Config | None = None, now: datetime | None = None
) -> tuple[Path, Baseline]:
    """Sign a baseline where it lies: by name, file or URL. Returns where that is, and what lies there now.

    Earlier signatures of the very same content stay. Raises StoreError, DocumentError, and EnvprobeError where the key cannot
    be used; then nothing was changed.
    """
    config = config or load_config(Path.cwd())
    path = store.find(str(named), config.baselines_folder)
    if path.parent == store.shipped() != config.baselines_folder:
        raise UsageError(f"{named}: came with envprobe, and counts as it is", "sign a baseline of your own")
    there = store.load(str(path), config.baselines_folder)
    digest = signed_digest(there)
    words = f"envprobe baseline {there.name} {there.id}"
    new = signing.sign(digest, words, signer, now or datetime.now(timezone.utc))
    earlier = [one for one in there.signatures if _subject(one) == digest]
    made = msgspec.structs.replace(there, signatures=[*earlier, msgspec.to_builtins(new)][-SIGNATURES_LIMIT:])
    store.save(path, to_json(made), replace=True)
    return path, made


def require_signed(found: object, path: Path, where: str, config: Config) -> None:
    """Raise DocumentError, with what signs it, where a baseline is not signed by one of those whom the configuration names."""
    if config.allowed_signers is None or path.parent == store.shipped():
        return
    if not isinstance(found, Baseline):
        hint = f"record one and sign it; any two documents are compared by {calling()} diff"
        raise DocumentError(f"{where}: is no baseline, and allowed_signers asks for one that is signed", hint)
    with _allowed(config) as verifier:
        reasons = [_worth(one, found, verifier) for one in found.signatures]
    if not any(isinstance(reason, VerifiedSignature) for reason in reasons):
        words = "; ".join(reason.reason for reason in reasons if isinstance(reason, Rejected)) or "nobody has signed it"
        hint = f"look at what it says, then sign it: {calling()} sign {where} --sign-ssh {_own_key()}"
        raise DocumentError(f"{where}: {words}; {config.allowed_signers.name} says whose signature counts", hint)


def _worth(value: dict[str, object], baseline: Baseline, verifier: AllowedSigners) -> VerifiedSignature | Rejected:
    try:
        envelope = document.convert(value, Envelope, "signature")
        (found, *others) = signing.verify(signed_digest(baseline), envelope, [verifier])
    except (DocumentError, ValueError):
        return Rejected("a signature is damaged")
    if others:
        return Rejected("a signature is several at once")
    if isinstance(found, Rejected) and found.altered:
        return Rejected("it was changed after it was signed", altered=True)
    return found


def _subject(value: dict[str, object]) -> str:
    """Return the digest that an envelope is about; empty where it is damaged."""
    try:
        return statement.read(document.convert(value, Envelope, "signature").body(), "signature").record_digest
    except DocumentError:
        return ""


@contextmanager
def _allowed(config: Config) -> Iterator[AllowedSigners]:
    """Give the signers of the configuration: those of its revision, where it is read from one."""
    path, revision = config.allowed_signers, config.revision
    assert path is not None  # noqa: S101 - who calls has looked
    if revision is None or not revision.holds(path):
        yield AllowedSigners(path)
        return
    data = revision.read(path, LIMIT_BYTES)
    if data is None:
        raise StoreError(f"{path}: no such file in {revision}", store.NOT_THERE_YET)
    with tempfile.NamedTemporaryFile(prefix="envprobe-", suffix=".signers") as stream:
        stream.write(data)
        stream.flush()
        yield AllowedSigners(Path(stream.name))


def _own_key() -> str:
    """Return the key that whoever reads this most likely signs with."""
    folder = Path.home() / ".ssh"
    return next((f"~/.ssh/{name}" for name in KEYS if (folder / name).is_file()), "KEY")
