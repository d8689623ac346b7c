"""How far two tensors are apart, from what their records keep of them."""

from __future__ import annotations

import base64
import math
import struct
from collections.abc import Iterator, Sequence

import msgspec

from .trace import ITEM_BYTES, TraceRecord

FLOAT64_EPSILON = 2.0**-52
_FLOATS = {"float16": ("<e", "<h", 15), "float32": ("<f", "<i", 31), "float64": ("<d", "<q", 63)}
"""Formats of the value and of its bits, and the number of bits below the sign."""
_INTEGERS = {"int8": "b", "uint8": "B", "int16": "h", "int32": "i", "uint32": "I", "int64": "q", "uint64": "Q", "bool": "?"}


class Distance(msgspec.Struct, frozen=True):
    """How far apart two tensors are."""

    relative: float | None
    """Scaled error, max|expected - observed| / max|expected|; None where it is unknown or not finite."""
    ulp: int | None
    """Units in the last place at the sampled element that is furthest off; None without such an element."""


SAME = Distance(0.0, 0)
UNKNOWN = Distance(None, None)


def distance(expected: TraceRecord, observed: TraceRecord) -> Distance:
    """Return the distance of two records of the same tensor.

    The sample gives the scaled error and the ULP; the projection bounds from below what lies between the sampled elements,
    so an error that no sample hit is still seen. UNKNOWN where dtype or shape differ, one raised, or a value is not finite.
    """
    if expected.same_bits(observed):
        return SAME
    if expected.error or observed.error or expected.dtype != observed.dtype or expected.shape != observed.shape:
        return UNKNOWN
    pairs = list(zip(values(expected), values(observed), strict=False))
    scale = _scale(expected, [wanted for wanted, _ in pairs])
    errors = [abs(wanted - found) for wanted, found in pairs]
    unseen = _unseen_error(expected, observed)
    if not all(map(math.isfinite, [*errors, scale, unseen])):
        return UNKNOWN
    furthest = max(range(len(errors)), key=errors.__getitem__, default=None)
    largest = max([unseen, *errors])
    relative = largest / scale if scale else (0.0 if largest == 0.0 else None)
    if furthest is None or errors[furthest] == 0.0:
        return Distance(relative, None)
    return Distance(relative, _ulp(expected.dtype, *pairs[furthest]))


def values(record: TraceRecord) -> list[float]:
    """Return the sampled elements; integers as floats."""
    raw = base64.b64decode(record.sample)
    if record.dtype == "bfloat16":  # the upper half of a float32
        return [struct.unpack("<f", b"\0\0" + raw[start : start + 2])[0] for start in range(0, len(raw), 2)]
    letter = _FLOATS[record.dtype][0][1] if record.dtype in _FLOATS else _INTEGERS[record.dtype]
    count = len(raw) // ITEM_BYTES[record.dtype]
    return [float(value) for value in struct.unpack(f"<{count}{letter}", raw)]


def _scale(record: TraceRecord, sampled: list[float]) -> float:
    """Return the largest magnitude of the tensor; of its sample where the record has none (integers)."""
    return float.fromhex(record.scale) if record.scale else max(map(abs, sampled), default=0.0)


def _unseen_error(expected: TraceRecord, observed: TraceRecord) -> float:
    """Return a lower bound of the largest error over the whole tensor, from the projections.

    The projections differ by the sum of the errors with random signs: about the root of their count times the typical error.
    They are sums of float64 themselves, so the bound is never below what one value of those resolves.
    """
    if not (expected.projection and observed.projection):
        return 0.0
    root = math.sqrt(max(1, math.prod(expected.shape)))
    apart = abs(float.fromhex(expected.projection) - float.fromhex(observed.projection))
    return max(apart / root, FLOAT64_EPSILON * _scale(expected, []))


def _ulp(dtype: str, wanted: float, found: float) -> int | None:
    """Return how many representable values lie between two values; None for integers and bfloat16."""
    if dtype not in _FLOATS:
        return None
    return abs(_rank(dtype, wanted) - _rank(dtype, found))


def _rank(dtype: str, value: float) -> int:
    """Return a value's place among all values of its type; neighbours differ by 1, and both zeros are at 0."""
    as_float, as_bits, width = _FLOATS[dtype]
    bits: int = struct.unpack(as_bits, struct.pack(as_float, value))[0]
    return bits if bits >= 0 else -(bits & ((1 << width) - 1))


def losses(records: Sequence[TraceRecord]) -> Iterator[tuple[int, str, float]]:
    """Yield (step, which loss, value) of the benchmark on the CPU, in order."""
    for record in records:
        if record.stage == "loss" and record.part == "training" and record.step is not None and not record.error:
            sampled = values(record)
            if sampled:
                yield record.step, record.tensor, sampled[0]
