"""How signals unwind, and what they wait for."""

from __future__ import annotations

import os
import signal
import threading

import pytest

from envprobe.error import TargetError
from envprobe.targets.deadline import Deadline
from envprobe.targets.interruption import ended_by, make, orderly_end, undone


@pytest.mark.parametrize(
    ("number", "kind"), [(signal.SIGTERM, SystemExit), (signal.SIGHUP, SystemExit), (signal.SIGINT, KeyboardInterrupt)]
)
def test_a_signal_unwinds_so_that_finally_runs(number, kind):
    """SIGTERM, SIGHUP and Ctrl-C run `finally`, and a second signal does not interrupt that."""
    cleaned = []
    before = signal.getsignal(number)
    with pytest.raises(kind), orderly_end():
        try:
            os.kill(os.getpid(), number)
            signal.pause()
        finally:
            os.kill(os.getpid(), number)
            cleaned.append("all")
    assert cleaned == ["all"]
    assert signal.getsignal(number) == before


def test_the_exit_status_is_that_of_the_signal():
    """A terminated envprobe exits as a shell would say: 128 and the signal's number."""
    with pytest.raises(SystemExit) as caught, orderly_end():
        os.kill(os.getpid(), signal.SIGTERM)
        signal.pause()
    assert caught.value.code == 128 + signal.SIGTERM


def test_somebody_elses_handler_is_left_alone():
    """A program that embeds envprobe and handles SIGTERM itself still does."""
    seen = []
    before = signal.signal(signal.SIGTERM, lambda number, frame: seen.append(number))
    try:
        with orderly_end():
            os.kill(os.getpid(), signal.SIGTERM)
    finally:
        signal.signal(signal.SIGTERM, before)
    assert seen == [signal.SIGTERM]


def test_what_is_made_is_returned():
    """A request gives what it gives."""
    assert make(lambda: "container") == "container"


def test_what_goes_wrong_is_raised():
    """A request that fails fails where it was made."""
    with pytest.raises(ZeroDivisionError):
        make(lambda: 1 / 0)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_waits_until_the_engine_has_made_it(number):
    """A signal that comes while an engine is making something unwinds only when it is made, so that its removal finds it."""
    made: list[str] = []

    def create() -> None:
        os.kill(os.getpid(), number)
        handled.wait()
        made.append("container")

    handled = threading.Event()

    with pytest.raises(BaseException) as caught, orderly_end():
        before = signal.getsignal(number)
        assert callable(before)

        def unwind(*arguments):
            handled.set()
            before(*arguments)

        signal.signal(number, unwind)
        make(create)
    assert isinstance(caught.value, KeyboardInterrupt | SystemExit)
    assert made == ["container"]


def test_an_engine_that_never_answers_keeps_nobody_for_ever():
    """Ctrl-C in front of a frozen engine ends, though nobody knows whether it made something."""
    never = threading.Event()

    def create() -> None:
        os.kill(os.getpid(), signal.SIGINT)
        never.wait()

    with pytest.raises(KeyboardInterrupt), orderly_end():
        make(create, patience_s=0.01)
    never.set()


def test_work_ends_with_its_deadline():
    """Reading what somebody else wrote is given up when the time is over."""
    before = signal.getsignal(signal.SIGVTALRM)
    with pytest.raises(ValueError, match="late"), ended_by(Deadline(0), ValueError("late")):
        while True:
            pass
    assert signal.getsignal(signal.SIGVTALRM) == before


def test_work_that_is_done_in_time_is_left_alone():
    """Neither a deadline that is far away nor a thread, where no signal arrives, changes anything."""
    with ended_by(Deadline(1000), ValueError("late")):
        pass
    found = []

    def in_a_thread():
        with ended_by(Deadline(1000), ValueError("late")):
            found.append("done")

    thread = threading.Thread(target=in_a_thread)
    thread.start()
    thread.join()
    assert found == ["done"]


def _cannot_undo():
    raise TargetError("box: still there", "docker rm -f box")


@pytest.mark.parametrize("on_failure", [True, False])
@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_signal_keeps_its_status_where_something_cannot_be_undone(number, status, on_failure):
    """What stays stands in its arguments, as the command line prints it."""
    with pytest.raises(SystemExit) as caught, orderly_end(), undone(_cannot_undo, on_failure=on_failure):
        os.kill(os.getpid(), number)
        signal.pause()
    assert caught.value.code == status
    assert caught.value.args == ("box: still there", "docker rm -f box")


def test_what_cannot_be_undone_is_an_error_where_there_is_no_signal():
    """At the end of what went well, and in place of what went wrong."""
    with pytest.raises(TargetError, match="still there"), undone(_cannot_undo):
        pass
    with pytest.raises(TargetError, match="still there"), undone(_cannot_undo, on_failure=True):
        raise ValueError
    with undone(_cannot_undo, on_failure=True):
        pass
