"""What a test obtained as a file that the comparators of `output` read: JSON, NPY or CSV. Nothing is pickled."""

from __future__ import annotations

import datetime
import json
from pathlib import Path

from ..error import UsageError
from ..output.finding import Unable, Unreadable
from ..output.plain import plain, spelled_json

ACCEPTED = "give a number, text, list or dict of these, an array, a data frame, or the Path of a file or folder"
REGISTERED = 2
"""`numpy.dtype.isbuiltin` of a type that another library added, such as bfloat16: NPY forgets what it is."""


def write_value(value: object, name: str, folder: Path) -> Path:
    """Write a value into a folder, equal values as equal bytes, and return its file. Raises UsageError.

    Frames (`to_csv`, `write_csv`) become CSV, arrays and scalars of an array library (`__array__`) NPY with their type, and
    anything else JSON under the name, floats spelled so that they read back to the same bits.
    """
    if hasattr(value, "to_csv"):  # pandas
        path = folder / f"{name}.csv"
        value.to_csv(path, na_rep="nan")
    elif hasattr(value, "write_csv"):  # polars
        path = folder / f"{name}.csv"
        value.write_csv(path, null_value="nan")
    elif _is_array(value):
        path = folder / f"{name}.npy"
        _write_array(value, name, path)
    else:
        path = folder / f"{name}.json"
        path.write_text(json.dumps({name: _plain(value, name)}, indent=1, sort_keys=True) + "\n", encoding="ascii")
    return path


def _is_array(value: object) -> bool:
    return hasattr(value, "__array__") and not isinstance(value, float)  # numpy.float64 is a float


def _write_array(value: object, name: str, path: Path) -> None:
    import numpy

    array = numpy.asarray(_unmasked(value, name), order="C")
    if array.dtype.hasobject:
        raise UsageError(f"{name}: an array of {array.dtype} cannot be stored exactly", "give its items: value.tolist()")
    if array.dtype.isbuiltin == REGISTERED:
        raise UsageError(f"{name}: an array of {array.dtype} cannot be stored exactly", "cast it: value.astype('float32')")
    numpy.save(path, array, allow_pickle=False)


def _unmasked(value: object, name: str) -> object:
    import numpy

    if isinstance(value, numpy.ma.MaskedArray):
        raise UsageError(f"{name}: a masked array would lose its mask", "fill it: value.filled(...)")
    return value


def _plain(value: object, name: str) -> object:
    try:
        return plain(_without_arrays(value, name))
    except (Unable, Unreadable) as error:
        raise UsageError(f"{name}: {error}", ACCEPTED) from None


def _without_arrays(value: object, name: str) -> object:
    """Return nested values with arrays and their scalars as lists and numbers; float32 widens to float64 exactly."""
    if isinstance(value, dict):
        return {key if isinstance(key, str) else repr(key): _without_arrays(item, name) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_without_arrays(item, name) for item in value]
    if isinstance(value, set | frozenset):
        return sorted((_without_arrays(item, name) for item in value), key=spelled_json)
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, bytes):
        return f"{len(value)} bytes {value.hex()}"
    if hasattr(value, "to_csv") or hasattr(value, "write_csv"):
        raise UsageError(
            f"{name}: a data frame inside another value would lose its columns and its index",
            "check it by itself, with a name of its own",
        )
    if _is_array(value):
        import numpy

        return numpy.asarray(_unmasked(value, name)).tolist()
    return value
