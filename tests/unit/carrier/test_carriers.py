"""What holds for every kind of report."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from envprobe.carrier import is_report, open_carrier
from envprobe.command.report import attach, verify
from envprobe.error import DocumentError, UsageError
from envprobe.verification.verification import Status
from tests.support.attached import NAMES, RECORD, REPORTS, SEVERAL, attached, bare, edited

OTHER = msgspec.structs.replace(RECORD, metrics={"accuracy": "0.5"}, outputs={})
TEXTS = ("report.md", "report.html", "report.tex", "report.ipynb", "report.json")
JSON_TEXTS = ("report.ipynb", "report.json")


def longest_common(before: bytes, after: bytes) -> tuple[int, int]:
    """Return how many bytes two texts share at their beginnings and, of the rest, at their ends."""
    start = next((i for i, pair in enumerate(zip(before, after, strict=False)) if pair[0] != pair[1]), len(before))
    left, right = before[start:], after[start:]
    end = next((i for i, pair in enumerate(zip(reversed(left), reversed(right), strict=False)) if pair[0] != pair[1]), len(left))
    return start, end


@pytest.mark.parametrize("name", NAMES)
def test_what_is_attached_verifies(name: str, tmp_path: Path) -> None:
    """A report that carries a record is intact, and says which one."""
    found = verify(attached(name, tmp_path))
    assert (found.status, found.reasons, found.record) == (Status.INTACT, [], RECORD)


@pytest.mark.parametrize("path", sorted((REPORTS / "earlier").iterdir()), ids=lambda path: path.name)
def test_reports_that_look_as_earlier_versions_wrote_them_are_intact(path: Path, tmp_path: Path) -> None:
    """A report from before the record got its present look is intact, and altered after a change of one character."""
    report = tmp_path / path.name
    report.write_bytes(path.read_bytes())
    assert verify(report).status is Status.INTACT
    report.write_bytes(path.read_bytes().replace(b"<code>0.943</code>", b"<code>0.953</code>"))
    assert verify(report).status is Status.ALTERED


@pytest.mark.parametrize("name", NAMES)
def test_a_report_without_a_record_has_none(name: str, tmp_path: Path) -> None:
    """A report that nobody attached anything to is missing its record; that is no pass."""
    assert verify(bare(name, tmp_path)).status is Status.MISSING


@pytest.mark.parametrize("name", NAMES)
def test_nothing_else_of_the_report_changes(name: str, tmp_path: Path) -> None:
    """Every byte of the report is still there, in order, with the record in one or two places between them."""
    before = bare(name, tmp_path).read_bytes()
    after = attached(name, tmp_path).read_bytes()
    start, end = longest_common(before, after)
    if name == "report.ipynb":  # a cell, and metadata behind it
        rest_before, rest_after = before[start : len(before) - end], after[start : len(after) - end]
        assert all(part in rest_after for part in rest_before.split(b"\n"))
    else:
        assert start + end == len(before)


@pytest.mark.parametrize("name", NAMES)
def test_attaching_twice_changes_nothing(name: str, tmp_path: Path) -> None:
    """The same record in the same report is the same bytes."""
    path = attached(name, tmp_path)
    once = path.read_bytes()
    attach(RECORD, path)
    assert path.read_bytes() == once


@pytest.mark.parametrize("name", NAMES)
def test_another_record_replaces_the_first(name: str, tmp_path: Path) -> None:
    """A report carries the last record that was attached, and nothing is left of the one before."""
    path = attached(name, tmp_path)
    assert attach(OTHER, path).replaced
    assert verify(path).record == OTHER
    assert b"val_accuracy" not in path.read_bytes()
    attach(RECORD, path)
    assert path.read_bytes() == attached(name, tmp_path).read_bytes()


@pytest.mark.parametrize("name", TEXTS)
def test_editing_around_the_record_keeps_it(name: str, tmp_path: Path) -> None:
    """Whoever corrects a word of the report does not have to attach again."""
    path = edited(attached(name, tmp_path), lambda data: data.replace(b"igits", b"igits, corrected").replace(b"1.8e-1", b"0.2"))
    assert verify(path).status is Status.INTACT


@pytest.mark.parametrize("name", ["report.md", "report.html", "report.tex"])
def test_line_ends_stay_as_they_are(name: str, tmp_path: Path) -> None:
    """A report with the line ends of Windows gets a record with those, and one whose line ends git converts stays intact."""
    path = edited(bare(name, tmp_path), lambda data: data.replace(b"\n", b"\r\n"))
    attach(RECORD, path)
    assert path.read_bytes().count(b"\r\n") == path.read_bytes().count(b"\n")
    assert verify(edited(path, lambda data: data.replace(b"\r\n", b"\n"))).status is Status.INTACT


@pytest.mark.parametrize("name", NAMES)
def test_a_changed_metric_is_told(name: str, tmp_path: Path) -> None:
    """One digit of a metric that the record shows: altered, with both values."""
    path = attached(name, tmp_path)
    start = path.read_bytes().index(b"(0.931)" if name == "report.pdf" else b"0.931")
    edited(path, lambda data: data[:start] + data[start:].replace(b"0.931", b"0.981", 1))
    found = verify(path)
    assert found.status is Status.ALTERED
    assert "metric val_accuracy: the report shows 0.981, the record says 0.931" in found.reasons


@pytest.mark.parametrize("name", NAMES)
def test_a_changed_line_is_told(name: str, tmp_path: Path) -> None:
    """One character of the visible line: altered, naming the field."""
    path = attached(name, tmp_path)
    start = path.read_bytes().index(b"(envprobe:1|") if name == "report.pdf" else path.read_bytes().index(b"envprobe:1|")
    edited(path, lambda data: data[:start] + data[start:].replace(b"2.9.0", b"2.9.1", 1))
    found = verify(path)
    assert found.status is Status.ALTERED
    assert "the visible line says tf 2.9.1, the record 2.9.0" in found.reasons


@pytest.mark.parametrize("name", TEXTS)
def test_words_added_inside_the_record_are_told(name: str, tmp_path: Path) -> None:
    """A claim that is slipped into the block, beside the line, is not taken for recorded."""
    marks = {
        "report.md": b"check it",
        "report.html": b"check it",
        "report.tex": b"check it",
        "report.ipynb": b"check it",
        "report.json": b'"signature":',
    }
    more = b'"claim": "0.99", "signature":' if name == "report.json" else b"accuracy 0.99, check it"
    path = edited(attached(name, tmp_path), lambda data: data.replace(marks[name], more, 1))
    assert verify(path).status is Status.ALTERED


@pytest.mark.parametrize("name", NAMES)
def test_samples_of_every_schema_verify_for_ever(name: str) -> None:
    """Reports that were published with an earlier envprobe stay verifiable."""
    for folder in sorted(REPORTS.glob("schema-*")):
        found = verify(folder / name, outputs=folder)
        assert (found.status, found.reasons) == (Status.INTACT, [])
        assert found.checked_outputs == 1


@pytest.mark.parametrize("name", ["linked.md", "linked.md.envprobe.json", "compact.md"])
def test_samples_of_links_verify_for_ever(name: str) -> None:
    """The same of reports with a link to a record, and of the file that it leads to."""
    found = verify(REPORTS / "links" / name)
    assert (found.status, found.reasons, found.record) == (Status.INTACT, [], SEVERAL)


@pytest.mark.parametrize("name", NAMES)
def test_the_visible_texts_are_those_of_the_record(name: str, tmp_path: Path) -> None:
    """What a reader sees is the line and the metrics, in this order."""
    path = attached(name, tmp_path)
    found = open_carrier(path).read()
    assert found is not None
    assert found.line == str(RECORD.line)
    assert found.metrics in (RECORD.shown_metrics, None)
    assert found.exact in (dict(RECORD.exact_metrics), None)
    assert not found.edited


@pytest.mark.parametrize("name", NAMES)
def test_a_file_of_noise_is_refused(name: str, tmp_path: Path) -> None:
    """Whatever bytes a report is made of, the answer is a status or an error of ours."""
    path = tmp_path / name
    for data in (
        b"",
        b"\0" * 64,
        bytes(range(256)) * 8,
        b"\xff\xfe" + "wide".encode("utf-16-le"),
        b"[" * 5000,
        b"%PDF-1.7\n%%EOF",
    ):
        path.write_bytes(data)
        assert verify(path).status in (Status.MISSING, Status.REFUSED)


@pytest.mark.parametrize("name", ["report.docx", "report", "report.txt"])
def test_other_reports_are_refused(name: str, tmp_path: Path) -> None:
    """A kind of report that cannot carry a record is named, with those that can."""
    path = tmp_path / name
    path.write_bytes(b"text")
    with pytest.raises(UsageError) as trouble:
        attach(RECORD, path)
    assert ".md" in trouble.value.hint


def test_names_of_event_files_are_known() -> None:
    """TensorBoard's own names have the suffix in the middle."""
    assert is_report(Path("logs/events.out.tfevents.1700000000.host.1.v2"))


@pytest.mark.parametrize("name", JSON_TEXTS)
@pytest.mark.parametrize("data", [b"[1, 2]", b'"text"', b"", b"{", b'{"a" 1}', b'{"a": 1 "b": 2}', b"{1: 2}"])
def test_json_that_is_no_object_cannot_carry_a_record(name: str, data: bytes, tmp_path: Path) -> None:
    """A report that has no place for the record is refused and left as it is."""
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(DocumentError):
        attach(RECORD, path)
    assert path.read_bytes() == data
