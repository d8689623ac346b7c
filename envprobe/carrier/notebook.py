"""Jupyter notebooks: the record in the notebook's metadata, and a last cell that shows it to whoever renders the notebook.

Where none was attached, one that a cell has displayed counts (notebook_output.py).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from . import Carrier, Words, notebook_output, splice
from .carried import CUT_OFF, Carried, damaged
from .file import Format, ReportFile
from .json import NAME, from_json, to_json
from .markdown import look, shown

CELL = "record"
"""What marks the cell, as `metadata.envprobe`; it survives Jupyter, nbconvert and nbstripout."""
MAJOR, IDS_SINCE = 4, 5
UPGRADE = "upgrade it: jupyter nbconvert --to notebook --nbformat 4 NOTEBOOK"
_HIDING = re.compile("hide|remove|skip", re.IGNORECASE)
"""What the tags of cells say that Jupyter Book, nbconvert and others leave out."""


def open_carrier(name: str) -> Carrier:
    """Open a notebook."""
    return ReportFile(Path(name), Format(find, put, str, words))


def put(report: bytes, record: Carried, where: str) -> bytes:
    """Return the notebook with metadata and cell set. Raises DocumentError for one that is not of format 4."""
    text = splice.decode(report, where)
    start = splice.start_of(text, where)
    minor = _minor(text, start, where)
    cells = _member(text, start, "cells", where)
    found = _ours(text, cells.value, where)
    text = splice.put_item(text, cells.value, found, _cell(record, with_id=minor >= IDS_SINCE), where)
    metadata = splice.member(text, start, "metadata", where)
    if metadata is None:
        return splice.put_member(text, start, "metadata", {NAME: to_json(record)}, where).encode("utf-8")
    return splice.put_member(text, metadata.value, NAME, to_json(record), where).encode("utf-8")


def find(report: bytes, where: str) -> Carried | None:
    """Return the notebook's record as a cell shows it, None where there is none. Raises DocumentError."""
    text = splice.decode(report, where)
    start = splice.start_of(text, where)
    metadata = splice.member(text, start, "metadata", where)
    member = splice.member(text, metadata.value, NAME, where) if metadata is not None else None
    if member is None:
        return _displayed(text, start, where)
    found = from_json(splice.value_of(text, member, where), where)
    cell = _ours(text, _member(text, start, "cells", where).value, where)
    if cell is None:
        return msgspec.structs.replace(found, edited=True)
    value = splice.value_of(text, cell, where)
    view = look(_source(value))
    shows = msgspec.structs.replace(found, line=view.line, metrics=view.metrics)
    same = found.line == view.line and look("\n".join(shown(shows))).parts == view.parts and _is_as_written(value)
    return msgspec.structs.replace(shows, edited=found.edited or not same)


def words(report: bytes) -> Iterator[Words]:
    """Yield the text of the Markdown cells, that of the record left out where there is one."""
    try:
        notebook = json.loads(report)
    except (ValueError, RecursionError):
        return
    cells, metadata = (notebook.get(name) for name in ("cells", "metadata")) if isinstance(notebook, dict) else (None, None)
    has_record = isinstance(metadata, dict) and NAME in metadata
    for number, cell in enumerate(cells if isinstance(cells, list) else [], 1):
        if isinstance(cell, dict) and cell.get("cell_type") == "markdown" and not (has_record and _is_ours(cell)):
            yield Words(f"cell {number}", _source(cell))


def _displayed(text: str, start: int, where: str) -> Carried | None:
    """Return the record among the cells' outputs; cells that do not hold its type are not parsed, only passed over."""
    cells = splice.member(text, start, "cells", where)
    parts = splice.parts(text, cells.value, where) if cells is not None and text[cells.value] == "[" else []
    holding = {number: part for number, part in enumerate(parts, 1) if notebook_output.TYPE in text[part.value : part.end]}
    return notebook_output.read({number: splice.value_of(text, part, where) for number, part in holding.items()}, where)


def _cell(record: Carried, *, with_id: bool) -> dict[str, object]:
    lines = "\n".join(shown(record)).splitlines(keepends=True)
    identity = {"id": "envprobe-record"} if with_id else {}
    return {"cell_type": "markdown", **identity, "metadata": {NAME: CELL}, "source": lines}


def _ours(text: str, start: int, where: str) -> splice.Part | None:
    """Return the cell that shows the record. Raises DocumentError where there are two."""
    cells = [part for part in splice.parts(text, start, where) if NAME in text[part.value : part.end]]
    ours = [part for part in cells if _is_ours(splice.value_of(text, part, where))]
    if len(ours) > 1:
        raise damaged(where, "two cells that show an envprobe record", "delete one of the two cells")
    return ours[0] if ours else None


def _is_ours(cell: object) -> bool:
    return isinstance(cell, dict) and isinstance(cell.get("metadata"), dict) and cell["metadata"].get(NAME) == CELL


def _is_as_written(cell: dict[str, Any]) -> bool:
    """Tell whether a cell is nothing but the text that shows the record, and is shown. Programs add to its metadata."""
    metadata = cell["metadata"]
    jupyter, tags = metadata.get("jupyter"), metadata.get("tags")
    hides = [*(jupyter.values() if isinstance(jupyter, dict) else []), metadata.get("hide_input"), metadata.get("hidden")]
    hiding = [tag for tag in tags if isinstance(tag, str) and _HIDING.search(tag)] if isinstance(tags, list) else []
    rest = {name: value for name, value in cell.items() if name not in ("id", "metadata", "source") and value != {}}
    return rest == {"cell_type": "markdown"} and not hiding and True not in hides


def _source(cell: dict[str, object]) -> str:
    source = cell.get("source")
    return "".join(map(str, source)) if isinstance(source, list) else str(source)


def _minor(text: str, start: int, where: str) -> int:
    major, minor = (splice.member(text, start, name, where) for name in ("nbformat", "nbformat_minor"))
    if major is None or splice.value_of(text, major, where) != MAJOR:
        raise damaged(where, f"not a notebook of format {MAJOR}", UPGRADE)
    number = splice.value_of(text, minor, where) if minor is not None else 0
    return number if isinstance(number, int) else 0


def _member(text: str, start: int, name: str, where: str) -> splice.Part:
    found = splice.member(text, start, name, where)
    if found is None or text[found.value] != "[":
        raise damaged(where, f"not a notebook: no list of {name}", CUT_OFF)
    return found
