"""Signing and verifying with OpenSSH's own ssh-keygen, and with openssl's keys."""

from __future__ import annotations

import base64
import os
import re
import shutil
import signal
import subprocess
import sys
from datetime import datetime, timezone
from pathlib import Path

import msgspec
import pytest

from envprobe.carrier import open_carrier
from envprobe.command.recorded import signed_in
from envprobe.command.report import attach, verify
from envprobe.config import Config
from envprobe.error import EnvprobeError
from envprobe.records.record import SignedRecord
from envprobe.signing.dsse import Envelope, Signature, pae
from envprobe.signing.pem import PemKey, PublicKeys
from envprobe.signing.ssh import AllowedSigners, SshKey
from envprobe.verification.authenticity import Trust
from envprobe.verification.verification import Status, Verification
from tests.support.attached import RECORD, attached, bare, edited, forge
from tests.support.engine import missing

pytestmark = pytest.mark.real
SIGNED = datetime(2024, 6, 1, 12, tzinfo=timezone.utc)


@pytest.fixture(autouse=True)
def openssh() -> None:
    """These tests need OpenSSH's client programs."""
    if shutil.which("ssh-keygen") is None:
        missing("ssh-keygen is not installed: apt-get install openssh-client")


def make_key(folder: Path, name: str, kind: str = "ed25519") -> Path:
    """Make a key pair without a passphrase."""
    subprocess.run(["ssh-keygen", "-q", "-t", kind, "-N", "", "-C", name, "-f", folder / name], check=True, capture_output=True)
    return folder / name


def allow(folder: Path, *entries: tuple[str, Path], options: str = "") -> Trust:
    """Write an allowed-signers file and return the trust in it."""
    lines = [f"{name} {options} {key.with_suffix('.pub').read_text()}" for name, key in entries]
    (folder / "allowed_signers").write_text("".join(lines))
    return Trust(verifiers=[AllowedSigners(folder / "allowed_signers")])


def signed(folder: Path, *keys: Path) -> Path:
    """Return a report that these keys have signed."""
    path = bare("report.md", folder)
    for key in keys:
        attach(RECORD, path, signer=SshKey(key), now=SIGNED)
    return path


def refused(found: Verification, word: str) -> None:
    """Insist that nobody can take a result for a pass, and that it says why."""
    assert (found.status, found.exit_status, found.signers) == (Status.REFUSED, 2, [])
    assert word in "; ".join(found.reasons)


@pytest.mark.parametrize("kind", ["ed25519", "ecdsa", "rsa"])
def test_an_ssh_key_signs_and_is_recognised(kind: str, tmp_path: Path) -> None:
    """Any kind of SSH key signs a report, and the allowed-signers file gives it a name."""
    key = make_key(tmp_path, "ann", kind)
    found = verify(signed(tmp_path, key), trust=allow(tmp_path, ("ann@example.org", key)))
    assert found.status is Status.INTACT
    listed = subprocess.run(["ssh-keygen", "-l", "-f", key], check=True, capture_output=True, text=True).stdout
    assert [(signer.name, signer.key) for signer in found.signers] == [("ann@example.org", listed.split()[1])]


def test_a_key_in_the_agent_signs_by_its_public_half(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A team keeps private keys in ssh-agent, where no file is to be had."""
    key = make_key(tmp_path, "ann")
    started = subprocess.run(["ssh-agent", "-s", "-a", tmp_path / "agent"], check=True, capture_output=True, text=True).stdout
    try:
        monkeypatch.setenv("SSH_AUTH_SOCK", str(tmp_path / "agent"))
        subprocess.run(["ssh-add", "-q", key], check=True, capture_output=True)
        key.unlink()
        assert verify(signed(tmp_path, key.with_suffix(".pub")), trust=allow(tmp_path, ("ann", key))).status is Status.INTACT
    finally:
        os.kill(int(re.findall(r"SSH_AGENT_PID=([0-9]+)", started)[0]), signal.SIGTERM)


def test_a_key_with_a_namespace_signs_only_for_it(tmp_path: Path) -> None:
    """A key that is allowed for git's commits is not allowed for reports."""
    key = make_key(tmp_path, "ann")
    path = signed(tmp_path, key)
    assert verify(path, trust=allow(tmp_path, ("ann", key), options='namespaces="envprobe"')).status is Status.INTACT
    refused(verify(path, trust=allow(tmp_path, ("ann", key), options='namespaces="git"')), "namespace")


def test_a_stranger_is_refused(tmp_path: Path) -> None:
    """A good signature by a key that the file does not list."""
    ann, eve = make_key(tmp_path, "ann"), make_key(tmp_path, "eve")
    refused(verify(signed(tmp_path, eve), trust=allow(tmp_path, ("ann", ann))), "not an allowed signer")


def test_an_empty_file_allows_nobody(tmp_path: Path) -> None:
    """No line, no signer."""
    refused(verify(signed(tmp_path, make_key(tmp_path, "ann")), trust=allow(tmp_path)), "not an allowed signer")


def test_an_expired_key_is_refused(tmp_path: Path) -> None:
    """valid-before is over: refused with the date, unless the time of signing is to count."""
    key = make_key(tmp_path, "ann")
    path, trust = signed(tmp_path, key), allow(tmp_path, ("ann", key), options='valid-before="20250101"')
    refused(verify(path, trust=trust), "expired")
    found = verify(path, trust=msgspec.structs.replace(trust, at_signing=True))
    assert (found.status, found.signers[0].signed) == (Status.INTACT, "2024-06-01T12:00:00Z")


def test_a_key_that_was_not_valid_when_it_signed_is_refused(tmp_path: Path) -> None:
    """valid-after lies behind the time that the signer states."""
    key = make_key(tmp_path, "ann")
    path, trust = signed(tmp_path, key), allow(tmp_path, ("ann", key), options='valid-after="20250101"')
    refused(verify(path, trust=msgspec.structs.replace(trust, at_signing=True)), "not yet valid")


def test_a_project_settles_whose_signatures_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`allowed_signers` in the configuration is enough for --require-signature; who names others on the line means those."""
    ann, eve = make_key(tmp_path, "ann"), make_key(tmp_path, "eve")
    allow(tmp_path, ("ann@example.org", ann))
    (tmp_path / "envprobe.toml").write_text('allowed_signers = "allowed_signers"')
    monkeypatch.chdir(tmp_path)
    found = verify(signed(tmp_path, ann), require_signature=True)
    assert (found.status, [signer.name for signer in found.signers]) == (Status.INTACT, ["ann@example.org"])
    refused(verify(signed(tmp_path, eve)), "not an allowed signer")
    refused(verify(signed(tmp_path, ann), trust=allow(tmp_path, ("eve", eve))), "not an allowed signer")


def test_a_settled_signer_does_not_make_every_report_signed(tmp_path: Path) -> None:
    """A report that nobody signed is intact as before, unless a signature is required."""
    allow(tmp_path, ("ann", make_key(tmp_path, "ann")))
    config = Config(allowed_signers=tmp_path / "allowed_signers")
    attach(RECORD, bare("report.md", tmp_path))
    assert verify(tmp_path / "report.md", config=config).status is Status.INTACT
    refused(verify(tmp_path / "report.md", config=config, require_signature=True), "not signed")


@pytest.mark.parametrize("place", range(0, 1000, 97))
def test_a_wrong_signature_is_refused(place: int, tmp_path: Path) -> None:
    """Any part of the signature or of the statement changed: a trusted name is never given."""
    key = make_key(tmp_path, "ann")
    attachment = signed_in(open_carrier(signed(tmp_path, key)))
    envelope = attachment.envelopes[0]
    body, mark = bytearray(envelope.body()), bytearray(envelope.signatures[0].data)
    target = body if place % 2 else mark
    target[place % len(target)] ^= 1
    forged = Envelope.of(envelope.payload_type, bytes(body), [Signature(base64.b64encode(mark).decode())])
    path = bare("report.md", tmp_path)
    forge(path, msgspec.structs.replace(attachment, envelopes=[forged]))
    found = verify(path, trust=allow(tmp_path, ("ann", key)))
    assert (found.status, found.signers) == (Status.REFUSED, [])


def test_a_signature_for_another_namespace_is_refused(tmp_path: Path) -> None:
    """A signature that the same key made for git cannot be shown as one over a report."""
    key = make_key(tmp_path, "ann")
    envelope = signed_in(open_carrier(signed(tmp_path, key))).envelopes[0]
    message = tmp_path / "message"
    message.write_bytes(pae(envelope.payload_type, envelope.body()))
    subprocess.run(["ssh-keygen", "-Y", "sign", "-q", "-n", "git", "-f", key, message], check=True, capture_output=True)
    armor = (tmp_path / "message.sig").read_text().splitlines()[1:-1]
    forged = Envelope.of(envelope.payload_type, envelope.body(), [Signature("".join(armor))])
    path = bare("report.md", tmp_path)
    forge(path, SignedRecord(record=RECORD, envelopes=[forged]))
    refused(verify(path, trust=allow(tmp_path, ("ann", key))), "wrong")


def test_author_and_reviewer_sign_with_keys_of_different_kinds(tmp_path: Path) -> None:
    """An SSH key and an openssl key over the same record, each recognised by its own keyring."""
    key = make_key(tmp_path, "ann")
    private, public = tmp_path / "ben.pem", tmp_path / "ben.pub.pem"
    subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", private], check=True, capture_output=True)
    subprocess.run(["openssl", "pkey", "-in", private, "-pubout", "-out", public], check=True, capture_output=True)
    path = signed(tmp_path, key)
    attach(path, path, signer=PemKey(private))
    trust = allow(tmp_path, ("ann", key))
    found = verify(path, trust=msgspec.structs.replace(trust, verifiers=[*trust.verifiers, PublicKeys([public])]))
    assert [signer.name for signer in found.signers] == ["ann", "ben.pub.pem"]
    found = verify(path, trust=Trust(verifiers=[PublicKeys([public])]))
    assert [signer.name for signer in found.signers] == ["ben.pub.pem"]


def test_a_file_that_is_no_key_cannot_sign(tmp_path: Path) -> None:
    """The report stays as it was, and ssh-keygen's complaint is told."""
    path = attached("report.md", tmp_path)
    before = path.read_bytes()
    (tmp_path / "key").write_text("no key")
    with pytest.raises(EnvprobeError, match="could not sign"):
        attach(RECORD, path, signer=SshKey(tmp_path / "key"))
    assert path.read_bytes() == before


def test_a_missing_allowed_signers_file_is_trouble(tmp_path: Path) -> None:
    """A mistyped path must not be a file that allows nobody, nor one that allows anybody."""
    with pytest.raises(EnvprobeError, match="no such allowed-signers file"):
        AllowedSigners(tmp_path / "none")


def test_an_experiment_s_report_from_run_to_verify(tmp_path: Path) -> None:
    """What a team types: run, attach, verify against the run; then somebody rounds a result up."""
    name = "report.md"
    path = bare(name, tmp_path)
    program = "import json; json.dump({'accuracy': 0.943}, open('metrics.json', 'w'))"
    (tmp_path / "train.py").write_text(program)

    def envprobe(*arguments: str) -> int:
        return subprocess.run([sys.executable, "-m", "envprobe", *arguments], cwd=tmp_path, capture_output=True).returncode

    quick = ("--no-benchmark", "--no-integrity")
    assert envprobe("run", *quick, "--outputs", "metrics.json", "--output", "run.json", "--", sys.executable, "train.py") == 0
    assert envprobe("attach", "run.json", name) == 0
    assert envprobe("verify", name, "--outputs", ".") == 0
    assert envprobe("verify", name, "--require-signature") == 2
    (tmp_path / "metrics.json").write_text((tmp_path / "metrics.json").read_text().replace("0.943", "0.953"))
    assert envprobe("verify", name) == 1
    (tmp_path / "metrics.json").unlink()
    assert envprobe("verify", name) == 0
    edited(path, lambda data: data.replace(b"`0.943`", b"`0.953`"))
    assert envprobe("verify", name) == 1
