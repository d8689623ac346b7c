"""A small trace for tests: one record of each stage, and what changes it."""

from __future__ import annotations

import base64
import hashlib
import struct
from typing import Any

import msgspec

from envprobe.numerics.trace import Trace, TraceRecord, read_trace

STAGES = (
    ("host", "numpy", "exp.float64", None),
    ("operation", "matmul", "k8", None),
    ("operation", "control", "scatter_nd", None),
    ("training", "data", "images.0", None),
    ("training", "init", "conv1.kernel", None),
    ("training", "forward", "conv1", None),
    ("training", "loss", "classes", 0),
    ("training", "gradient", "conv1.kernel", 0),
    ("training", "update", "conv1.kernel", 0),
    ("training", "loss", "classes", 1),
    ("training", "weights", "conv1.kernel", 1),
    ("training", "loss", "classes", 7),
    ("training", "weights", "conv1.kernel", 7),
    ("training", "prediction", "logits", None),
)


def record(
    part: str, stage: str, tensor: str, step: int | None = None, values: tuple[float, ...] = (1.0, 0.5, 0.25)
) -> TraceRecord:
    """Return the record of a float32 tensor of these values."""
    raw = struct.pack(f"<{len(values)}f", *values)
    exact = struct.unpack(f"<{len(values)}f", raw)
    return TraceRecord(
        part=part,
        stage=stage,
        tensor=tensor,
        step=step,
        dtype="float32",
        shape=[len(values)],
        digest=hashlib.sha256(raw).hexdigest()[:32],
        sample=base64.b64encode(raw).decode(),
        scale=max((abs(value) for value in exact), default=0.0).hex(),
        projection=sum(exact).hex(),
    )


def trace(**members: Any) -> Trace:
    """Return the sample trace with some members changed."""
    return msgspec.structs.replace(_SAMPLE, **members)


def moved(changes: dict[tuple[str, str], tuple[float, ...]], **members: Any) -> Trace:
    """Return the sample trace with other values for every record of some (part, stage)."""
    records = [record(*stage, values=changes.get(stage[:2], (1.0, 0.5, 0.25))) for stage in STAGES]
    return trace(records=records, **members)


def with_class(**members: Any) -> Trace:
    """Return the sample trace in another numeric class."""
    return trace(numeric_class={**_SAMPLE.numeric_class, **members})


TRACE: dict[str, Any] = {
    "schema": "envprobe.trace/1",
    "kind": "tensorflow",
    "mode": "quick",
    "class": {
        "framework": "tensorflow 2.9.0",
        "cpu": "GenuineIntel 6 x86-64:avx512_core",
        "cpus": 2,
        "onednn": True,
        "device": "cpu",
    },
    "records": [msgspec.to_builtins(record(*stage)) for stage in STAGES],
    "context": {"import_s": "1.5"},
}
_SAMPLE = read_trace(TRACE, "sample")
