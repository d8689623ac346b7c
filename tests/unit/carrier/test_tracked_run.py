from __future__ import annotations

import msgspec
import pytest

from envprobe import runs
from envprobe.carrier import is_reference, open_carrier, tracked_run
from envprobe.carrier.tracked_run import Held, TrackedRun
from envprobe.command import recorded, source
from envprobe.error import DocumentError, UsageError
from envprobe.records.published import record_of
from envprobe.records.record import Record, SignedRecord
from envprobe.runs import Run
from tests.support.run_sample import attempt, described, run
from tests.support.sample import fingerprint

WHERE = "mlflow:abc"
RUN = run(attempt(described(accuracy=0.9, digest="sha256:" + "1" * 64)))
OTHER = run(attempt(described(accuracy=0.8, digest="sha256:" + "2" * 64)))


def held(made: Run = RUN) -> Held:
    """Return what a tracker holds after a run was attached."""
    return tracked_run.held(SignedRecord(record=record_of(made)), made)


def document_in(found: Held) -> source.Document:
    """Return what `show mlflow:abc` shows."""
    return recorded.document_in(TrackedRun(WHERE, lambda: found, lambda _: None))


def faults(found: Held, of: Record) -> str:
    return "; ".join(tracked_run.faults(found, of, WHERE))


def test_a_recorded_experiment_comes_back_whole() -> None:
    """`diff mlflow:A mlflow:B` compares outputs, so the tracker holds the experiment and not only its environment."""
    assert document_in(held()) == RUN
    assert faults(held(), record_of(RUN)) == ""


def test_an_environment_alone_comes_back() -> None:
    """A fingerprint can be attached too."""
    found = tracked_run.held(SignedRecord(record=Record(fingerprint=fingerprint())), None)
    assert document_in(found) == fingerprint()
    assert found.tags == {
        "envprobe.signature": str(Record(fingerprint=fingerprint()).line),
        "envprobe.fingerprint": fingerprint().id,
    }


def test_a_run_that_an_earlier_record_left_is_not_taken() -> None:
    """Artifacts cannot be deleted: what lies there may be of an experiment that was attached before."""
    alone = tracked_run.held(SignedRecord(record=Record(fingerprint=fingerprint())), None)
    left = alone._replace(files={**alone.files, tracked_run.RUN: runs.to_json(RUN)})
    assert document_in(left) == fingerprint()


def test_another_run_than_the_records_is_refused() -> None:
    """Somebody put another experiment under the same record."""
    swapped = held()._replace(files={**held().files, tracked_run.RUN: runs.to_json(OTHER)})
    assert "not the run" in faults(swapped, record_of(RUN))
    with pytest.raises(DocumentError, match="not the run"):
        document_in(swapped)


def test_an_edited_tag_is_told() -> None:
    """What the tracker's table shows is what a reader believes."""
    edited = held()._replace(tags={**held().tags, tracked_run.FINGERPRINT: "sha256:0"})
    assert "the tag envprobe.fingerprint" in faults(edited, record_of(RUN))
    shown = tracked_run.find(held()._replace(tags={**held().tags, tracked_run.LINE: "envprobe:1|py:3"}), WHERE)
    assert shown is not None
    assert shown.line == "envprobe:1|py:3"


def test_a_run_without_a_record_carries_none() -> None:
    """Nothing is taken for a record that is none."""
    assert tracked_run.find(Held({}, {}), WHERE) is None
    with pytest.raises(DocumentError, match="carries no envprobe record"):
        document_in(Held({"envprobe.signature": "x"}, {}))
    with pytest.raises(DocumentError, match="holds no record"):
        tracked_run.find(Held({}, {tracked_run.RECORD: b"{}"}), WHERE)


def test_the_same_record_gives_the_same_bytes() -> None:
    """Attaching twice leaves nothing new."""
    assert held() == held(msgspec.structs.replace(RUN))


@pytest.mark.parametrize("reference", ["mlflow:", "mlflow:a\nb"])
def test_a_reference_that_names_no_run_is_refused(reference: str) -> None:
    """The sentence says how one is written."""
    with pytest.raises(UsageError, match="names no run of a tracker") as trouble:
        open_carrier(reference)
    assert "mlflow:RUN_ID" in trouble.value.hint


@pytest.mark.parametrize("name", ["tf-2.9", "./mlflow:abc", "docker://mlflow", "mlflow", None])
def test_other_names_are_no_references(name: str | None) -> None:
    """A baseline, a path or a target is never taken for a tracker's run."""
    assert not is_reference(name)
