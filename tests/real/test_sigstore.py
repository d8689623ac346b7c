"""Sigstore's own library, offline, on a signature that its public services made. Only verifying: signing needs a network."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import engine

pytestmark = pytest.mark.real

SIGSTORE = ("sigstore==4.5.1",)
PUBLISHED = Path(__file__).parents[1] / "data" / "sigstore" / "published.json"
WORKFLOW = "https://github.com/trailofbits/pypi-attestation-models/.github/workflows/release.yml@refs/tags/v0.0.4a2"
GITHUB = "https://token.actions.githubusercontent.com"
VERIFY = """
import json, sys
from envprobe.signing.sigstore import SigstoreIdentity
identity, issuer, bundle = sys.argv[1:]
found = SigstoreIdentity(identity, issuer).verify(json.loads(bundle))
print(json.dumps([*found[0], found[1].decode()] if isinstance(found, tuple) else found.reason))
"""


def verify(bundle: dict[str, object], folder: Path, identity: str = WORKFLOW, issuer: str = GITHUB) -> list[str] | str:
    """Return what envprobe makes of a bundle in a process that has the library, and a home without any cache of it."""
    path = os.pathsep.join([str(engine.library_folder(*SIGSTORE)), str(Path(__file__).parents[2])])
    environment = {
        **os.environ,
        "PYTHONPATH": path,
        "HOME": str(folder),
        "XDG_DATA_HOME": str(folder),
        "XDG_CACHE_HOME": str(folder),
    }
    command = [sys.executable, "-W", "ignore", "-c", VERIFY, identity, issuer, json.dumps(bundle)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=200)
    assert (done.returncode, done.stderr) == (0, "")
    found: list[str] | str = json.loads(done.stdout)
    return found


def test_a_published_signature_is_verified(tmp_path: Path) -> None:
    """The certificate, the log entry and the statement that a release workflow signed, with the root that the library ships."""
    identity, issuer, statement = verify(json.loads(PUBLISHED.read_text()), tmp_path)
    assert (identity, issuer) == (WORKFLOW, GITHUB)
    assert json.loads(statement)["subject"][0]["name"] == "pypi_attestation_models-0.0.4a2.tar.gz"


@pytest.mark.parametrize(
    "identity, issuer", [(WORKFLOW.replace("v0.0.4a2", "v0.0.5"), GITHUB), (WORKFLOW, "https://accounts.google.com")]
)
def test_somebody_else_is_not_verified(identity: str, issuer: str, tmp_path: Path) -> None:
    """A good signature by an identity, or through an issuer, that nobody trusts."""
    assert "is not by" in verify(json.loads(PUBLISHED.read_text()), tmp_path, identity, issuer)


@pytest.mark.parametrize("part", ["payload", "sig", "rawBytes", "canonicalizedBody", "signedEntryTimestamp"])
def test_a_bundle_with_one_byte_changed_is_not_verified(part: str, tmp_path: Path) -> None:
    """The statement, the signature, the certificate and what the log vouches for are each covered."""
    text = PUBLISHED.read_text()
    start = text.index(f'"{part}"') + len(part) + 30
    changed = text[:start] + ("A" if text[start] != "A" else "B") + text[start + 1 :]
    assert isinstance(verify(json.loads(changed), tmp_path), str)
