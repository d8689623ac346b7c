"""What runs a program inside of another program's worker. Sent there as source: any Python from 3.6 on, standard library alone.

`start`, `poll` and `stop` return at once, so that the worker goes on with its own work. Nothing is written there; what is kept
between the calls goes with the last of them.
"""

import os
import signal
import subprocess
import sys
import threading
import types

HOME = "_envprobe_jobs"
KEPT_BYTES = 65536
CHUNK_BYTES = 65536
SETTLE_S = 5


class Job:
    """A program that was started, and the threads that wait for it."""

    def __init__(self, argv, variables, data, timeout_s, limit):
        self.out, self.err = bytearray(), bytearray()
        self.is_full = self.is_late = False
        self.answer = None
        self.limit = limit
        pipe = subprocess.PIPE
        environ = dict(variables, **os.environ)
        self.process = subprocess.Popen(argv, stdin=pipe, stdout=pipe, stderr=pipe, start_new_session=True, env=environ)
        self.timer = threading.Timer(timeout_s, self.end_late)
        self.threads = [threading.Thread(target=one) for one in (self.read_out, self.read_err, lambda: self.write(data))]
        for thread in [self.timer, *self.threads, threading.Thread(target=self.wait)]:
            thread.daemon = True
            thread.start()

    def kill(self):
        """End the program and all that it started."""
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except OSError:
            pass

    def end_late(self):
        self.is_late = True
        self.kill()

    def write(self, data):
        try:
            self.process.stdin.write(data)
            self.process.stdin.close()
        except OSError:
            pass

    def read_out(self):
        for piece in iter(lambda: os.read(self.process.stdout.fileno(), CHUNK_BYTES), b""):
            self.out += piece
            if len(self.out) > self.limit:
                self.is_full = True
                self.kill()
                return

    def read_err(self):
        for piece in iter(lambda: os.read(self.process.stderr.fileno(), CHUNK_BYTES), b""):
            self.err += piece
            del self.err[:-KEPT_BYTES]

    def wait(self):
        self.process.wait()
        self.timer.cancel()
        for thread in self.threads:
            thread.join(SETTLE_S)
        self.kill()
        self.answer = ("done", self.process.returncode, bytes(self.out), bytes(self.err), self.is_full, self.is_late)


def jobs():
    """Return what is kept between calls, by token; a module, because a worker runs each call in a namespace of its own."""
    return sys.modules.setdefault(HOME, types.ModuleType(HOME)).__dict__


def start(token, argv, variables, data, timeout_s, limit):
    """Start a program, with variables that are not set here; return what keeps it from starting, or an empty text."""
    try:
        jobs()[token] = Job([sys.executable if word == "{python}" else word for word in argv], variables, data, timeout_s, limit)
    except (OSError, ValueError) as error:
        return "%s: %s" % (argv[0], error)
    return ""


def poll(token):
    """Return how a program ended, once; None while it runs; `lost` where nobody knows it."""
    job = jobs().get(token)
    if job is None:
        return ("lost",)
    if job.answer is not None:
        del jobs()[token]
    return job.answer


def stop(token):
    """End a program of which nobody waits any more."""
    job = jobs().pop(token, None)
    if job is not None:
        job.kill()
