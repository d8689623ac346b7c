from __future__ import annotations

from pathlib import Path

import pytest

from envprobe.command.report import attach, verify
from envprobe.output.readers import event
from envprobe.verification.verification import Status
from tests.support.attached import RECORD, attached, bare, edited


def test_the_record_is_an_event_like_the_others(tmp_path: Path) -> None:
    """Whoever reads the file finds the scalars as before, and two texts more: one to show, one to verify."""
    before = event.read_events(bare("report.tfevents", tmp_path))
    after = event.read_events(attached("report.tfevents", tmp_path))
    assert {tag: values for tag, values in after.items() if not tag.startswith("envprobe")} == before
    assert sorted(after) == ["accuracy", "envprobe", "envprobe/record"]


def test_a_record_between_events_is_replaced_in_its_place(tmp_path: Path) -> None:
    """Training went on after the record was attached: attaching again touches nothing of that."""
    path = attached("report.tfevents", tmp_path)
    once = path.read_bytes()
    more = once + bare("report.tfevents", tmp_path).read_bytes()
    path.write_bytes(more)
    attach(RECORD, path)
    assert path.read_bytes() == more
    assert verify(path).status is Status.INTACT


@pytest.mark.parametrize("keep", [5, 14, -1])
def test_a_file_that_was_cut_off_is_refused(keep: int, tmp_path: Path) -> None:
    """TensorBoard stops reading at a broken event, so nothing may be put behind one."""
    path = edited(attached("report.tfevents", tmp_path), lambda data: data[:keep])
    found = verify(path)
    assert found.status is Status.REFUSED
    assert "cut off" in found.reasons[0]


def test_two_records_are_refused(tmp_path: Path) -> None:
    """Files that were joined carry both records."""
    path = edited(attached("report.tfevents", tmp_path), lambda data: data + data)
    assert verify(path).status is Status.REFUSED
