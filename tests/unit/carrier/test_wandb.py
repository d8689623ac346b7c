from __future__ import annotations

import os
from pathlib import Path

import pytest

from envprobe.carrier import tracked_run, wandb
from envprobe.command import source
from envprobe.command.report import attach, verify
from envprobe.error import DocumentError, UsageError
from envprobe.records.published import record_of
from envprobe.records.record import SignedRecord
from envprobe.verification.verification import Status
from tests.support.run_sample import attempt, described, run

RUN = run(attempt(described(accuracy=0.9, digest="sha256:" + "1" * 64)))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An offline run's folder, as wandb leaves it."""
    place = tmp_path / "offline-run-20260131_120000-a1b2c3d4" / "files" / "envprobe"
    place.mkdir(parents=True)
    for name, data in tracked_run.held(SignedRecord(record=record_of(RUN)), RUN).files.items():
        (place / name).write_bytes(data)
    return place.parent.parent


def test_an_offline_run_is_read_without_wandb(folder: Path) -> None:
    """A reviewer gets the folder and needs nothing but envprobe."""
    assert source.load(f"wandb:{folder}") == RUN
    assert verify(f"wandb:{folder}").status is Status.INTACT


def test_an_edited_record_is_told(folder: Path) -> None:
    """The line and the numbers in the file are held against the record."""
    path = folder / "files" / "envprobe" / "record.json"
    path.write_bytes(path.read_bytes().replace(b"py:3.9.2", b"py:3.9.3"))
    assert verify(f"wandb:{folder}").status is Status.ALTERED


def test_a_run_without_a_record_carries_none(folder: Path) -> None:
    """A run that nobody gave a record says so."""
    for path in (folder / "files" / "envprobe").iterdir():
        path.unlink()
    assert verify(f"wandb:{folder}").status is Status.MISSING


def test_what_is_no_runs_folder_is_refused(tmp_path: Path) -> None:
    """The sentence says what a folder of a run is called."""
    with pytest.raises(UsageError, match="no folder of a run"):
        source.load(f"wandb:{tmp_path}")


def test_a_record_that_is_too_large_is_not_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run comes from somebody else."""
    monkeypatch.setitem(tracked_run.LIMITS_BYTES, tracked_run.RECORD, 100)
    with pytest.raises(DocumentError, match="too large for a record"):
        wandb.read(str(folder))


def test_a_pipe_in_place_of_a_record_is_not_waited_for(folder: Path) -> None:
    """A run's folder may come from anybody."""
    path = folder / "files" / "envprobe" / "record.json"
    path.unlink()
    os.mkfifo(path)
    with pytest.raises(DocumentError, match="is no file"):
        source.load(f"wandb:{folder}")


def test_a_finished_run_is_not_written_to(folder: Path) -> None:
    """wandb would never synchronise it, so that the page would go without."""
    with pytest.raises(UsageError, match="only a live run"):
        attach(RUN, f"wandb:{folder}")
