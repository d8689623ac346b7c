"""Ctrl-C, SIGTERM and SIGHUP: they unwind the stack, and never between making something and knowing that it was made."""

from __future__ import annotations

import math
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TypeVar

from ..error import TargetError
from .deadline import Deadline

T = TypeVar("T")

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
ALARM = signal.SIGVTALRM
"""Not SIGALRM, which time limits of test runners use."""
PATIENCE_S = 10
"""How long an interrupted `make` waits to hear whether it was made."""
_CALLED_OFF = threading.Event()
_HEARD = threading.local()


@contextmanager
def orderly_end() -> Iterator[None]:
    """Let Ctrl-C, SIGTERM and SIGHUP unwind the stack once, so that `finally` removes what was made in a target.

    A second signal is ignored until that is done: an impatient second Ctrl-C must not leave a container behind.
    Outside the main thread, and where somebody set a handler of their own, nothing changes.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    ours = {
        number: handler
        for number in SIGNALS
        if (handler := signal.getsignal(number)) in (signal.SIG_DFL, signal.default_int_handler)
    }

    def unwind(number: int, frame: FrameType | None) -> None:
        for each in ours:
            signal.signal(each, signal.SIG_IGN)
        if number == signal.SIGINT:
            raise KeyboardInterrupt
        sys.exit(128 + number)

    for number in ours:
        signal.signal(number, unwind)
    try:
        yield
    finally:
        for number, handler in ours.items():
            signal.signal(number, handler)


@contextmanager
def undone(undo: Callable[[], None], *, on_failure: bool = False) -> Iterator[None]:
    """Undo at the end what was made, or only where it fails; TargetError says what could not be undone.

    On a signal its arguments hold that, for the command line: the exit status stays the signal's own.
    """
    stop: BaseException | None = None
    try:
        yield
    except BaseException as error:
        stop = error
        raise
    finally:
        if stop is not None or not on_failure:
            try:
                undo()
            except TargetError as problem:
                if not isinstance(stop, (KeyboardInterrupt, SystemExit)):
                    raise
                stop.args = (problem.message, problem.hint)


@contextmanager
def calling_off() -> Iterator[Callable[[], None]]:
    """Yield what ends all that threads have running in targets: signals reach the main thread alone, which waits for them."""
    try:
        yield _CALLED_OFF.set
    finally:
        _CALLED_OFF.clear()


def is_called_off() -> bool:
    """Say, once to each thread, that what runs for it is to end now; what it then does to take things away has its time."""
    if not _CALLED_OFF.is_set() or threading.current_thread() is threading.main_thread() or getattr(_HEARD, "it", False):
        return False
    _HEARD.it = True
    return True


@contextmanager
def held_back() -> Iterator[None]:
    """Let the signals wait until what was made on this machine is known to the code that removes it.

    Without it a signal in the midst of `subprocess.Popen` leaves a program that nobody ends. A mask would be inherited by it.
    For what is made at once; what another machine makes is for `make`.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    waiting: list[int] = []
    handlers = {number: signal.getsignal(number) for number in SIGNALS}
    ours = {number: handler for number, handler in handlers.items() if handler is not None}
    for number in ours:
        signal.signal(number, lambda number, frame: waiting.append(number))
    try:
        yield
    finally:
        for number, handler in ours.items():
            signal.signal(number, handler)
        if waiting:
            signal.raise_signal(waiting[0])


@contextmanager
def ended_by(deadline: Deadline, late: Exception) -> Iterator[None]:
    """Raise `late` when the deadline comes, in the midst of whatever is worked at: an answer can be made to take hours to read.

    By a signal, which arrives in the main thread, between two steps of Python. In other threads, and where there is no deadline,
    the bounds of documents alone hold the work.
    """
    seconds = deadline.left_s()
    if threading.current_thread() is not threading.main_thread() or seconds == math.inf:
        yield
        return
    is_working = True

    def end(number: int, frame: FrameType | None) -> None:
        if is_working:
            raise late

    before = signal.signal(ALARM, end)
    timer = threading.Timer(seconds, signal.pthread_kill, (threading.get_ident(), ALARM))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        is_working = False
        timer.cancel()
        timer.join()
        signal.signal(ALARM, before)


def make(request: Callable[[], T], patience_s: float = PATIENCE_S) -> T:
    """Return what a request to an engine gives; interrupted, wait until the engine has done it before the stack unwinds.

    An engine goes on with what it was asked for when its client gives up, so a removal that comes too early finds nothing, and
    what was asked for is there a moment later. The request runs in a thread: an engine that never answers keeps nobody waiting
    for longer than `patience_s`.
    """
    outcome: list[tuple[T | None, BaseException | None]] = []
    is_done = threading.Event()

    def ask() -> None:
        try:
            outcome.append((request(), None))
        except BaseException as error:  # noqa: BLE001 - it is raised where it is waited for
            outcome.append((None, error))
        is_done.set()

    try:
        with held_back():
            threading.Thread(target=ask, daemon=True).start()
        is_done.wait()
    except BaseException:
        is_done.wait(patience_s)
        raise
    made, error = outcome[0]
    if error is not None:
        raise error
    return made  # type: ignore[return-value]  # there is no error, so this is what the request gave
