from __future__ import annotations

import msgspec
import pytest

from envprobe import runs
from envprobe.carrier import tracked, tracker
from envprobe.carrier.tracker import Entry
from envprobe.error import DocumentError, UsageError
from envprobe.records.packing import Attachment, Record
from envprobe.records.run_record import record_of
from envprobe.runs import Run
from tests.support.run_sample import attempt, described, run
from tests.support.sample import fingerprint

WHERE = "mlflow:abc"
RUN = run(attempt(described(accuracy=0.9, digest="sha256:" + "1" * 64)))
OTHER = run(attempt(described(accuracy=0.8, digest="sha256:" + "2" * 64)))


def entry(made: Run = RUN) -> Entry:
    """Return what a tracker holds after a run was attached."""
    return tracked.entry_of(Attachment(record=record_of(made)), made)


def faults(found: Entry, of: Record) -> str:
    return "; ".join(tracked.faults(found, of, WHERE))


def test_a_recorded_experiment_comes_back_whole() -> None:
    """`diff mlflow:A mlflow:B` compares outputs, so the tracker holds the experiment and not only its environment."""
    assert tracked.document_in(entry(), WHERE) == RUN
    assert faults(entry(), record_of(RUN)) == ""


def test_an_environment_alone_comes_back() -> None:
    """A fingerprint can be attached too."""
    found = tracked.entry_of(Attachment(record=Record(fingerprint=fingerprint())), None)
    assert tracked.document_in(found, WHERE) == fingerprint()
    assert found.tags == {
        "envprobe.signature": str(Record(fingerprint=fingerprint()).signature),
        "envprobe.fingerprint": fingerprint().id,
    }


def test_a_run_that_an_earlier_record_left_is_not_taken() -> None:
    """Artifacts cannot be deleted: what lies there may be of an experiment that was attached before."""
    alone = tracked.entry_of(Attachment(record=Record(fingerprint=fingerprint())), None)
    left = alone._replace(files={**alone.files, tracked.RUN: runs.to_json(RUN)})
    assert tracked.document_in(left, WHERE) == fingerprint()


def test_another_run_than_the_records_is_refused() -> None:
    """Somebody put another experiment under the same record."""
    swapped = entry()._replace(files={**entry().files, tracked.RUN: runs.to_json(OTHER)})
    assert "not the run" in faults(swapped, record_of(RUN))
    with pytest.raises(DocumentError, match="not the run"):
        tracked.document_in(swapped, WHERE)


def test_an_edited_tag_is_told() -> None:
    """What the tracker's table shows is what a reader believes."""
    edited = entry()._replace(tags={**entry().tags, tracked.FINGERPRINT: "sha256:0"})
    assert "the tag envprobe.fingerprint" in faults(edited, record_of(RUN))
    shown = tracked.block_in(entry()._replace(tags={**entry().tags, tracked.SIGNATURE: "envprobe:1|py:3"}), WHERE)
    assert shown is not None
    assert shown.visible[0] == "envprobe:1|py:3"


def test_a_run_without_a_record_carries_none() -> None:
    """Nothing is taken for a record that is none."""
    assert tracked.block_in(Entry({}, {}), WHERE) is None
    with pytest.raises(DocumentError, match="carries no envprobe record"):
        tracked.document_in(Entry({"envprobe.signature": "x"}, {}), WHERE)
    with pytest.raises(DocumentError, match="holds no record"):
        tracked.block_in(Entry({}, {tracked.RECORD: b"{}"}), WHERE)


def test_the_same_record_gives_the_same_bytes() -> None:
    """Attaching twice leaves nothing new."""
    assert entry() == entry(msgspec.structs.replace(RUN))


@pytest.mark.parametrize("reference", ["mlflow:", "mlflow:a\nb", "neptune:1"])
def test_a_reference_that_names_no_run_is_refused(reference: str) -> None:
    """The sentence says how one is written."""
    with pytest.raises(UsageError, match="names no run of a tracker"):
        tracker.open_tracker(reference)


@pytest.mark.parametrize("source", ["tf-2.9", "./mlflow:abc", "docker://mlflow", "mlflow", None])
def test_other_names_are_no_references(source: str | None) -> None:
    """A baseline, a path or a target is never taken for a tracker's run."""
    assert not tracker.is_reference(source)
