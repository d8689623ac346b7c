from __future__ import annotations

import json
from pathlib import Path

import click
import pytest

from envprobe import fingerprint
from envprobe.cli.attach import COMMANDS
from envprobe.error import UsageError
from tests.support.attached import RECORD, attached, bare, edited
from tests.support.sample import fingerprint as sample

ATTACH, VERIFY = COMMANDS


def run(command: click.Command, *arguments: object) -> int:
    """Run one command as cli.main does."""
    return int(command.main([str(word) for word in arguments], standalone_mode=False))


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A fingerprint's file."""
    path = tmp_path / "trainer.json"
    path.write_bytes(fingerprint.to_json(sample()))
    return path


def test_attach_prints_the_line_and_what_to_do_next(source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """stdout is the line alone, for scripts; the advice goes to stderr."""
    assert run(ATTACH, source, bare("report.md", tmp_path)) == 0
    out, err = capsys.readouterr()
    assert out.startswith("envprobe:1|py:3.9.2|tf:2.9.0|")
    assert out.count("\n") == 1
    assert "envprobe verify" in err


def test_verify_ends_with_the_status(tmp_path: Path) -> None:
    """0 intact, 1 altered, 2 no record."""
    path = attached("report.md", tmp_path)
    assert run(VERIFY, path) == 0
    assert run(VERIFY, edited(path, lambda data: data.replace(b"py:3.8.10", b"py:3.8.11"))) == 1
    assert run(VERIFY, bare("report.html", tmp_path)) == 2


def test_verify_says_everything_in_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The status first, then every reason; that nobody has signed is said."""
    run(
        VERIFY,
        edited(
            attached("report.md", tmp_path), lambda data: data.replace(b"py:3.8.10", b"py:3.8.11").replace(b"`0.18`", b"`0.17`")
        ),
    )
    out = capsys.readouterr().out
    assert out.startswith("ALTERED")
    assert "the visible line says py 3.8.11, the record 3.8.10" in out
    assert "metric loss: the report shows 0.17, the record says 0.18" in out
    assert "accuracy 0.943, loss 0.18, val_accuracy 0.931" in " ".join(out.split())
    assert "nobody who is trusted" in out
    assert f"  record    {RECORD.line}\n" in out, "the line is whole, to be copied"


def test_verify_prints_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One document with everything that the text says, the comparison in it."""
    (tmp_path / "expected.json").write_bytes(fingerprint.to_json(RECORD.fingerprint))
    assert run(VERIFY, attached("report.pdf", tmp_path), "--baseline", tmp_path / "expected.json", "--format", "json") == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["schema"], found["status"], found["signature"]) == ("envprobe.verification/1", "intact", str(RECORD.line))
    assert found["metrics"] == RECORD.metrics
    assert found["comparison"]["verdict"] == "reproduces"


def test_hostile_reports_cannot_write_on_the_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What a stranger put into a report is printed with its escapes spelled out."""
    run(
        VERIFY,
        edited(
            attached("report.md", tmp_path),
            lambda data: data.replace(b"`0.18`", b"`\x1b[2J\xe2\x80\xae`").replace(b"py:3", b"py:\x1b[1m3"),
        ),
    )
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert "\u202e" not in out


def test_a_signature_that_is_required_and_missing_ends_in_2(tmp_path: Path) -> None:
    """A script that asks for a signature cannot take its absence for a pass."""
    assert run(VERIFY, attached("report.md", tmp_path), "--require-signature") == 2


def test_an_identity_without_an_issuer_is_a_mistake(tmp_path: Path) -> None:
    """Anybody can run an issuer that vouches for any name."""
    with pytest.raises(UsageError):
        run(VERIFY, attached("report.md", tmp_path), "--sigstore-identity", "ann@example.org")
