"""What real programs have made of reports with a record; tests/support/saves.py says which, and how."""

from __future__ import annotations

import io
from pathlib import Path

import pypdf
import pytest
from pypdf.generic import DecodedStreamObject, NameObject

from envprobe.command.report import attach, verify
from envprobe.verification.verification import Status
from tests.support.attached import RECORD, SEVERAL
from tests.support.saves import SAVED, SAVES

FILES = sorted(SAVED.iterdir())
ids = [path.name for path in FILES]
MEAN = "0.9472"
"""Of the accuracies of the record, as it is shown."""


def edited(data: bytes, suffix: str) -> bytes:
    """Return a report with one digit of the shown mean changed."""
    if suffix != ".pdf":
        return data.replace(MEAN.encode(), b"0.9972")
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(data))
    stream = DecodedStreamObject()
    data = writer.pages[-1].get_contents().get_data()
    stream.set_data(data.replace(MEAN.encode(), b"0.9972").replace(MEAN.encode().hex().encode(), b"0.9972".hex().encode()))
    writer.pages[-1][NameObject("/Contents")] = writer._add_object(stream)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


@pytest.mark.parametrize("path", FILES, ids=ids)
def test_saving_is_not_tampering(path: Path) -> None:
    """A browser, formatters, minifiers, notebook tools and PDF tools write the same anew."""
    found = verify(path)
    assert (found.status, found.reasons, found.record) == (Status.INTACT, [], SEVERAL)


@pytest.mark.parametrize(
    "path", [path for path in FILES if path.suffix != ".json"], ids=[name for name in ids if name[-5:] != ".json"]
)
def test_what_was_edited_afterwards_is_found(path: Path, tmp_path: Path) -> None:
    """One digit of a number, in the form that the program gave it."""
    copy = tmp_path / path.name
    copy.write_bytes(edited(path.read_bytes(), path.suffix))
    assert copy.read_bytes() != path.read_bytes()
    found = verify(copy)
    assert found.status is Status.ALTERED
    assert any("0.9972" in reason for reason in found.reasons)


@pytest.mark.parametrize("path", FILES, ids=ids)
def test_attaching_again_replaces_it(path: Path, tmp_path: Path) -> None:
    """Whatever form the record has by then."""
    copy = tmp_path / path.name
    copy.write_bytes(path.read_bytes())
    assert attach(RECORD, copy).replaced
    assert verify(copy).record == RECORD


def test_every_program_has_left_its_file() -> None:
    """A case that is added is captured too."""
    assert sorted(case.file for case in SAVES if not case.removes) == ids
