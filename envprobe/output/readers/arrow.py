"""Compare Parquet, Feather and Arrow files: columns by name with their types, rows aligned where they are not as many."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from ..array import Array, require_numpy
from ..finding import missing_extra
from ..holdings import Columns, Holding, Holdings, Nested, spell_cell
from ..plain import plain

LIBRARIES = ("numpy", "pyarrow", "pyarrow.parquet", "pyarrow.feather", "pyarrow.ipc")
BATCH_ROWS = 1 << 16
REALS = {"halffloat": "f2", "float": "f4", "double": "f8"}
"""Arrow's names of types that numpy calls otherwise; `to_pandas_dtype` would import pandas."""
WRITTEN_BY = ("pandas_version", "creator", "library")
"""Members of pandas' metadata that name the writer."""
OWN_METADATA = (b"pandas", b"ARROW:schema")


def _require_pyarrow() -> object:
    require_numpy()
    try:
        import pyarrow
    except ImportError:
        raise missing_extra("pyarrow", "tables") from None
    return pyarrow


def read(path: Path, type_name: str, stack: ExitStack) -> Holdings:
    """Return the schema, and the columns by name."""
    pyarrow = _require_pyarrow()
    if type_name == "parquet":
        from pyarrow import parquet

        file = stack.enter_context(parquet.ParquetFile(path, memory_map=False))
        schema, count = file.schema_arrow, file.metadata.num_rows
        batches: Callable[[], Iterator[object]] = lambda: file.iter_batches(batch_size=BATCH_ROWS)  # noqa: E731 - the other branch has another
    else:
        table = _read_table(path, pyarrow)
        schema, count = table.schema, table.num_rows
        batches = lambda: iter(table.to_batches(max_chunksize=BATCH_ROWS))  # noqa: E731 - as above
    names = _unique(schema.names)
    arrays = {name: _column(schema.field(index), index, count, batches) for index, name in enumerate(names)}
    types = {name: str(schema.field(index).type) for index, name in enumerate(names)}
    found: dict[str, Holding] = {"": Columns(arrays, count, lambda: _rows(batches))}
    return {**found, "types": Nested(types), "metadata": Nested(_metadata(schema))}


def _read_table(path: Path, pyarrow: Any) -> Any:
    from pyarrow import feather

    with path.open("rb") as stream:
        first = stream.read(6)
    if first.startswith((b"ARROW1", b"FEA1")):
        return feather.read_table(path, memory_map=False)
    with pyarrow.OSFile(str(path), "rb") as source:
        return pyarrow.ipc.open_stream(source).read_all()


def _unique(names: list[str]) -> list[str]:
    return [name if names.index(name) == index else f"{name} ({index})" for index, name in enumerate(names)]


def _metadata(schema: Any) -> object:
    """Return what the schema says beside its fields: pandas' index and types, without the versions that wrote them."""
    found: dict[str, object] = {}
    for key, value in (schema.metadata or {}).items():
        if key == b"pandas":
            pandas = json.loads(value)
            found["pandas"] = {name: item for name, item in pandas.items() if name not in WRITTEN_BY}
        elif key not in OWN_METADATA:
            found[key.decode("utf-8", "backslashreplace")] = value.decode("utf-8", "backslashreplace")
    return plain(found)


def _column(field: Any, index: int, count: int, batches: Callable[[], Iterator[Any]]) -> Array:
    """Return a column: numbers where none is missing as numbers, anything else by the spelling of its cells."""
    numpy = require_numpy()
    import pyarrow

    kind = field.type
    is_plain = (pyarrow.types.is_integer(kind) or pyarrow.types.is_floating(kind)) and not any(
        batch.column(index).null_count for batch in batches()
    )
    dtype = numpy.dtype(REALS.get(str(kind), str(kind)) if is_plain else object)

    def blocks() -> Iterator[Any]:
        for batch in batches():
            column = batch.column(index)
            if is_plain:
                yield numpy.ascontiguousarray(column.to_numpy(zero_copy_only=False))
            else:
                found = numpy.empty(len(column), object)
                found[:] = [_spell(value) for value in column]
                yield found

    return Array(dtype, (count,), blocks)


def _spell(scalar: Any) -> str:
    """Spell a cell; times by their count, which has no less than the type holds."""
    value = getattr(scalar, "value", None)
    if isinstance(value, int) and not isinstance(value, bool):
        return repr(value)
    value = scalar.as_py()
    if isinstance(value, list | dict | tuple):
        return f"{type(value).__name__} {value!r}"
    return spell_cell(value)


def _rows(batches: Callable[[], Iterator[Any]]) -> Iterator[tuple[str, ...]]:
    for batch in batches():
        yield from zip(*([_spell(value) for value in column] for column in batch.columns), strict=True)
