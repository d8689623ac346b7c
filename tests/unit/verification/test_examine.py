from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from envprobe.command.report import attach, verify
from envprobe.records.record import Experiment
from envprobe.verification.verification import AlteredPart, Status
from tests.support.attached import RECORD, attached, bare, edited

REMOVED = Path(__file__).parents[2] / "data" / "reports" / "removed"


@pytest.mark.parametrize("path", sorted(REMOVED.iterdir()), ids=lambda path: path.name)
def test_a_record_that_was_removed_is_said_to_be(path: Path) -> None:
    """html-minifier, minify-html, nbconvert, jupytext and arXiv's cleaner take the record and leave its line."""
    found = verify(path)
    assert (found.status, found.exit_status) == (Status.MISSING, 2)
    assert found.reasons[0].startswith("its record was removed: the line of record ")
    assert f"envprobe attach RUN {path}" in found.hint


def test_a_report_that_never_had_one_is_not(tmp_path: Path) -> None:
    """Nothing is said of minifiers where nothing was removed."""
    found = verify(bare("report.html", tmp_path))
    assert (found.status, found.reasons, found.hint) == (Status.MISSING, ["the report carries no envprobe record"], "")


@pytest.mark.parametrize("name", ["report.md", "report.html", "report.tex", "report.ipynb", "report.pdf"])
def test_a_line_without_its_record_is_seen_in_every_format(name: str, tmp_path: Path) -> None:
    """Somebody copied what he saw of one report into another."""
    path = bare(name, tmp_path)
    if name == "report.pdf":
        import pypdf

        writer = pypdf.PdfWriter(clone_from=attached(name, tmp_path))
        next(iter(writer.attachment_list)).delete()
        writer.write(path)
    else:
        word = b"igits"
        edited(path, lambda data: data.replace(word, word + b" " + str(RECORD.line).encode(), 2))
    assert "its record was removed" in verify(path).reasons[0]


def test_outputs_that_were_overwritten_are_said_apart(tmp_path: Path) -> None:
    """Whoever ran the experiment again has not touched the report: the answer says which of the two it is."""
    path = attached("report.md", tmp_path)
    edited(tmp_path / "predictions.csv", lambda data: data.replace(b"0,1", b"1,1"))
    found = verify(path)
    assert (found.status, found.altered, found.exit_status) == (Status.ALTERED, [AlteredPart.OUTPUTS], 1)
    assert "--outputs FOLDER" in found.hint
    edited(path, lambda data: data.replace(b"`0.943`", b"`0.944`"))
    found = verify(path)
    assert (found.altered, found.hint) == ([AlteredPart.REPORT, AlteredPart.OUTPUTS], "")


def test_copies_of_repeated_runs_are_found_where_they_were_put(tmp_path: Path) -> None:
    """`run --repeat 5 --copy-outputs FOLDER` makes a folder for each try; a record holds the outputs of the last."""
    path = attached("report.md", tmp_path)
    copies = tmp_path / "copies"
    for attempt in (1, 2):
        (copies / f"attempt-{attempt}").mkdir(parents=True)
    (tmp_path / "predictions.csv").rename(copies / "attempt-2" / "predictions.csv")
    made = Experiment(run="sha256:" + "0" * 64, command=["train"], target="local://", exit_status=0, state="complete", attempts=2)
    attach(msgspec.structs.replace(RECORD, experiment=made), path)
    found = verify(path, outputs=copies)
    assert (found.status, found.checked_outputs) == (Status.INTACT, 1)


def test_another_line_in_the_text_is_noted(tmp_path: Path) -> None:
    """A second line that nothing stands behind could be taken for the record's."""
    other = str(RECORD.line).replace("py:3.8.10", "py:3.9.1").encode()
    path = edited(attached("report.md", tmp_path), lambda data: b"`" + other + b"`\n\n" + data)
    found = verify(path)
    assert found.status is Status.INTACT
    assert any("another line" in note and "py:3.9.1" in note for note in found.notes)


def test_a_number_that_was_not_recorded_is_a_note(tmp_path: Path) -> None:
    """A hint to look, not a verdict: the text around the record may be edited."""
    path = edited(attached("report.md", tmp_path), lambda data: b"An accuracy of 0.99.\n\n" + data)
    found = verify(path)
    assert found.status is Status.INTACT
    assert any("line 1 says 0.99 beside 'accuracy'" in note for note in found.notes)


def test_an_output_that_is_a_link_to_the_report_is_not_left_out(tmp_path: Path) -> None:
    """Only the report's own place is no output of its record: a link to it in place of the results is another content."""
    path = attached("report.md", tmp_path)
    (tmp_path / "predictions.csv").unlink()
    (tmp_path / "predictions.csv").symlink_to("report.md")
    for outputs in (None, tmp_path):
        assert verify(path, outputs=outputs).altered == [AlteredPart.OUTPUTS]


def test_a_linked_report_is_still_itself(tmp_path: Path) -> None:
    """A report that is reached by a link, in a folder that is, is left out of its own outputs."""
    path = bare("report.md", tmp_path)
    attach(RECORD, path)
    (tmp_path / "door").symlink_to(tmp_path, target_is_directory=True)
    assert verify(tmp_path / "door" / "report.md").status is Status.INTACT
