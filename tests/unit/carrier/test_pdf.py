from __future__ import annotations

import io
from pathlib import Path

import msgspec
import pypdf
import pytest
from pypdf.generic import DecodedStreamObject, NameObject

from envprobe.carrier import pdf
from envprobe.command.report import attach, verify
from envprobe.error import DocumentError
from envprobe.verification.verification import Status
from tests.support.attached import RECORD, attached, bare

OTHER = msgspec.structs.replace(RECORD, metrics={"accuracy": "0.5"})


def rewritten(path: Path) -> pypdf.PdfWriter:
    """Return a report as another program would write it: all objects anew."""
    return pypdf.PdfWriter(clone_from=io.BytesIO(path.read_bytes()))


def save(writer: pypdf.PdfWriter, path: Path) -> None:
    """Write what a writer holds."""
    with path.open("wb") as stream:
        writer.write(stream)


def test_the_report_is_a_prefix_of_what_is_written(tmp_path: Path) -> None:
    """An incremental update leaves every byte where it was, so signatures of others over the report stay valid."""
    before = bare("report.pdf", tmp_path).read_bytes()
    assert attached("report.pdf", tmp_path).read_bytes().startswith(before)


def test_a_reader_finds_page_attachment_and_property(tmp_path: Path) -> None:
    """The record is to be seen as a last page, an attached file and a document property."""
    reader = pypdf.PdfReader(attached("report.pdf", tmp_path))
    text = reader.pages[-1].extract_text()
    assert "".join(text.split()).count(str(RECORD.line)) == 1
    assert "val_accuracy" in text
    assert list(reader.attachments) == [pdf.FILE]
    assert reader.metadata is not None
    assert reader.metadata["/envprobe"] == str(RECORD.line)


def test_a_pdf_that_another_program_has_rewritten_is_intact(tmp_path: Path) -> None:
    """Tools that write all objects anew keep page, attachment and property; attaching again then replaces them all."""
    path = attached("report.pdf", tmp_path)
    save(rewritten(path), path)
    assert verify(path).status is Status.INTACT
    attach(OTHER, path)
    assert verify(path).record == OTHER
    assert len(pypdf.PdfReader(path).pages) == 2


def test_a_page_that_was_taken_out_is_told(tmp_path: Path) -> None:
    """Without its page a reader cannot see the record any more."""
    path = attached("report.pdf", tmp_path)
    writer = rewritten(path)
    writer.remove_page(1)
    save(writer, path)
    assert verify(path).status is Status.ALTERED


def test_words_that_were_written_on_the_page_are_told(tmp_path: Path) -> None:
    """A sentence beside the record looks as if it were recorded."""
    path = attached("report.pdf", tmp_path)
    writer = rewritten(path)
    stream = DecodedStreamObject()
    stream.set_data(writer.pages[1].get_contents().get_data() + b"\nBT /EnvC 9 Tf 72 300 Td (accuracy 0.99) Tj ET")
    writer.pages[1][NameObject("/Contents")] = stream
    save(writer, path)
    assert verify(path).status is Status.ALTERED


def test_a_second_attachment_of_that_name_is_refused(tmp_path: Path) -> None:
    """Which of two attached records counts cannot be told."""
    path = attached("report.pdf", tmp_path)
    writer = rewritten(path)
    writer.add_attachment(pdf.FILE, b"other")
    save(writer, path)
    assert verify(path).status is Status.REFUSED


def test_an_encrypted_pdf_is_refused(tmp_path: Path) -> None:
    """A record that only some can read is of no use, and one cannot be added without the password."""
    path = bare("report.pdf", tmp_path)
    writer = rewritten(path)
    writer.encrypt("secret", algorithm="RC4-128")
    save(writer, path)
    with pytest.raises(DocumentError, match="encrypted"):
        attach(RECORD, path)
    assert verify(path).status is Status.REFUSED


def test_an_attached_bomb_is_refused(tmp_path: Path) -> None:
    """An attachment that unpacks to gigabytes does not fill the memory."""
    path = bare("report.pdf", tmp_path)
    writer = rewritten(path)
    stream = DecodedStreamObject()
    stream.set_data(bytes(200 << 20))
    writer.add_attachment(pdf.FILE, b"x")
    file = next(iter(writer.attachment_list))
    file._embedded_file[NameObject("/F")] = writer._add_object(stream.flate_encode())
    save(writer, path)
    assert path.stat().st_size < 1 << 20
    assert verify(path).status is Status.REFUSED


def test_long_lines_are_broken_after_fields(tmp_path: Path) -> None:
    """The page shows the line in parts that fit, the last ones of a narrow page too."""
    path = tmp_path / "small.pdf"
    writer = pypdf.PdfWriter()
    writer.add_blank_page(200, 300)
    save(writer, path)
    attach(RECORD, path)
    lines = pypdf.PdfReader(path).pages[-1].extract_text().splitlines()
    assert max(map(len, lines)) < 40
    assert verify(path).status is Status.INTACT
