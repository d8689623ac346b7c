"""Baselines that have to be signed: by whom, over what, from where, and what each failure tells to type."""

from __future__ import annotations

import json
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path

import fsspec
import pytest

from envprobe import cli
from envprobe.baseline import Baseline, to_json
from envprobe.fingerprint import to_json as fingerprint_json
from tests.support.repository import git
from tests.support.sample import fingerprint

CHECK = ("check", "file://me.json", "--no-benchmark", "--baseline")
FILE = Path("baselines/tf.json")


def _key(name: str) -> str:
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", name], check=True)
    return Path(f"{name}.pub").read_text().strip()


@pytest.fixture(autouse=True)
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A project that trusts ann, with a baseline; bob has a key too."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    Path("allowed").write_text(f'ann@lab namespaces="envprobe" {_key("ann")}\n')
    _key("bob")
    Path("envprobe.toml").write_text('allowed_signers = "allowed"\n')
    FILE.parent.mkdir()
    FILE.write_bytes(to_json(Baseline(name="tf", kind="recorded", fingerprint=fingerprint())))
    Path("me.json").write_bytes(fingerprint_json(fingerprint()))
    memory = fsspec.filesystem("memory")
    memory.store.clear()
    yield
    memory.store.clear()


def _refused(capsys: pytest.CaptureFixture[str], baseline: str = "tf") -> str:
    capsys.readouterr()
    assert cli.main([*CHECK, baseline]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    return err


def test_what_is_told_to_type_signs_it(capsys: pytest.CaptureFixture[str]) -> None:
    """Unsigned it is refused; the command of the hint, with a key, makes it count."""
    Path(".ssh").mkdir()
    Path(".ssh/id_ed25519").write_bytes(Path("ann").read_bytes())
    Path(".ssh/id_ed25519").chmod(0o600)
    said = _refused(capsys)
    assert "tf: nobody has signed it; allowed says whose signature counts" in said
    typed = shlex.split(said.partition("sign it: ")[2].splitlines()[0].replace("~", str(Path.cwd())))
    assert cli.main(typed[typed.index("sign") :]) == 0
    assert cli.main([*CHECK, "tf"]) == 0
    assert cli.main(["lint"]) == 0


def test_who_is_not_trusted_signs_for_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    """One signature that counts is enough; any other is none."""
    assert cli.main(["sign", "tf", "--sign-ssh", "bob"]) == 0
    assert "is not an allowed signer" in _refused(capsys)
    assert cli.main(["sign", "tf", "--sign-ssh", "ann"]) == 0
    assert cli.main([*CHECK, "tf"]) == 0


@pytest.mark.parametrize("change", ["waiver", "policy", "name", "fact"])
def test_what_was_changed_after_it_was_signed_is_refused(change: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The signature covers all that the baseline says."""
    assert cli.main(["sign", "tf", "--sign-ssh", "ann"]) == 0
    value = json.loads(FILE.read_bytes())
    if change == "waiver":
        value["waivers"] = [{"path": "packages.*", "owner": "eve", "reason": "none", "expires": "2999-01-01"}]
    elif change == "policy":
        value["policy"] = {"packages.*": "ignore"}
    elif change == "name":
        value["name"] = "other"
    else:
        value["fingerprint"] = json.loads(fingerprint_json(fingerprint({"packages.numpy.version": "9"})))
    FILE.write_text(json.dumps(value))
    assert "it was changed after it was signed" in _refused(capsys)


def test_a_document_of_another_kind_does_not_stand_in(capsys: pytest.CaptureFixture[str]) -> None:
    """Who may write the file and not sign it puts nothing there that counts, be it a fingerprint or a damaged signature."""
    FILE.write_bytes(fingerprint_json(fingerprint()))
    assert "is no baseline" in _refused(capsys)
    value = json.loads(to_json(Baseline(name="tf", kind="recorded", fingerprint=fingerprint())))
    for envelope in ({}, {"payloadType": "application/vnd.in-toto+json", "payload": "e30=", "signatures": []}):
        FILE.write_text(json.dumps({**value, "signatures": [envelope]}))
        assert "a signature is damaged" in _refused(capsys)
    FILE.write_text(json.dumps({**value, "signatures": [{}] * 100}))
    assert "signatures: 100, more than 16" in _refused(capsys)


def test_a_new_recording_has_to_be_signed_again(capsys: pytest.CaptureFixture[str]) -> None:
    """What a signer did not see has no signature of theirs."""
    assert cli.main(["sign", "tf", "--sign-ssh", "ann"]) == 0
    assert cli.main(["record", "file://me.json", "--name", "tf", "--update", "--no-benchmark"]) == 0
    assert "nobody has signed it" in _refused(capsys)


def test_what_a_team_shares_is_judged_alike(capsys: pytest.CaptureFixture[str]) -> None:
    """By URL, from whatever store: refused unsigned, signed where it lies."""
    url = "memory://lab/tf.json"
    assert cli.main(["record", "file://me.json", "--output", url, "--no-benchmark"]) == 0
    assert f"sign {url} --sign-ssh" in _refused(capsys, url)
    assert cli.main(["sign", url, "--sign-ssh", "ann"]) == 0
    assert cli.main([*CHECK, url]) == 0


def test_a_shipped_baseline_counts_as_it_is() -> None:
    """It came with the program that checks it; and where no signers are named, every baseline does."""
    assert cli.main([*CHECK, "tensorflow-2.9.0"]) == 1
    Path("envprobe.toml").write_text("")
    assert cli.main([*CHECK, "tf"]) == 0


def test_a_fleet_and_a_report_ask_for_it_too(capsys: pytest.CaptureFixture[str]) -> None:
    """Wherever something is held against a baseline."""
    Path("fleet").mkdir()
    Path("fleet/a.json").write_bytes(Path("me.json").read_bytes())
    Path("report.md").write_text("# r\n")
    assert cli.main(["attach", "me.json", "report.md"]) == 0
    for command in (["fleet", "check", "--on", "file:fleet", "--no-benchmark"], ["verify", "report.md"]):
        capsys.readouterr()
        assert cli.main([*command, "--baseline", "tf"]) == 2
        assert "nobody has signed it" in capsys.readouterr().err
    assert cli.main(["diff", "tf", "me.json", "--no-benchmark"]) == 0


def test_the_signers_of_a_revision_count_where_its_policy_does(capsys: pytest.CaptureFixture[str]) -> None:
    """A pull request that adds its own key to the file of signers is not trusted for that."""
    here = Path.cwd()
    git(here, "init", "--quiet", "--initial-branch", "main")
    git(here, "add", "allowed", "envprobe.toml", "baselines")
    git(here, "commit", "--quiet", "--message", "begin")
    with Path("allowed").open("a") as stream:
        stream.write(f'bob@lab namespaces="envprobe" {Path("bob.pub").read_text()}')
    assert cli.main(["sign", "tf", "--sign-ssh", "bob"]) == 0
    assert cli.main([*CHECK, "tf"]) == 0
    git(here, "add", "baselines")
    git(here, "commit", "--quiet", "--message", "sign")
    capsys.readouterr()
    assert cli.main([*CHECK, "tf", "--policy-from", "HEAD"]) == 2
    assert "is not an allowed signer" in capsys.readouterr().err
