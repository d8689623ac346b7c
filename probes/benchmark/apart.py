"""Part of the benchmark in a forked process: beside the training, and where a crash ends nothing but itself.

Forked after the framework is imported and before its runtime starts, so that nothing is imported twice. What is found is
handed over one JSON document a line, so that what came before a crash is kept.
"""

import fcntl
import json
import os
import select
import signal
import time

PIPE_BYTES = 1 << 20  # so that a process that is done need not wait for its reader
PATIENCE_S = 10.0
LIMIT_S = 300  # ends a process whose parent is gone
ANSWER_LIMIT_BYTES = 4 << 20
F_SETPIPE_SZ = 1031  # fcntl.F_SETPIPE_SZ since Python 3.10


def start(compute):
    """Fork a process that calls `compute(say)`, where `say(document)` hands over a JSON document; None where none can be."""
    read_end, write_end = os.pipe()
    try:
        fcntl.fcntl(write_end, F_SETPIPE_SZ, PIPE_BYTES)
    except OSError:  # more than this user may have: the process waits for its reader
        pass
    try:
        process = os.fork()
    except OSError:  # the limit on processes
        os.close(read_end)
        os.close(write_end)
        return None
    if process == 0:
        _run(compute, read_end, write_end)
    os.close(write_end)
    return Apart(process, read_end)


def _send(pipe, document):
    pipe.write(json.dumps(document).encode("ascii") + b"\n")
    pipe.flush()


def _run(compute, read_end, write_end):
    """Be the forked process; never returns."""
    status = 1
    try:
        signal.alarm(LIMIT_S)
        os.close(read_end)
        with os.fdopen(write_end, "wb") as pipe:
            compute(lambda document: _send(pipe, document))
        status = 0
    finally:
        os._exit(status)


class Apart:
    """A forked process and what it has said."""

    def __init__(self, process, read_end):
        self._process, self._read_end, self._started = process, read_end, time.monotonic()
        self.status = None  # as of subprocess: negative for a signal; None while it is not known

    def documents(self):
        """Wait for the process to end and return what it handed over; `status` is 0 where that is all of it.

        A process that takes much longer than everything beside it hangs, as one does that was forked from a running runtime.
        """
        deadline = time.monotonic() + PATIENCE_S + 3 * (time.monotonic() - self._started)
        said = self._read(deadline)
        self.end()
        return [json.loads(line.decode("ascii")) for line in said.split(b"\n")[:-1]]

    def end(self):
        """End the process and reap it."""
        if self.status is not None:
            return
        if not self._is_at_its_end:
            os.kill(self._process, signal.SIGKILL)
        os.close(self._read_end)
        status = os.waitpid(self._process, 0)[1]
        self.status = -os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)

    _is_at_its_end = False

    def _read(self, deadline):
        said = b""
        while len(said) < ANSWER_LIMIT_BYTES:
            if not select.select([self._read_end], [], [], max(0.0, deadline - time.monotonic()))[0]:
                break
            block = os.read(self._read_end, 1 << 16)
            if not block:
                self._is_at_its_end = True
                break
            said += block
        return said
