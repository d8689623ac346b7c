"""Compare Jupyter notebooks by source and outputs: not by execution counts, cell ids, times or other metadata."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from ..align import spans
from ..finding import Findings, Step, Unreadable, missing_extra
from ..plain import plain
from ..summary import Summary
from ..tree import compare_trees
from . import image
from .document import read_bytes, read_json
from .markup import steady

OLD_FORMAT = 3
MARKUPS = ("text/html", "image/svg+xml")
PICTURES = ("image/png", "image/jpeg", "image/gif", "image/webp")


def read_notebook(path: Path) -> list[dict[str, Any]]:
    """Return the cells: kind, source and outputs. Raises Unreadable for anything but a notebook of format 4."""
    document = _upgraded(read_json(read_bytes(path)))
    cells = document.get("cells") if isinstance(document, dict) else None
    if not isinstance(cells, list) or not all(isinstance(cell, dict) for cell in cells):
        raise Unreadable("it has no list of cells, as notebooks of format 4 do")
    return [_cell(cell) for cell in cells]


def _upgraded(document: object) -> object:
    """Return a notebook of format 3 as one of format 4."""
    if not isinstance(document, dict) or document.get("nbformat") != OLD_FORMAT:
        return document
    try:
        import nbformat
    except ImportError:
        raise missing_extra("nbformat", "notebooks") from None
    read: Any = nbformat.v3.reads_json
    upgrade: Any = nbformat.v4.upgrade
    return plain(upgrade(read(json.dumps(document)), OLD_FORMAT))


def _cell(cell: dict[str, object]) -> dict[str, object]:
    found = {"kind": cell.get("cell_type"), "source": _joined(cell.get("source"))}
    if attachments := cell.get("attachments"):
        found["attachments"] = attachments
    outputs = cell.get("outputs")
    if isinstance(outputs, list):
        found["outputs"] = list(_one_by_one(_output(output) for output in outputs))
    return found


def _one_by_one(outputs: Iterable[object]) -> Iterator[object]:
    """Yield the outputs; what a stream printed is one, in however many pieces the kernel sent it."""
    last: dict[str, Any] | None = None
    for output in outputs:
        if isinstance(output, dict) and output.get("output_type") == "stream" and isinstance(output.get("text"), str):
            if last is not None and last.keys() == output.keys() and last.get("name") == output.get("name"):
                last["text"] += output["text"]
                continue
            last = output
        else:
            last = None
        yield output


def _output(output: object) -> object:
    """Keep what an output shows; one text may be cut into lines in many ways."""
    if not isinstance(output, dict):
        return output
    kept = {name: _joined(value) for name, value in output.items() if name not in ("execution_count", "metadata", "data")}
    if isinstance(data := output.get("data"), dict):
        kept["data"] = {kind: _shown(kind, _joined(value)) for kind, value in data.items()}
    return kept


def _shown(kind: str, value: object) -> object:
    """Return what is displayed; of markup, without the random ids of a run, such as those of plotly's and pandas' tables."""
    return steady(value, kind == "image/svg+xml") if isinstance(value, str) and kind in MARKUPS else value


def _joined(value: Any) -> object:
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
    """Yield path, MIME type and both `data` of each picture that both notebooks have in cells that belong together."""
    for number, other_number in _together(ours, theirs, _source):
        outputs, others = (cell.get("outputs", ()) for cell in (ours[number], theirs[other_number]))
        for index, other_index in _together(outputs, others, _kinds):
            data, other = _data(outputs[index]), _data(others[other_index])
            for kind in PICTURES:
                if isinstance(data.get(kind), str) and isinstance(other.get(kind), str):
                    yield ("cells", number, "outputs", index, "data"), kind, data, other


def _together(ours: Sequence[Any], theirs: Sequence[Any], key: Callable[[Any], Hashable]) -> Iterator[tuple[int, int]]:
    """Yield which items belong together: those with the same key, and between them in turn. One put in shifts no other."""
    first = other = 0
    parts = [
        *spans([key(item) for item in ours], [key(item) for item in theirs]),
        (len(ours), len(ours), len(theirs), len(theirs)),
    ]
    for start, end, other_start, other_end in parts:
        yield from zip(range(first, start), range(other, other_start), strict=True)
        yield from zip(range(start, end), range(other_start, other_end), strict=False)
        first, other = end, other_end


def _source(cell: dict[str, Any]) -> Hashable:
    return repr(cell["kind"]), repr(cell["source"])


def _kinds(output: Any) -> Hashable:
    return (repr(output.get("output_type")), *sorted(_data(output))) if isinstance(output, dict) else repr(output)


def _data(output: Any) -> dict[str, Any]:
    data = output.get("data") if isinstance(output, dict) else None
    return data if isinstance(data, dict) else {}


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
