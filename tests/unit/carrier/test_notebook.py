from __future__ import annotations

import json
from pathlib import Path

import pytest

from envprobe.command.report import attach, verify
from envprobe.error import DocumentError
from envprobe.verification.verification import Status
from tests.support.attached import RECORD, attached, bare


def test_jupyter_saves_a_notebook_that_is_intact(tmp_path: Path) -> None:
    """Jupyter writes the whole file anew, with sorted keys and another indentation."""
    path = attached("report.ipynb", tmp_path)
    path.write_text(json.dumps(json.loads(path.read_text()), indent=2, sort_keys=True))
    assert verify(path).status is Status.INTACT


def test_a_cell_that_jupyter_joined_is_intact(tmp_path: Path) -> None:
    """A cell's source is a list of lines or one text."""
    path = attached("report.ipynb", tmp_path)
    notebook = json.loads(path.read_text())
    notebook["cells"][-1]["source"] = "".join(notebook["cells"][-1]["source"])
    path.write_text(json.dumps(notebook))
    assert verify(path).status is Status.INTACT


def test_the_cell_has_an_id_only_where_the_format_knows_ids(tmp_path: Path) -> None:
    """nbformat 4.5 wants an id in every cell, and 4.4 allows none."""
    path = bare("report.ipynb", tmp_path)
    for minor, ids in ((5, True), (4, False)):
        path.write_text(json.dumps({"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": minor}))
        attach(RECORD, path)
        assert ("id" in json.loads(path.read_text())["cells"][-1]) is ids
        assert verify(path).status is Status.INTACT


def test_a_notebook_without_its_cell_is_altered(tmp_path: Path) -> None:
    """The record that a reader cannot see any more is not what was attached; attaching again brings it back."""
    path = attached("report.ipynb", tmp_path)
    notebook = json.loads(path.read_text())
    notebook["cells"].pop()
    path.write_text(json.dumps(notebook))
    assert verify(path).status is Status.ALTERED
    attach(RECORD, path)
    assert verify(path).status is Status.INTACT


def test_a_cell_that_was_copied_is_refused(tmp_path: Path) -> None:
    """Two cells that show a record contradict each other as soon as one is replaced."""
    path = attached("report.ipynb", tmp_path)
    notebook = json.loads(path.read_text())
    notebook["cells"].append(notebook["cells"][-1])
    path.write_text(json.dumps(notebook))
    assert verify(path).status is Status.REFUSED


def test_a_notebook_of_format_3_is_refused(tmp_path: Path) -> None:
    """Worksheets have no place for it."""
    path = tmp_path / "old.ipynb"
    path.write_text('{"nbformat": 3, "worksheets": []}')
    with pytest.raises(DocumentError, match="format 4"):
        attach(RECORD, path)


def test_a_notebook_with_pictures_of_many_megabytes_is_fine(tmp_path: Path) -> None:
    """Only the record is bounded, not what a notebook shows."""
    path = tmp_path / "large.ipynb"
    image = {"output_type": "display_data", "metadata": {}, "data": {"image/png": "A" * (8 << 20)}}
    cell = {"cell_type": "code", "id": "a", "metadata": {}, "execution_count": 1, "source": [], "outputs": [image]}
    path.write_text(json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
    attach(RECORD, path)
    assert verify(path).status is Status.INTACT
