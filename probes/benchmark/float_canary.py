"""Canaries of the floating-point environment: what becomes of numbers below the smallest normal one, and how is rounded.

A library that was linked with -ffast-math changes both for every thread that loads it, or is started afterwards.
"""

import struct
import sys

from ..floating_point import HALF_ULP, of_python, spelled

POWERS = (1, 2, 10, 30)


def python_canaries(record):
    """Record Python's own; return the state in words."""
    one, smallest = float(1), struct.unpack("<d", b"\1" + bytes(7))[0]
    record.tensor("python", "subnormal.results", [sys.float_info.min / 2.0**power for power in POWERS])
    record.tensor("python", "subnormal.operands", [smallest * 2.0 ** (1000 - power) for power in POWERS])
    record.tensor("python", "rounding", [one + HALF_ULP / 2, -one - HALF_ULP / 2, one + 1.5 * HALF_ULP])
    return of_python()


def numpy_canaries(np, record):
    """Record numpy's, of arrays that its vector loops handle; return the state in words."""
    return _array_canaries(record, "numpy", np, lambda value: value)


def tensorflow_canaries(tf, np, record):
    """Record TensorFlow's, which flushes subnormal results in its own threads by design; return the state in words."""
    return _array_canaries(record, "tensorflow", np, tf.constant)


def _array_canaries(record, stage, np, tensor):
    one, info = np.ones(64, "float32"), np.finfo("float32")
    ulp = np.float32(info.eps)
    results = tensor(one * info.tiny) * 0.5
    operands = tensor(np.full(64, 1, "int32").view("float32")) * np.float32(2.0**100)
    rounded = [tensor(sign * one) + tensor(one * (sign * ulp * part)) for sign, part in ((1, 0.25), (-1, 0.25), (1, 0.75))]
    record.tensor(stage, "subnormal.results", results)
    record.tensor(stage, "subnormal.operands", operands)
    record.tensor(stage, "rounding", tensor(np.stack([np.asarray(value) for value in rounded])))
    above, below, halfway = [float(np.asarray(value)[0]) for value in rounded]
    return spelled((above, below, halfway), *[bool(np.asarray(value)[0] == 0.0) for value in (results, operands)])
