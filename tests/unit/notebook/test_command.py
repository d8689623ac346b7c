"""What is typed behind `%envprobe`, where no kernel is asked."""

from __future__ import annotations

from pathlib import Path

import click
import pytest

from envprobe.error import UsageError
from envprobe.notebook.command import NotReproduced, envprobe
from envprobe.runs import to_json
from tests.support.run_sample import seeded


def typed(*words: str) -> None:
    envprobe.main([*words], standalone_mode=False)


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two experiments of five seeds, the new one better by 0.05."""
    (tmp_path / "old.json").write_bytes(to_json(seeded([0.80, 0.82, 0.79, 0.81, 0.80])))
    (tmp_path / "new.json").write_bytes(to_json(seeded([0.85, 0.87, 0.84, 0.86, 0.85])))
    monkeypatch.chdir(tmp_path)


def test_a_claim_is_tested_in_a_cell(runs: None, capsys: pytest.CaptureFixture[str]) -> None:
    """As `envprobe check` does, and --stop ends the cell where it does not hold."""
    typed("check", "--run", "new.json", "--baseline", "old.json", "--claim", "accuracy >= +0.04")
    assert "CLAIM HOLDS" in capsys.readouterr().out
    with pytest.raises(NotReproduced, match="the claim is refuted"):
        typed("check", "--run", "new.json", "--baseline", "old.json", "--claim", "accuracy >= +0.08", "--stop")


def test_a_claim_without_a_run_is_trouble(runs: None) -> None:
    """A kernel is no experiment."""
    with pytest.raises((UsageError, click.UsageError), match="a claim is about recorded runs"):
        typed("check", "--claim", "accuracy >= +0.04")
