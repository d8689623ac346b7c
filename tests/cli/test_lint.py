"""`envprobe lint`: argv to exit status."""

from __future__ import annotations

from pathlib import Path

import pytest

from envprobe import cli
from tests.support.repository import SETTINGS, make_repository

WAIVER = '[[waivers]]\npath = "gpu.*"\nowner = "ana"\nreason = "r"\nexpires = "{}"\n'


@pytest.fixture(autouse=True)
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with one baseline and its configuration."""
    make_repository(tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_nothing_wrong(capsys: pytest.CaptureFixture[str]) -> None:
    """Status 0, and how many files were looked at: silence could be a folder that was not found."""
    assert cli.main(["lint"]) == 0
    assert capsys.readouterr().out == "2 files: nothing wrong\n"


def test_a_fault_fails_and_a_warning_with_strict(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file and what is wrong with it on one line; 1 for a fault, 0 for a warning, 1 for it with --strict."""
    (repository / "baselines" / "tensorflow-2.9.0.json").write_bytes((repository / "baselines" / "tf.json").read_bytes())
    assert cli.main(["lint", "baselines/tensorflow-2.9.0.json"]) == 1
    assert "baselines/tensorflow-2.9.0.json: name: says 'tf'" in capsys.readouterr().out
    text = (repository / "baselines" / "tf.json").read_text().replace('"name": "tf"', '"name": "tensorflow-2.9.0"')
    (repository / "baselines" / "tensorflow-2.9.0.json").write_text(text)
    assert cli.main(["lint"]) == 0
    assert "warning: a baseline that envprobe ships has the same name" in capsys.readouterr().out
    assert cli.main(["lint", "--strict"]) == 1


def test_an_expired_waiver_fails(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever commits next hears of it, not whoever checks before the next review."""
    (repository / "envprobe.toml").write_text(SETTINGS + WAIVER.format("2001-01-01"))
    assert cli.main(["lint"]) == 1
    assert "envprobe.toml: waivers[0]: gpu.* (ana): expired on 2001-01-01" in capsys.readouterr().out


def test_what_cannot_be_read_is_2(capsys: pytest.CaptureFixture[str]) -> None:
    """Nobody looked, so nobody can say that it is right or wrong."""
    assert cli.main(["lint", "gone.json"]) == 2
    assert capsys.readouterr().out.startswith("gone.json: trouble: cannot be read: ")
    assert cli.main(["lint", "drifted.txt"]) == 2


def test_names_of_files_are_safe_to_print(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file's name and a text in it may hold terminal escapes."""
    (repository / "baselines" / "\x1b[2J.json").write_text('{"\x1b[31m": 1}')
    assert cli.main(["lint"]) == 1
    assert "\x1b" not in capsys.readouterr().out


def test_no_file_at_all(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A folder without baselines is said to have none."""
    monkeypatch.chdir(tmp_path_factory.mktemp("empty"))
    assert cli.main(["lint"]) == 0
    assert capsys.readouterr().out == "no file: nothing wrong\n"
