from __future__ import annotations

import os
from pathlib import Path

import msgspec
import pytest

from envprobe import baseline as baselines
from envprobe import runs
from envprobe.baseline import Baseline
from envprobe.carrier import open_carrier
from envprobe.command.linking import Form
from envprobe.command.recorded import record_in
from envprobe.command.report import attach, verify
from envprobe.command.source import load
from envprobe.config import Config
from envprobe.error import DocumentError, UsageError
from envprobe.records.link import link_to
from envprobe.records.record import SignedRecord
from envprobe.verification.authenticity import Trust
from envprobe.verification.verification import Status
from tests.support.attached import NAMES, RECORD, REPORTS, Notary, attached, bare, edited
from tests.support.run_sample import attempt, described, run
from tests.support.sample import fingerprint

DIGEST = "sha256:" + "1" * 64
RUN = run(attempt(described(accuracy=0.9, digest=DIGEST)))
OTHER = run(attempt(described(accuracy=0.8, digest=DIGEST)))
NOWHERE = Config(baselines_folder=Path("/nonexistent"))


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project that is the working folder, with a recorded run."""
    (tmp_path / "runs").mkdir()
    (tmp_path / "runs" / "run.json").write_bytes(runs.to_json(RUN))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("form", ["linked", "compact"])
def test_every_report_can_carry_a_link(name: str, form: Form, here: Path) -> None:
    """The record is where the link says, and the report is as intact as one that holds it all."""
    path = bare(name, here)
    before = len(path.read_bytes())
    done = attach("runs/run.json", path, form=form)
    assert done.needs == (f"{name}.envprobe.json" if form == "linked" else "runs/run.json")
    assert len(path.read_bytes()) - before < 8000
    found = verify(path, config=NOWHERE)
    assert (found.status, found.reasons, found.record) == (Status.INTACT, [], record_in(RUN))
    assert load(path) == RUN.fingerprint


def test_the_file_beside_a_report_is_verified_itself(here: Path) -> None:
    """It is a JSON document that carries the record, line and metrics in sight."""
    attach("runs/run.json", bare("report.md", here), form="linked")
    assert verify(here / "report.md.envprobe.json").record == record_in(RUN)


def test_a_record_that_is_not_there_is_refused_with_what_to_type(here: Path) -> None:
    """A comment that was copied without its run: what is missing has a name."""
    attach("runs/run.json", bare("report.md", here), form="compact")
    (here / "runs" / "run.json").rename(here / "moved.json")
    found = verify("report.md", config=NOWHERE)
    assert (found.status, found.hint) == (
        Status.REFUSED,
        "name what it was attached from: envprobe verify report.md --record runs/run.json",
    )
    assert verify("report.md", record="moved.json", config=NOWHERE).status is Status.INTACT


def test_another_record_in_its_place_is_refused(here: Path) -> None:
    """The digest in the report tells which one it is: a run that was recorded again is another."""
    attach("runs/run.json", bare("report.md", here), form="compact")
    (here / "runs" / "run.json").write_bytes(runs.to_json(msgspec.structs.replace(OTHER, fingerprint=fingerprint({"a.b": "1"}))))
    found = verify("report.md", config=NOWHERE)
    assert found.status is Status.REFUSED
    assert "runs/run.json is not it" in found.reasons[0]


def test_the_same_environment_of_another_run_is_enough_for_a_compact_record(here: Path) -> None:
    """Only the fingerprint is left out of it: a later run in the same environment, or a baseline, completes it."""
    attach("runs/run.json", bare("report.md", here), form="compact")
    (here / "runs" / "run.json").write_bytes(runs.to_json(OTHER))
    assert verify("report.md", config=NOWHERE).record == record_in(RUN)


def test_a_baseline_of_the_project_completes_a_compact_record(here: Path) -> None:
    """A comment on a pull request is verified in the repository that has the baseline, whatever the baseline is called."""
    value = Baseline(name="team", kind="recorded", fingerprint=RECORD.fingerprint)
    (here / "baselines").mkdir()
    (here / "baselines" / "team.json").write_bytes(baselines.to_json(value))
    attach(RECORD, bare("report.md", here), form="compact")
    assert verify("report.md", config=Config(baselines_folder=here / "baselines")).record == RECORD
    assert verify("report.md", config=NOWHERE).status is Status.REFUSED


def test_who_signs_a_linked_record_keeps_the_link(here: Path) -> None:
    """The second person's signature covers the whole record and lies in the report."""
    path = bare("report.md", here)
    attach("runs/run.json", path, form="compact", signer=Notary("ann"))
    attach(path, path, signer=Notary("ben"))
    found = verify(path, trust=Trust(verifiers=[Notary("keyring", "ann", "ben")]))
    assert [signer.name for signer in found.signers] == ["ann", "ben"]
    assert len(path.read_bytes()) < 8000
    attach(path, path, form="whole")
    (here / "runs" / "run.json").unlink()
    assert [signer.name for signer in verify(path, trust=Trust(verifiers=[Notary("ann")])).signers] == ["ann"]


@pytest.mark.parametrize("form", ["linked", "compact"])
def test_an_edited_number_is_found(form: Form, here: Path) -> None:
    """As in a report that holds the whole record."""
    path = bare("report.md", here)
    attach("runs/run.json", path, form=form)
    edited(path, lambda data: data.replace(b"`0.9`", b"`0.99`"))
    assert verify(path).status is Status.ALTERED


@pytest.mark.parametrize("file", ["/etc/passwd", "../../../../../../../../dev/zero", "pipe"])
def test_where_a_stranger_s_link_leads_is_not_waited_for(file: str, here: Path) -> None:
    """A report names any path: a device or a pipe is not opened, and what is no record is no record."""
    os.mkfifo(here / "pipe")
    path = bare("report.md", here)
    attach(RECORD, path)
    carrier = open_carrier(path)
    carrier.change(lambda _: SignedRecord(record=RECORD), shorten=lambda record: link_to(record, file, with_results=False))
    assert verify(path, config=NOWHERE).status is Status.REFUSED


def test_a_record_of_many_outputs_is_compact_only_beside_its_run(here: Path) -> None:
    """What does not fit is said with what helps; of a run the digest alone is enough."""
    outputs = {f"out/{number}.json": RECORD.outputs["predictions.csv"] for number in range(3000)}
    outputs = {
        name: msgspec.structs.replace(output, size_bytes=index * 7919) for index, (name, output) in enumerate(outputs.items())
    }
    with pytest.raises(DocumentError) as trouble:
        attach(msgspec.structs.replace(RECORD, outputs=outputs), bare("report.md", here), form="compact")
    assert "--link" in trouble.value.hint
    many = run(attempt(*(described(f"m{number}.json", accuracy=number / 7) for number in range(900))))
    (here / "runs" / "run.json").write_bytes(runs.to_json(many))
    attach("runs/run.json", here / "report.md", form="compact")
    assert verify("report.md").record == record_in(many)


def test_a_tracker_s_run_holds_the_whole_record(here: Path) -> None:
    """There is room, and a link from there would lead nowhere."""
    folder = here / "logs"
    (folder / "train").mkdir(parents=True)
    (folder / "train" / "events.out.tfevents.1").write_bytes((REPORTS / "bare" / "report.tfevents").read_bytes())
    with pytest.raises(UsageError, match="holds the whole record"):
        attach(RECORD, folder, form="linked")


def test_names_of_other_folders_are_not_published(here: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A run outside of the project is named by its name alone."""
    elsewhere = tmp_path_factory.mktemp("home-of-ann") / "run.json"
    elsewhere.write_bytes(runs.to_json(RUN))
    assert attach(elsewhere, bare("report.md", here), form="compact").needs == "run.json"


def test_attaching_whole_is_the_default(here: Path) -> None:
    """Nobody needs a second file who did not ask for it."""
    path = attached("report.md", here)
    assert attach(RECORD, path).needs == ""
