"""The run without numpy: Python's own arithmetic."""

import platform

from . import float_canary, machine
from .host_canary import python_canaries
from .recorder import Recorder, describe_floats


def run(modules, mode):
    """Return (trace, facts)."""
    record = Recorder(describe_floats)
    record.begin("host")
    python_canaries(record)
    record.end()
    record.begin("float")
    float_canary.python_canaries(record)
    version = "%s %s" % (platform.python_implementation(), platform.python_version())
    return trace_of(record, machine.numeric_class(version)), {"known": {"framework": version}, "unknown": {}}


def trace_of(record, numeric_class):
    """Return the trace's members that every kind has."""
    return {"class": numeric_class, "records": record.records, "context": {"seconds": record.seconds, "errors": record.errors}}
