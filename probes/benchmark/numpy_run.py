"""The run without TensorFlow: Python's and numpy's canaries."""

from . import float_canary, machine, numpy_switch
from .counter import Draw
from .host_canary import numpy_canaries, python_canaries
from .pure import trace_of
from .recorder import Recorder, describe_array


def run(modules, mode):
    """Return (trace, facts)."""
    np = modules["numpy"]
    record = Recorder(describe_array(np))
    version = "numpy " + np.__version__
    known = dict(host_part(np, Draw(np), record), framework=version)
    known.update(numpy_switch.in_effect(np))
    return trace_of(record, machine.numeric_class(version)), {"known": known, "unknown": {}}


def host_part(np, draw, record):
    """Record everything that needs no framework, and return what it says of the floating-point environment."""
    record.begin("host")
    python_canaries(record)
    numpy_canaries(np, draw, record)
    record.end()
    record.begin("float")
    float_canary.python_canaries(record)
    return {"floating_point.numpy": float_canary.numpy_canaries(np, record)}
