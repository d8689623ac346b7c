"""A record among a notebook's outputs."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from envprobe.carrier.carried import carried
from envprobe.carrier.notebook_output import TYPE, to_data
from envprobe.command.report import attach, verify
from envprobe.records.record import Record, SignedRecord
from envprobe.verification.authenticity import Trust
from envprobe.verification.verification import Status
from tests.support.attached import RECORD, Notary
from tests.support.sample import fingerprint

OTHER = Record(fingerprint=fingerprint({"packages.numpy.version": "1.23.5"}))


def displayed(record: Record = RECORD) -> dict[str, Any]:
    output = {"output_type": "display_data", "metadata": {}, "data": to_data(carried(SignedRecord(record=record)))}
    return {"cell_type": "code", "id": "a", "metadata": {}, "execution_count": 1, "source": [], "outputs": [output]}


def notebook(folder: Path, *cells: dict[str, Any]) -> Path:
    path = folder / "report.ipynb"
    path.write_text(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
    return path


def test_it_is_the_record_of_the_notebook(tmp_path: Path) -> None:
    """A notebook that displayed its record needs no `envprobe attach`."""
    found = verify(notebook(tmp_path, displayed()))
    assert (found.status, found.record) == (Status.INTACT, RECORD)


def test_lines_may_be_a_list(tmp_path: Path) -> None:
    """Jupyter saves a text of several lines as a list of them."""
    cell = displayed()
    data = cell["outputs"][0]["data"]
    data["text/markdown"] = data["text/markdown"].splitlines(keepends=True)
    assert verify(notebook(tmp_path, cell)).status is Status.INTACT


@pytest.mark.parametrize(
    "edit",
    [
        lambda data: data.update({"text/markdown": data["text/markdown"].replace("0.943", "0.999")}),
        lambda data: data.update({"text/markdown": data["text/markdown"] + "\n\nWe reproduce it."}),
        lambda data: data.update({"text/plain": data["text/plain"].replace("py:3.8", "py:3.9")}),
        lambda data: data.update({"text/html": "<b>REPRODUCES</b>"}),
        lambda data: data[TYPE].update(signature="envprobe:1|"),
        lambda data: data.pop("text/markdown"),
    ],
)
def test_what_is_shown_beside_it_was_not_edited(tmp_path: Path, edit: Callable[[dict[str, Any]], Any]) -> None:
    """A front end shows any of an output's texts, so each has to be what the record says, and there is no other."""
    cell = displayed()
    edit(cell["outputs"][0]["data"])
    assert verify(notebook(tmp_path, cell)).status is Status.ALTERED


def test_the_same_twice_is_one(tmp_path: Path) -> None:
    """Whoever runs the cell at the start and at the end, in one environment, has one record."""
    assert verify(notebook(tmp_path, displayed(), displayed())).status is Status.INTACT


def test_two_that_differ_are_refused(tmp_path: Path) -> None:
    """Which environment the results were made in cannot be told, and is not guessed."""
    found = verify(notebook(tmp_path, displayed(), displayed(OTHER)))
    assert found.status is Status.REFUSED
    assert "cells 1 and 2 have displayed envprobe records that differ" in found.reasons[0]


def test_one_that_was_attached_counts(tmp_path: Path) -> None:
    """`envprobe attach` is a decision about the notebook, and outlives the next run of its cells."""
    path = notebook(tmp_path, displayed())
    attach(OTHER, path)
    found = verify(path)
    assert (found.status, found.record) == (Status.INTACT, OTHER)


def test_it_can_be_signed_where_it_is(tmp_path: Path) -> None:
    """A second person signs what the notebook displayed; the record stays the same."""
    path = notebook(tmp_path, displayed())
    attach(path, path, signer=Notary("ann"))
    found = verify(path, trust=Trust(verifiers=[Notary("ann")]))
    assert (found.status, found.record, [signer.name for signer in found.signers]) == (Status.INTACT, RECORD, ["ann"])


@pytest.mark.parametrize("cell", [[], "text", {"outputs": TYPE}, {"outputs": [TYPE, {"data": TYPE}]}, {"source": TYPE}])
def test_a_notebook_that_only_names_the_type_carries_nothing(tmp_path: Path, cell: Any) -> None:
    """Cells of any form are passed over."""
    assert verify(notebook(tmp_path, cell)).status is Status.MISSING


@pytest.mark.parametrize("value", [None, "x", {"record": 1}, {"record": "no base64"}])
def test_a_damaged_one_is_refused(tmp_path: Path, value: Any) -> None:
    """What cannot be read is said."""
    cell = displayed()
    cell["outputs"][0]["data"][TYPE] = value
    assert verify(notebook(tmp_path, cell)).status is Status.REFUSED
