"""Spread work over the processors with nothing but fork and pipes.

multiprocessing needs a writable /dev/shm for its semaphores, and threads do not help where Python itself is busy.
"""

import gc
import json
import os
import select
import struct

from .affinity import usable

TASK_LIMIT = 1000  # their numbers lie in one pipe from the start, and 4096 bytes fit into any pipe
WORKER_LIMIT = 4
_NUMBER = struct.Struct("<I")


class Lost:
    """The outcome of a task whose worker ended before it answered."""

    def __init__(self, reason):
        self.reason = reason


def processors():
    """Return how many workers this process may keep busy."""
    return min(usable(), WORKER_LIMIT)


def run(function, count, workers):
    """Return [function(0), …, function(count - 1)], each a JSON value or a Lost. `count` is at most TASK_LIMIT.

    Each worker takes the lowest number that is left, so the longest tasks belong first. A function that raises loses its
    task and no other. Where no process can be started, everything runs in this one.
    """
    if count > TASK_LIMIT:
        raise ValueError("%d tasks, more than the %d that fit" % (count, TASK_LIMIT))
    if workers < 2 or count < 2:
        return [_guarded(function, number) for number in range(count)]
    tasks, feed = os.pipe()
    os.write(feed, b"".join(_NUMBER.pack(number) for number in range(count)))
    os.close(feed)
    getattr(gc, "freeze", gc.collect)()  # so that a collection in a child does not copy every page
    children = {}
    try:
        for _ in range(workers):
            answers, pid = _start(function, tasks)
            children[answers] = pid
    except OSError:  # no more processes (pids limit): the ones that run do it all
        if not children:
            os.close(tasks)
            return [_guarded(function, number) for number in range(count)]
    os.close(tasks)
    outcomes = [None] * count
    _gather(children, outcomes)
    reason = _wait(children.values())
    return [Lost(reason) if outcome is None else _opened(outcome) for outcome in outcomes]


def beside(function):
    """Start a function that returns a JSON value, in a process of its own; return what waits for that value or a Lost.

    Where no process can be started it runs when it is waited for.
    """
    tasks, feed = os.pipe()
    os.write(feed, _NUMBER.pack(0))
    os.close(feed)
    try:
        answers, pid = _start(lambda number: function(), tasks)
    except OSError:
        return lambda: _guarded(lambda number: function(), 0)
    finally:
        os.close(tasks)

    def outcome():
        outcomes = [None]
        _gather({answers: pid}, outcomes)
        reason = _wait([pid])
        return Lost(reason) if outcomes[0] is None else _opened(outcomes[0])

    return outcome


def _start(function, tasks):
    answers, write = os.pipe()
    try:
        pid = os.fork()
    except OSError:
        os.close(answers)
        os.close(write)
        raise
    if pid:
        os.close(write)
        return answers, pid
    try:
        _work(function, tasks, write)
        os._exit(0)
    finally:
        os._exit(1)  # a broken pipe: the parent is gone


def _work(function, tasks, write):
    """Take tasks until none is left; a read of four bytes from a pipe is never shared between two readers."""
    while True:
        task = os.read(tasks, _NUMBER.size)
        if not task:
            return
        (number,) = _NUMBER.unpack(task)
        outcome = _guarded(function, number)
        body = json.dumps({"lost": outcome.reason} if isinstance(outcome, Lost) else {"value": outcome}).encode("ascii")
        message = _NUMBER.pack(number) + _NUMBER.pack(len(body)) + body
        while message:
            message = message[os.write(write, message) :]


def _guarded(function, number):
    try:
        return function(number)
    except Exception as error:  # one task's trouble is a fact about that task
        return Lost("%s: %s" % (type(error).__name__, error))


def _gather(children, outcomes):
    buffers = {answers: bytearray() for answers in children}
    while buffers:
        for answers in select.select(list(buffers), [], [])[0]:
            part = os.read(answers, 1 << 16)
            if part:
                buffers[answers] += part
                _take(buffers[answers], outcomes)
            else:
                os.close(answers)
                del buffers[answers]


def _take(buffer, outcomes):
    head = 2 * _NUMBER.size
    while len(buffer) >= head:
        (number,) = _NUMBER.unpack_from(buffer, 0)
        (size,) = _NUMBER.unpack_from(buffer, _NUMBER.size)
        if len(buffer) < head + size:
            return
        outcomes[number] = json.loads(bytes(buffer[head : head + size]).decode("ascii"))
        del buffer[: head + size]


def _opened(outcome):
    return Lost(outcome["lost"]) if "lost" in outcome else outcome["value"]


def _wait(pids):
    """Reap the workers and return why a task of theirs could be lost."""
    reason = "a worker process ended early"
    for pid in pids:
        status = os.waitpid(pid, 0)[1]
        if os.WIFSIGNALED(status):
            reason = "a worker process was ended by signal %d" % os.WTERMSIG(status)
    return reason
