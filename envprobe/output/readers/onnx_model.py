"""Compare ONNX models: weights as arrays, the graph as nested values. Nothing is run, and no file beside the model is opened."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Any

from ..array import whole_block
from ..finding import Unable, missing_extra
from ..holdings import Holding, Holdings, Nested, unread
from ..plain import plain

LIBRARIES = ("numpy", "onnx", "google.protobuf.json_format")
LIMIT_BYTES = 2 << 30
"""A protocol buffer cannot be larger."""
WRITTEN_BY = ("producerName", "producerVersion", "docString")
EXTERNAL = 1


def read(path: Path, type_name: str, stack: ExitStack) -> Holdings:
    """Return the initializers by name, and everything else of the model; who wrote it does not count."""
    try:
        import onnx
        from google.protobuf.json_format import MessageToDict
    except ImportError:
        raise missing_extra("onnx", "models") from None
    if path.stat().st_size > LIMIT_BYTES:
        raise Unable(f"it is larger than {LIMIT_BYTES >> 30} GiB")
    model = onnx.ModelProto()
    model.ParseFromString(path.read_bytes())
    found: dict[str, Holding] = {f"weights.{one.name}": _weight(one) for one in model.graph.initializer}
    del model.graph.initializer[:]
    value = MessageToDict(model)
    for name in WRITTEN_BY:
        value.pop(name, None)
    return {**found, "model": Nested(plain(value))}


def _weight(tensor: Any) -> Holding:
    from onnx import numpy_helper

    if tensor.data_location == EXTERNAL:
        return unread("its values lie in another file", tensor.SerializeToString())
    return whole_block(numpy_helper.to_array(tensor))
