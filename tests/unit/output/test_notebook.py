"""Jupyter notebooks."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import numpy as np

from .case import OutputVerdict, compare, found
from .test_image import PIXELS, _png


def _notebook(**changes: Any) -> str:
    picture = changes.get("picture", _png(PIXELS, "Matplotlib 3.5.2"))
    outputs = [
        {"output_type": "stream", "name": "stdout", "text": changes.get("text", ["accuracy ", "0.943\n"])},
        {"output_type": "display_data", "metadata": {}, "data": {"image/png": base64.b64encode(picture).decode()}},
        {"output_type": "execute_result", "execution_count": changes.get("count", 1), "data": {"text/plain": ["3"]}},
    ]
    cell = {
        "cell_type": "code",
        "id": changes.get("id", "a1"),
        "execution_count": changes.get("count", 1),
        "metadata": {},
        "source": changes.get("source", "fit()"),
        "outputs": outputs,
    }
    return json.dumps({"cells": [cell], "metadata": changes.get("metadata", {}), "nbformat": 4, "nbformat_minor": 5})


def test_execution_counts_ids_and_metadata_do_not_count(tmp_path: Path) -> None:
    """A notebook that was run again is identical, also with its text cut into other lines and its picture written anew."""
    again = _notebook(count=7, id="b2", metadata={"kernel": "x"}, text="accuracy 0.943\n", picture=_png(PIXELS, "x", 0))
    assert compare(tmp_path, "a.ipynb", _notebook(), again).verdict is OutputVerdict.IDENTICAL


def test_outputs_source_and_pictures_count(tmp_path: Path) -> None:
    """Another text, another source and another pixel are each named by cell."""
    brighter = np.minimum(PIXELS + 1, 255).astype(np.uint8)
    observed = _notebook(text="accuracy 0.944\n", source="fit(1)", picture=_png(brighter))
    assert found(compare(tmp_path, "a.ipynb", _notebook(), observed)) == [
        ("number", "cells[0].outputs[1].data.image/png.pixels"),
        ("changed", "cells[0].outputs[0].text"),
        ("changed", "cells[0].source"),
    ]


def test_a_cell_that_was_put_in_shifts_no_picture(tmp_path: Path) -> None:
    """Pictures are held against those of the same source, however they are encoded, and each output that was put in is named."""
    expected, observed = json.loads(_notebook()), json.loads(_notebook(picture=_png(PIXELS, "x", 0)))
    put_in = {"cell_type": "code", "source": "1", "metadata": {}, "outputs": observed["cells"][0]["outputs"][1:2]}
    first = {"output_type": "stream", "name": "stderr", "text": "careful"}
    observed["cells"] = [put_in, {**observed["cells"][0], "outputs": [first, *observed["cells"][0]["outputs"]]}]
    names = [where for _, where in found(compare(tmp_path, "a.ipynb", json.dumps(expected), json.dumps(observed)))]
    assert len(names) == 2
    assert not any("image/png" in name for name in names)


def test_what_is_no_notebook_is_compared_by_bytes(tmp_path: Path) -> None:
    """JSON without cells is no notebook."""
    assert "no list of cells" in compare(tmp_path, "a.ipynb", _notebook(), "{}").compared_by
