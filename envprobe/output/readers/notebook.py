"""Compare Jupyter notebooks by source and outputs: not by execution counts, cell ids, times or other metadata."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ..finding import Findings, Step, Unreadable, missing_extra
from ..plain import plain
from ..summary import Summary
from ..tree import compare_trees
from . import image
from .document import read_bytes, read_json

OLD_FORMAT = 3
PICTURES = ("image/png", "image/jpeg", "image/gif", "image/webp")


def read_notebook(path: Path) -> list[dict[str, Any]]:
    """Return the cells: kind, source and outputs. Raises Unreadable for anything but a notebook of format 4."""
    document = _upgraded(read_json(read_bytes(path)))
    cells = document.get("cells") if isinstance(document, dict) else None
    if not isinstance(cells, list) or not all(isinstance(cell, dict) for cell in cells):
        raise Unreadable("it has no list of cells, as notebooks of format 4 do")
    return [_cell(cell) for cell in cells]


def _upgraded(document: Any) -> Any:
    """Return a notebook of format 3 as one of format 4."""
    if not isinstance(document, dict) or document.get("nbformat") != OLD_FORMAT:
        return document
    try:
        import nbformat
    except ImportError:
        raise missing_extra("nbformat", "notebooks") from None
    upgrade: Any = nbformat.v4.upgrade
    read: Any = nbformat.from_dict
    return plain(upgrade(read(document), OLD_FORMAT))


def _cell(cell: dict[str, Any]) -> dict[str, Any]:
    found = {"kind": cell.get("cell_type"), "source": _joined(cell.get("source"))}
    if attachments := cell.get("attachments"):
        found["attachments"] = attachments
    outputs = cell.get("outputs")
    if isinstance(outputs, list):
        found["outputs"] = [_output(output) for output in outputs]
    return found


def _output(output: Any) -> Any:
    """Keep what an output shows; one text may be cut into lines in many ways."""
    if not isinstance(output, dict):
        return output
    kept = {name: _joined(value) for name, value in output.items() if name not in ("execution_count", "metadata", "data")}
    if isinstance(data := output.get("data"), dict):
        kept["data"] = {kind: _joined(value) for kind, value in data.items()}
    return kept


def _joined(value: Any) -> Any:
    is_lines = isinstance(value, list) and all(isinstance(line, str) for line in value)
    return "".join(value) if is_lines else value


def compare(expected: Path, observed: Path, findings: Findings) -> None:
    """Compare cell by cell; pictures by their pixels."""
    ours, theirs = read_notebook(expected), read_notebook(observed)
    for place, kind, data, other in _picture_pairs(ours, theirs):
        path = (*place, kind)
        if data[kind] != other[kind] and not findings.rule(path).ignore:
            image.compare_encoded(_decoded(data[kind]), _decoded(other[kind]), findings, path)
        data[kind] = other[kind] = "compared as a picture"
    compare_trees(ours, theirs, findings, ("cells",))


def _picture_pairs(ours: Any, theirs: Any) -> Iterator[tuple[tuple[Step, ...], str, dict[str, Any], dict[str, Any]]]:
    """Yield path, MIME type and both `data` of each picture that both notebooks have at the same place."""
    for number, (cell, other_cell) in enumerate(zip(ours, theirs, strict=False)):
        outputs = zip(cell.get("outputs", ()), other_cell.get("outputs", ()), strict=False)
        for index, (output, other) in enumerate(outputs):
            data, other_data = (side.get("data") if isinstance(side, dict) else None for side in (output, other))
            if isinstance(data, dict) and isinstance(other_data, dict):
                for kind in PICTURES:
                    if isinstance(data.get(kind), str) and isinstance(other_data.get(kind), str):
                        yield ("cells", number, "outputs", index, "data"), kind, data, other_data


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text)
    except binascii.Error:
        raise Unreadable("a picture in it is not base64") from None


def summarize(path: Path, type_name: str) -> Summary:
    """Return the number of cells and of outputs."""
    cells = read_notebook(path)
    outputs = sum(len(cell.get("outputs", ())) for cell in cells)
    return Summary(parts={"cells": str(len(cells)), "outputs": str(outputs)})
