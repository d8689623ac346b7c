"""A record among a notebook's outputs: what `%envprobe line` displays, every front end saves, and `verify` reads."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from ..error import DocumentError
from .carried import Carried
from .json import from_json, to_json
from .markdown import look, shown

TYPE = "application/vnd.envprobe.record+json"
"""The MIME type of the record. Front ends that do not know it show one of the others, and save it as it is."""
PLAIN, MARKDOWN = "text/plain", "text/markdown"
CHOOSE = "clear the output of one of these cells"


def to_data(record: Carried) -> dict[str, object]:
    """Return a record as the `data` of an output: its line for a terminal, what the attached cell would show, the record."""
    return {PLAIN: record.line, MARKDOWN: "\n".join(shown(record)), TYPE: to_json(record)}


def read(cells: dict[int, object], where: str) -> Carried | None:
    """Return the record that cells have displayed, None where they did not. Raises DocumentError for two that differ.

    Cells are by their number in the notebook, from 1.
    """
    found = [(number, _record(data, where)) for number, cell in cells.items() for data in _bundles(cell) if TYPE in data]
    if not found:
        return None
    first, record = found[0]
    for number, other in found:
        if other != record:
            raise DocumentError(f"{where}: cells {first} and {number} have displayed envprobe records that differ", CHOOSE)
    return record


def _bundles(cell: object) -> Iterator[dict[str, object]]:
    outputs = cell.get("outputs") if isinstance(cell, dict) else None
    for output in outputs if isinstance(outputs, list) else []:
        data = output.get("data") if isinstance(output, dict) else None
        if isinstance(data, dict):
            yield data


def _record(data: dict[str, object], where: str) -> Carried:
    record = from_json(data[TYPE], where)
    texts = {kind: _text(value) for kind, value in data.items() if kind != TYPE}  # a front end may show any of them
    view = look(texts.pop(MARKDOWN, ""))
    shows = msgspec.structs.replace(record, line=view.line, metrics=view.metrics)
    same = look("\n".join(shown(shows))).parts == view.parts and texts == {PLAIN: view.line} and record.line == view.line
    return msgspec.structs.replace(shows, edited=record.edited or not same)


def _text(value: object) -> str:
    """Return a text of an output, which a notebook keeps as one string or as a list of lines."""
    return "".join(map(str, value)) if isinstance(value, list) else str(value)
