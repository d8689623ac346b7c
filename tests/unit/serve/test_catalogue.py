"""What the folder holds now."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from envprobe.error import DocumentError, UsageError
from envprobe.report import Verdict
from envprobe.runs import Run
from envprobe.serve import catalogue as catalogue_module
from envprobe.serve.catalogue import Catalogue
from envprobe.serve.documents import Documents
from envprobe.serve.entry import ListedDocument
from envprobe.serve.folder import list_files
from tests.support.run_sample import attempt, described, run
from tests.support.sample import fingerprint
from tests.support.served import experiment, write, write_hostile, write_team


def entries(catalogue: Catalogue) -> dict[str, ListedDocument]:
    return {entry.file.place: entry for entry in catalogue.scan().entries.values()}


def test_documents_of_every_kind(tmp_path: Path) -> None:
    """Each document says what it is, when it was made and of which environment; other JSON is only counted."""
    write_team(tmp_path)
    catalogue = Catalogue(tmp_path)
    found = entries(catalogue)
    assert {place: entry.kind for place, entry in found.items()} == {
        "tf.json": "baseline",
        "pins.json": "baseline",
        "ana.json": "fingerprint",
        "runs/run-1.json": "run",
        "runs/run-2.json": "run",
        "checks/monday.json": "check",
        "broken.json": "faulty",
    }
    assert catalogue.scan().others == 1
    assert found["tf.json"].moment.isoformat() == "2026-03-01T08:00:00+00:00"
    assert found["pins.json"].is_file_time
    assert found["tf.json"].fingerprint == fingerprint().id == found["runs/run-1.json"].fingerprint
    assert found["checks/monday.json"].verdict is Verdict.DIFFERS
    assert found["checks/monday.json"].words == "docker://trainer against tf"
    assert "not JSON" in found["broken.json"].fault
    assert [place for place, entry in found.items() if entry.has_expectation and not entry.has_environment] == ["pins.json"]


def test_the_newest_comes_first(tmp_path: Path) -> None:
    """The order is that of the events, not of the files."""
    for hour in (11, 9, 10):
        write(tmp_path / f"{hour}.json", experiment(0.5, f"2026-03-03T{hour:02}:00:00Z"))
    assert list(entries(Catalogue(tmp_path))) == ["11.json", "10.json", "9.json"]


def test_changes_are_seen(tmp_path: Path) -> None:
    """What was added, replaced or removed since the last look is so on the next."""
    write(tmp_path / "a.json", fingerprint())
    write(tmp_path / "b.json", fingerprint())
    catalogue = Catalogue(tmp_path)
    before = entries(catalogue)
    (tmp_path / "b.json").unlink()
    write(tmp_path / "a.json", fingerprint({"system.kernel": "5.4.0"}))
    write(tmp_path / "c.json", fingerprint())
    after = entries(catalogue)
    assert set(after) == {"a.json", "c.json"}
    assert after["a.json"].id == before["a.json"].id, "a bookmark outlives a new recording"
    assert after["a.json"].fingerprint != before["a.json"].fingerprint
    assert catalogue.load(after["a.json"]) == fingerprint({"system.kernel": "5.4.0"})


def test_hostile_documents_are_faulty_and_the_others_are_there(tmp_path: Path) -> None:
    """A document that cannot be read says why, and takes no other with it."""
    write_hostile(tmp_path)
    os.utime(tmp_path / "clean.json", (2**40, 2**40))
    found = entries(Catalogue(tmp_path))
    reasons = {place: entry.fault for place, entry in found.items() if entry.kind == "faulty"}
    assert {place: reason[:40] for place, reason in reasons.items()} == {
        "lie.json": "verdict: says 'reproduces', but what it ",
        "schema.json": "schema: expected 'envprobe.run/1', found",
        "deep.json": "nested too deeply (more than 32 levels)",
        "edited.json": "id: says sha256:" + fingerprint().id[7:31],
        "newer.json": "schema envprobe.fingerprint/9 is newer t",
    }
    assert {"clean.json", "fingerprint.json", "baseline.json", "run.json", "check.json"} <= found.keys()


def test_a_file_of_others_is_no_fault(tmp_path: Path) -> None:
    """Settings with comments, an empty file, a record of another schema: counted, whether they are JSON or not."""
    for name, text in (("a", "// tsconfig"), ("b", ""), ("c", '{"schema": "other/1"}'), ("d", '["envprobe.run/1"]')):
        (tmp_path / f"{name}.json").write_text(text)
    snapshot = Catalogue(tmp_path).scan()
    assert (snapshot.entries, snapshot.others) == ({}, 4)


def test_of_too_many_documents_the_newest_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many other files lie there, the newest documents are found, and what was not looked at is said."""
    monkeypatch.setattr(catalogue_module, "DOCUMENTS_LIMIT", 2)
    for number in range(6):
        write(tmp_path / f"{number}.json", b"{}" if number in (1, 4) else fingerprint())
        os.utime(tmp_path / f"{number}.json", (number, number))
    snapshot = Catalogue(tmp_path).scan()
    assert [entry.file.place for entry in snapshot.entries.values()] == ["5.json", "3.json"]
    assert snapshot.left_out == ["3 older files: serve a smaller folder"]


def test_few_documents_stay_in_memory(tmp_path: Path) -> None:
    """What is kept of large documents is bounded, and what was dropped is read again."""
    for name in "ab":
        write(tmp_path / f"{name}.json", fingerprint({"system.kernel": name}))
    files = list_files(tmp_path).files
    documents = Documents(tmp_path, limit_bytes=files[0].size_bytes)
    first = [documents.read(file) for file in files]
    assert documents.read(files[1]) is first[1]
    assert documents.read(files[0]) == first[0]
    assert documents.read(files[0]) is not first[0]


def test_a_document_names_no_file_that_is_opened(tmp_path: Path) -> None:
    """A run says where its outputs lie; the page does not follow it there."""
    made = attempt(described(accuracy=0.5), context={"folder": "/etc", "copies": "/etc", "seconds": 1})
    write(tmp_path / "run.json", run(made))
    catalogue = Catalogue(tmp_path)
    loaded = catalogue.load(entries(catalogue)["run.json"])
    assert isinstance(loaded, Run)
    assert loaded.attempts[0].context == {"seconds": 1}


def test_what_is_gone_since_it_was_listed(tmp_path: Path) -> None:
    """A document that was removed or replaced by something else between listing and opening is refused, with its place."""
    write(tmp_path / "a.json", fingerprint())
    listed = entries(Catalogue(tmp_path))["a.json"]
    write(tmp_path / "a.json", b"[]")
    with pytest.raises(DocumentError, match=r"a\.json: is no document of envprobe any more"):
        Catalogue(tmp_path).load(listed)
    (tmp_path / "a.json").unlink()
    with pytest.raises(DocumentError, match=r"a\.json: cannot be read"):
        Catalogue(tmp_path).load(listed)


def test_a_folder_that_is_none(tmp_path: Path) -> None:
    """A mistyped folder is said before anything is served."""
    with pytest.raises(UsageError, match="no such folder"):
        Catalogue(tmp_path / "gone")


def test_a_file_that_claims_to_be_huge_hides_no_other(tmp_path: Path) -> None:
    """A sparse file states any size and costs nothing to make; what is older than it is still listed."""
    write_team(tmp_path)
    for number in range(3):
        sparse = tmp_path / f"huge-{number}.json"
        sparse.write_text('{"schema": "envprobe.baseline/1",')
        os.truncate(sparse, 100 << 30)
    found = entries(Catalogue(tmp_path))
    assert {"tf.json", "ana.json", "runs/run-1.json"} <= found.keys()
    assert "more than 16,777,216 bytes" in found["huge-0.json"].fault
