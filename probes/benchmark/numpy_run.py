"""The run without TensorFlow: Python's and numpy's canaries."""

from . import machine, numpy_switch
from .counter import Draw
from .host_canary import numpy_canaries, python_canaries
from .pure import trace_of
from .recorder import Recorder, describe_array


def run(modules, mode):
    """Return (trace, facts)."""
    np = modules["numpy"]
    record = Recorder(describe_array(np))
    host_part(np, Draw(np), record)
    version = "numpy " + np.__version__
    known = dict(numpy_switch.in_effect(np), framework=version)
    return trace_of(record, machine.numeric_class(version)), {"known": known, "unknown": {}}


def host_part(np, draw, record):
    """Record everything that needs no framework."""
    record.begin("host")
    python_canaries(record)
    numpy_canaries(np, draw, record)
    record.end()
