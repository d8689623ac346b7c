"""Start the benchmark's child process and read what it leaves, bounded in size and time."""

import json
import os
import selectors
import signal
import subprocess
import sys
import time

from ..safe_path import with_ours

ANSWER_LIMIT_BYTES = 4 << 20
OUTPUT_LIMIT_BYTES = 2 << 20
TAIL_BYTES = 4096


class Stream:
    """A pipe's content: its beginning up to a limit, and its last words."""

    def __init__(self, limit_bytes):
        self._limit, self._head, self._tail, self.size = limit_bytes, [], b"", 0

    def add(self, block):
        room = self._limit - self.size
        if room > 0:
            self._head.append(block[:room])
        self.size += len(block)
        self._tail = (self._tail + block)[-TAIL_BYTES:]

    def text(self):
        """Return what came first, up to the limit."""
        return b"".join(self._head).decode("utf-8", "backslashreplace")

    def tail(self):
        """Return what came last."""
        return self._tail.decode("utf-8", "backslashreplace")


class Outcome:
    """How a child ended: `status` (negative for a signal), whether by its time limit, and what it wrote."""

    def __init__(self, status, timeout_s, timed_out, answer, stdout, stderr):
        self.status, self.timeout_s, self.timed_out = status, timeout_s, timed_out
        self.answer, self.stdout, self.stderr = answer, stdout, stderr

    def document(self):
        """Return the answer, or an empty object where there is no whole one."""
        if self.timed_out or self.status != 0 or self.answer.size > ANSWER_LIMIT_BYTES:
            return {}
        try:
            return json.loads(self.answer.text())
        except ValueError:
            return {}


def run_child(line, mode, timeout_s):
    """Run the benchmark in a child with the same interpreter and sources; return its Outcome.

    The child and whatever it starts are killed at the time limit. Raises OSError where no process can be started.
    """
    read_end, write_end = os.pipe()
    request = dict(line["request"], task="benchmark", benchmark=mode, benchmark_timeout_s=timeout_s, answer_fd=write_end)
    message = json.dumps(dict(line, request=request)).encode("ascii") + b"\n"
    try:
        process = subprocess.Popen(
            [sys.executable, "-B", "-c", line["stub"]],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            pass_fds=(write_end,),
            start_new_session=True,
            env=child_environment(os.environ, request.get("gpu")),
        )
    except BaseException:
        os.close(read_end)
        raise
    finally:
        os.close(write_end)
    streams = {
        read_end: Stream(ANSWER_LIMIT_BYTES),
        process.stdout.fileno(): Stream(OUTPUT_LIMIT_BYTES),
        process.stderr.fileno(): Stream(OUTPUT_LIMIT_BYTES),
    }
    try:
        timed_out = not _exchange(process.stdin, message, streams, time.monotonic() + timeout_s)
        if not timed_out:
            process.wait()  # every pipe is at its end, so it is leaving
    finally:
        _end(process)
        os.close(read_end)
    answer, stdout, stderr = streams.values()
    return Outcome(process.returncode, timeout_s, timed_out, answer, stdout, stderr)


def child_environment(environ, gpu=None):
    """Return the child's variables: the target's own, and what makes oneDNN and TensorFlow say what they do.

    Of the GPUs that it may use, it sees all, or the one that was asked for.
    """
    visible = [name for name in environ.get("CUDA_VISIBLE_DEVICES", "").split(",") if name]
    one = {} if gpu is None else {"CUDA_VISIBLE_DEVICES": (visible[gpu : gpu + 1] or [str(gpu)])[0]}
    return dict(
        with_ours(environ), **one, ONEDNN_VERBOSE="1", DNNL_VERBOSE="1", TF_CPP_MIN_LOG_LEVEL="0", TF_CPP_MAX_VLOG_LEVEL="0"
    )


def _exchange(stdin, message, streams, deadline):
    """Write the message and read every stream to its end; return whether that was done before the deadline."""
    waiting = memoryview(message)
    os.set_blocking(stdin.fileno(), False)
    with selectors.DefaultSelector() as selector:
        selector.register(stdin.fileno(), selectors.EVENT_WRITE)
        for descriptor in streams:
            selector.register(descriptor, selectors.EVENT_READ)
        while selector.get_map():
            left_s = deadline - time.monotonic()
            if left_s <= 0:
                return False
            for key, _ in selector.select(left_s):
                if key.fd in streams:
                    block = os.read(key.fd, 1 << 16)
                    streams[key.fd].add(block)
                    if not block:
                        selector.unregister(key.fd)
                    continue
                try:
                    waiting = waiting[os.write(key.fd, waiting) :]
                except BrokenPipeError:  # the child died before it read everything; its status says more
                    waiting = waiting[:0]
                if not waiting:
                    selector.unregister(key.fd)
                    stdin.close()
    return True


def _end(process):
    """Kill what is left of the child's process group and reap it."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    process.wait()
    for stream in (process.stdin, process.stdout, process.stderr):
        stream.close()
