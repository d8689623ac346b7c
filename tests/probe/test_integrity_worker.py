"""Work over several processes with nothing but fork and pipes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.worker import TASK_LIMIT, Lost, beside, run

ROOT = Path(__file__).resolve().parents[2]


@given(st.integers(0, 40), st.integers(0, 3))
def test_every_task_is_answered_in_order(count: int, workers: int) -> None:
    """However many workers share the tasks, the answers are those of one."""
    assert run(lambda number: [number, "é" * number], count, workers) == [[number, "é" * number] for number in range(count)]


def test_answers_larger_than_a_pipe_arrive(workers: int = 2) -> None:
    """A worker that answers with a megabyte does not block the others."""
    assert [len(answer) for answer in run(lambda number: "x" * (1 << 20), 4, workers)] == [1 << 20] * 4  # type: ignore[arg-type]


@pytest.mark.parametrize("workers", [1, 2])
def test_a_task_that_fails_loses_itself_only(workers: int) -> None:
    """One file's trouble is a fact about that file."""
    outcomes = run(lambda number: 1 // (number - 1), 3, workers)
    assert outcomes[0] == -1 and outcomes[2] == 1
    assert isinstance(outcomes[1], Lost) and "ZeroDivisionError" in outcomes[1].reason


def test_a_worker_that_dies_loses_one_task() -> None:
    """Bytecode made to crash the interpreter ends one worker; the other one does the rest."""

    def task(number: int) -> int:
        if number == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return number

    outcomes = run(task, 20, 2)
    assert outcomes[1:] == list(range(1, 20))
    assert isinstance(outcomes[0], Lost) and "signal 9" in outcomes[0].reason


def test_when_all_workers_die_every_open_task_says_so() -> None:
    """No answer is made up."""
    outcomes = run(lambda number: os._exit(3), 5, 2)
    assert all(isinstance(outcome, Lost) for outcome in outcomes)


def test_a_function_beside_answers_when_it_is_waited_for() -> None:
    """What takes long is started first, whatever the size of its answer; one that fails or dies is lost and says why."""
    long, failing, dying = beside(lambda: "x" * (1 << 20)), beside(lambda: 1 // 0), beside(lambda: os._exit(3))
    assert len(long()) == 1 << 20
    assert "ZeroDivisionError" in failing().reason
    assert isinstance(dying(), Lost)


def test_no_process_is_left_behind() -> None:
    """Every worker is reaped: a process that had no child has none afterwards."""
    code = "import os; from probes.worker import run; run(lambda number: number, 4, 2); os.waitpid(-1, os.WNOHANG)"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=False)
    assert "ChildProcessError" in ended.stderr


def test_more_tasks_than_fit_a_pipe_are_refused() -> None:
    """The numbers of all tasks lie in one pipe from the start."""
    with pytest.raises(ValueError, match="1001 tasks"):
        run(lambda number: number, TASK_LIMIT + 1, 2)
