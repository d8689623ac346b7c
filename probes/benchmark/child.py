"""The child process: import the framework, run the benchmark, write one JSON answer to its own file descriptor, and leave.

A process of its own because a framework may crash, hang or abort; what it prints goes to pipes that the parent reads.
"""

import gc
import json
import os
import resource
import signal
import time

from ..floating_point import USUAL
from . import framework, loaded, numpy_run, pure, tensorflow_run

GRACE_S = 2  # the parent gives up first; this ends a child whose parent is gone


def main(line):
    """Answer the request in `line` on its `answer_fd`, then leave: interpreter teardown costs 0.35 s with TensorFlow."""
    request = line["request"]
    gc.disable()  # hundreds of thousands of objects are made and all of them stay: looking for garbage is a fifth of the time
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(int(request["benchmark_timeout_s"]) + GRACE_S)
    answer = os.fdopen(request["answer_fd"], "wb")
    core = None if request.get("core") is None else stay_on(request["core"])
    document = run(request["benchmark"])
    if core is not None and "trace" in document:
        document["trace"]["context"]["core"] = core
    answer.write(json.dumps(document).encode("ascii"))
    answer.close()
    os._exit(0)


def stay_on(index):
    """Compute on one of the cores that this process may use, as all that it starts will; return that core's own number."""
    core = sorted(os.sched_getaffinity(0))[index]
    os.sched_setaffinity(0, {core})
    return core


def run(mode):
    """Return the answer: `trace` and `facts`, or `failure` where a framework is installed and does not import."""
    started = time.perf_counter()
    try:
        kind, modules = framework.load()
    except framework.ImportFailed as failure:
        return {"failure": {"framework": failure.framework, "error": str(failure)}}
    imported = time.perf_counter()
    runs = {"tensorflow": tensorflow_run.run, "numpy": numpy_run.run, "python": pure.run}
    trace, facts = runs[kind](modules, mode)
    trace.update({"schema": "envprobe.trace/1", "kind": kind, "mode": mode})
    trace["context"].update(
        {
            "mapped": loaded.mapped_where_flushed(facts["known"].get("floating_point.numpy", USUAL)),
            "import_s": "%.3f" % (imported - started),
            "run_s": "%.3f" % (time.perf_counter() - imported),
            "peak_memory_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
        }
    )
    return {"trace": trace, "facts": facts}
