"""What is computed in a forked process: what it hands over, and what becomes of one that crashes or hangs."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable

import pytest

from probes.benchmark import apart, precision_canary

Say = Callable[[object], object]


def run(compute: Callable[[Say], object]) -> tuple[list[object], int | None]:
    process = apart.start(compute)
    assert process is not None
    return process.documents(), process.status


def test_everything_is_handed_over() -> None:
    """Documents come in order, of any size: a pipe that is full is read on."""
    large = ["x" * 1000] * 3000
    assert run(lambda say: (say({"a": 1}), say(large))) == ([{"a": 1}, large], 0)


def test_what_came_before_a_crash_is_kept() -> None:
    """A signal ends the process and nothing else, and its number is told."""

    def crash(say: Say) -> None:
        say("before")
        os.kill(os.getpid(), signal.SIGTERM)

    assert run(crash) == (["before"], -signal.SIGTERM)


def test_an_exception_ends_it_with_a_status(capfd: pytest.CaptureFixture[str]) -> None:
    """What it said is not all, and that can be seen."""
    assert run(lambda say: (say(1), sys.exit("no"))) == ([1], 1)


def test_one_that_hangs_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that was forked from a running runtime may wait for ever for a thread that is not there."""
    monkeypatch.setattr(apart, "PATIENCE_S", 0.2)
    assert run(lambda say: (say("then"), time.sleep(60))) == (["then"], -signal.SIGKILL)


def test_nothing_is_left_running() -> None:
    """Ended before it is asked for, and twice."""
    process = apart.start(lambda say: time.sleep(60))
    assert process is not None
    process.end()
    process.end()
    assert process.status == -signal.SIGKILL


def test_what_precision_came_to() -> None:
    """A canary that began and did not end ended the process; those before it keep their records."""
    documents = [
        {"begun": "float16.matmul"},
        {"ended": "float16.matmul", "outcome": "computed", "records": [{"tensor": "matmul"}]},
        {"begun": "bfloat16.convolution"},
        {"ended": "bfloat16.convolution", "outcome": "AbortedError", "records": []},
        {"begun": "bfloat16.matmul"},
    ]
    records, outcomes = precision_canary.gathered(documents, -11)
    assert records == [{"tensor": "matmul"}]
    assert outcomes == {
        "float16.matmul": "computed",
        "bfloat16.convolution": "AbortedError",
        "bfloat16.matmul": "ends the process by signal 11",
    }
