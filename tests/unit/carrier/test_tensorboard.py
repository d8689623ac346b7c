from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from envprobe.carrier import tensorboard
from envprobe.command import source
from envprobe.command.report import attach, verify
from envprobe.error import StoreError, UsageError
from envprobe.output.readers import event
from envprobe.verification.verification import Status
from tests.support.attached import PREDICTIONS, RECORD, REPORTS, edited


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    """A folder of logs as a program leaves it."""
    folder = tmp_path / "logs"
    (folder / "train").mkdir(parents=True)
    shutil.copy(REPORTS / "bare" / "report.tfevents", folder / "train" / "events.out.tfevents.1700000000.host.1.0.v2")
    return folder


def test_a_folder_of_logs_carries_a_record(logs: Path) -> None:
    """The program's own files stay as they are, and a second time changes nothing."""
    before = {path: path.read_bytes() for path in logs.rglob("*tfevents*")}
    assert attach(RECORD, logs).place == str(logs)
    written = tensorboard.place_in(logs).read_bytes()
    assert attach(RECORD, logs).replaced
    assert {path: path.read_bytes() for path in before} == before
    assert tensorboard.place_in(logs).read_bytes() == written
    assert verify(logs).status is Status.INTACT
    assert source.load(logs) == RECORD.fingerprint


def test_the_record_is_as_old_as_the_logs(logs: Path) -> None:
    """TensorBoard shows a text by its time: the training's, not that of the attaching, so that twice is the same."""
    attach(RECORD, logs)
    own = next(logs.glob("train/*")).read_bytes()
    assert tensorboard.place_in(logs).read_bytes()[12:21] == own[12:21]
    assert sorted(event.read_events(tensorboard.place_in(logs))) == ["envprobe", "envprobe/record"]


def test_outputs_are_looked_for_in_the_folder(logs: Path) -> None:
    """Not in the folder below it, where the record is."""
    attach(RECORD, logs)
    (logs / "predictions.csv").write_bytes(PREDICTIONS)
    assert verify(logs).checked_outputs == 1


def test_an_altered_record_is_told(logs: Path) -> None:
    """As in any report."""
    attach(RECORD, logs)
    edited(tensorboard.place_in(logs), lambda data: data.replace(b"py:3.8.10", b"py:3.8.11"))
    assert verify(logs).status is Status.ALTERED


def test_a_folder_without_a_record(logs: Path) -> None:
    """Nothing is written by looking, and a folder is no baseline."""
    assert verify(logs).status is Status.MISSING
    assert not tensorboard.place_in(logs).exists()
    with pytest.raises(StoreError):
        source.load(logs)


def test_a_folder_without_logs_is_refused(tmp_path: Path) -> None:
    """A slip of the path does not start a folder of logs."""
    with pytest.raises(UsageError, match="no TensorBoard event files"):
        attach(RECORD, tmp_path)


def test_a_folder_is_not_copied(logs: Path, tmp_path: Path) -> None:
    """--output names a file."""
    with pytest.raises(UsageError, match="not copied"):
        attach(RECORD, logs, output=tmp_path / "copy")
