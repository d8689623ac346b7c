"""Compare .xlsx workbooks: the cells of each sheet, formulas as they are written and the values that were kept of them."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from ..finding import Unable, missing_extra
from ..holdings import Grid, Holding, Holdings, Nested, spell_cell
from ..plain import plain
from ..zip_file import check_archive

LIBRARIES = ("openpyxl",)
CELL_LIMIT = 20_000_000
SHEET_LIMIT = 1000
COLUMN_LIMIT = 16_384


def read(path: Path, type_name: str, stack: ExitStack) -> Holdings:
    """Return each sheet twice: formulas, and values. Times and names of the document do not count, nor do styles."""
    try:
        import openpyxl
    except ImportError:
        raise missing_extra("openpyxl", "tables") from None
    with zipfile.ZipFile(path) as archive:
        check_archive(archive.infolist())
    found: dict[str, Holding] = {}
    for data_only, suffix in ((False, ""), (True, " (values)")):
        book = openpyxl.load_workbook(path, read_only=True, data_only=data_only, keep_links=False)
        stack.callback(book.close)
        if len(book.sheetnames) > SHEET_LIMIT:
            raise Unable(f"it has more than {SHEET_LIMIT:,} sheets")
        found |= {f"{sheet.title}{suffix}": _grid(sheet) for sheet in book.worksheets}
        found["sheets"] = Nested(
            [f"{name}: {book[name].sheet_state}" for name in book.sheetnames if hasattr(book[name], "sheet_state")]
        )
        found["names"] = Nested(plain({name: str(one.attr_text) for name, one in book.defined_names.items()}))
    return found


def _grid(sheet: object) -> Grid:
    from openpyxl.utils import get_column_letter

    width = max((len(row) for row in _cells(sheet)), default=0)
    if width > COLUMN_LIMIT:
        raise Unable(f"a sheet has more than {COLUMN_LIMIT:,} columns")
    return Grid(
        tuple(get_column_letter(index + 1) for index in range(width)),
        lambda: (row + ("",) * (width - len(row)) for row in _cells(sheet)),
    )


def _cells(sheet: Any) -> Iterator[tuple[str, ...]]:
    """Yield rows of cells as they are spelled, without the empty ones at their ends."""
    count = 0
    sheet.reset_dimensions()  # what the file says of its size may be untrue
    for row in sheet.iter_rows(values_only=True):
        count += len(row)
        if count > CELL_LIMIT:
            raise Unable(f"a sheet has more than {CELL_LIMIT:,} cells")
        cells = tuple(spell_cell(value) for value in row)
        while cells and not cells[-1]:
            cells = cells[:-1]
        yield cells
