"""A trace: what the seeded benchmark run left, record by record, read from an untrusted document."""

from __future__ import annotations

import base64
import binascii
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from typing import Any, Literal

import msgspec

from .. import document
from ..fact import canonical, sha256

SCHEMA = "envprobe.trace/1"
RECORD_LIMIT = 5000
SAMPLE_LIMIT = 64
ITEM_BYTES = {
    "float16": 2,
    "bfloat16": 2,
    "float32": 4,
    "float64": 8,
    "int8": 1,
    "uint8": 1,
    "int16": 2,
    "int32": 4,
    "uint32": 4,
    "int64": 8,
    "uint64": 8,
    "bool": 1,
}
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.:/-]{0,119}")
_DIGEST = re.compile(r"[0-9a-f]{32}")


class TraceRecord(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One tensor, or that computing it raised."""

    part: str
    """`host`, `operation` or `training`; `-gpu` follows for the run on a GPU, and `full.` leads what only a full run has."""
    stage: str
    tensor: str
    step: int | None = None
    """The training step, counted from 0; None outside of steps."""
    dtype: str = ""
    shape: list[int] = []
    digest: str = ""
    """Of dtype, shape and every byte."""
    sample: str = ""
    """Base64 of evenly spaced elements, exact bits, little-endian."""
    scale: str = ""
    """The largest magnitude, as a hex float; empty for integers."""
    projection: str = ""
    """The sum under fixed random signs, as a hex float; empty for integers."""
    error: str = ""
    """The name of the exception that was raised instead."""

    @property
    def key(self) -> tuple[str, str, str, int | None]:
        """What tells it from every other record of its trace."""
        return self.part, self.stage, self.tensor, self.step

    @property
    def name(self) -> str:
        """The key for a reader: `training/loss/classes step 3`."""
        step = "" if self.step is None else f" step {self.step}"
        return f"{self.part}/{self.stage}/{self.tensor}{step}"

    def same_bits(self, other: TraceRecord) -> bool:
        """Tell whether both are the same tensor bit for bit, or raised the same exception."""
        return (self.dtype, self.shape, self.digest, self.error) == (other.dtype, other.shape, other.digest, other.error)


class Trace(msgspec.Struct, frozen=True, kw_only=True, dict=True, forbid_unknown_fields=True):
    """The whole run."""

    kind: Literal["tensorflow", "numpy", "python"]
    mode: Literal["quick", "full"]
    numeric_class: dict[str, str | int | bool] = msgspec.field(name="class")
    """What decides bits: framework build, CPU dispatch class, CPUs by affinity, oneDNN and its ISA, GPU and driver branch."""
    records: list[TraceRecord]
    """In the order in which they were computed."""
    context: dict[str, Any] = {}
    """Seconds, memory, kernels, words of exceptions. Never compared."""

    @cached_property
    def id(self) -> str:
        """The digest of everything that is compared."""
        return sha256(
            canonical(
                {"kind": self.kind, "mode": self.mode, "class": self.numeric_class, "records": msgspec.to_builtins(self.records)}
            )
        )


class _Parsed:
    """A parsed trace, the same as itself alone: what equals it would have to be compared member by member."""

    def __init__(self, value: Any, where: str) -> None:
        self.value, self.where = value, where

    def __hash__(self) -> int:
        return id(self.value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Parsed) and self.value is other.value


def read_trace(value: Any, where: str) -> Trace:
    """Read a parsed trace. Raises DocumentError with every fault: a newer schema, hostile names, samples that do not fit.

    Nobody changes a value that was parsed, so one that was just read, as a baseline's for each member of a fleet, is kept.
    """
    return _read(_Parsed(value, where))


@lru_cache(maxsize=64)
def _read(parsed: _Parsed) -> Trace:
    value, where = parsed.value, parsed.where
    document.check_schema(value, SCHEMA, where)
    trace = document.convert({name: member for name, member in value.items() if name != "schema"}, Trace, where)
    document.refuse(where, list(_faults(trace)))
    return trace


def read_traces(value: Mapping[str, object], where: str) -> dict[str, list[Trace]]:
    """Read a baseline's traces: numeric class to one trace, or to a list of them. The classes must be the traces' own."""
    found: dict[str, list[Trace]] = {}
    for name, member in value.items():
        here = f"{where}.{name[:80]}"
        traces = [read_trace(item, here) for item in (member if isinstance(member, list) else [member])]
        document.refuse(here, [f"is of class {numeric_class(trace)!r}" for trace in traces if numeric_class(trace) != name])
        found[name] = traces
    return found


def to_json(trace: Trace) -> dict[str, object]:
    """Return the trace as the document that read_trace reads."""
    return {"schema": SCHEMA, **msgspec.to_builtins(trace)}


def numeric_class(trace: Trace) -> str:
    """Return the class as one line, the key under which a baseline keeps the trace."""
    return "; ".join(f"{name} {trace.numeric_class[name]}" for name in sorted(trace.numeric_class))


def with_trace(traces: Mapping[str, Sequence[Trace]], trace: Trace) -> dict[str, list[Trace]]:
    """Return the traces of a baseline with one more; one that is there already, bit for bit, is not added again."""
    added = {name: list(members) for name, members in traces.items()}
    members = added.setdefault(numeric_class(trace), [])
    if all(member.id != trace.id for member in members):
        members.append(trace)
    return added


def _faults(trace: Trace) -> Iterator[str]:
    if not trace.records:
        yield "records: empty"
    if len(trace.records) > RECORD_LIMIT:
        yield f"records: {len(trace.records):,}, more than {RECORD_LIMIT:,}"
        return
    if not trace.numeric_class:
        yield "class: empty"
    for name, value in trace.numeric_class.items():
        if not _NAME.fullmatch(name) or (isinstance(value, str) and not (value.isprintable() and len(value) <= 200)):
            yield f"class: {name[:40]!r}: not a printable name and value"
    seen: set[tuple[str, str, str, int | None]] = set()
    for index, record in enumerate(trace.records):
        for fault in _record_faults(record):
            yield f"records[{index}]{fault}"
        if record.key in seen:
            yield f"records[{index}]: a second record of {ascii(record.name)[:120]}"
        seen.add(record.key)


def _record_faults(record: TraceRecord) -> Iterator[str]:
    for member, text in (("part", record.part), ("stage", record.stage), ("tensor", record.tensor)):
        if not _NAME.fullmatch(text):
            yield f".{member}: {text[:40]!a} is not a name"
    if record.step is not None and not 0 <= record.step < 1 << 31:
        yield f".step: {record.step} is not a step"
    if record.error:
        if not _NAME.fullmatch(record.error):
            yield f".error: {record.error[:40]!a} is not the name of an exception"
        return
    if not _DIGEST.fullmatch(record.digest):
        yield f".digest: {record.digest[:40]!a} is not 32 hexadecimal digits"
    for member, text in (("scale", record.scale), ("projection", record.projection)):
        if text and not is_hex_float(text):
            yield f".{member}: {text[:40]!a} is not a hex float"
    yield from _tensor_faults(record)


def _tensor_faults(record: TraceRecord) -> Iterator[str]:
    item_bytes = ITEM_BYTES.get(record.dtype)
    if item_bytes is None:
        yield f".dtype: {record.dtype[:40]!a} is not one that is recorded"
        return
    if len(record.shape) > 16 or any(not 0 <= size < 1 << 40 for size in record.shape):
        yield f".shape: {str(record.shape)[:60]} is not a shape"
        return
    try:
        size_bytes = len(base64.b64decode(record.sample, validate=True))
    except (binascii.Error, ValueError):
        yield ".sample: not base64"
        return
    if size_bytes % item_bytes or size_bytes > min(SAMPLE_LIMIT, math.prod(record.shape)) * item_bytes:
        yield f".sample: {size_bytes} bytes do not fit {record.dtype}{record.shape}"


def is_hex_float(text: str) -> bool:
    """Tell whether a text is what float.hex() writes, `nan` and `inf` among them."""
    try:
        return float.fromhex(text).hex() == text
    except (ValueError, OverflowError):
        return False
