"""The benchmark's child process: whatever it does, the parent ends in time with its last words."""

from __future__ import annotations

import fcntl
import signal
from pathlib import Path
from typing import Any

import pytest

from probes.benchmark.process import OUTPUT_LIMIT_BYTES, Outcome, run_child

READ = "import json, os, sys; request = json.loads(sys.stdin.readline())['request']; "
ANSWER = READ + "os.write(request['answer_fd'], b'{\"trace\": {}}')"


def run(program: str, timeout_s: float = 20) -> Outcome:
    """Run a program in place of the stub."""
    line: dict[str, Any] = {"stub": program, "request": {"nonce": "n"}, "sources": {"large.py": "x" * 300_000}}
    return run_child(line, "quick", timeout_s)


def test_an_answer_comes_beside_whatever_is_printed() -> None:
    """A printing framework cannot damage the answer, which has a pipe of its own."""
    outcome = run("print('noise'); " + ANSWER + "; print('more'); sys.stderr.write('warning')")
    assert outcome.document() == {"trace": {}}
    assert outcome.stdout.text() == "noise\nmore\n"
    assert outcome.stderr.tail() == "warning"


def test_a_child_that_hangs_is_ended_with_everything_it_started(tmp_path: Path) -> None:
    """At the time limit the whole process group is killed, so nothing is left in the target."""
    held = tmp_path / "held"
    outcome = run(
        f"""
import fcntl, subprocess, time
lock = open({str(held)!r}, 'w')
fcntl.flock(lock, fcntl.LOCK_EX)
subprocess.Popen(['sleep', '600'], pass_fds=[lock.fileno()])
time.sleep(600)""",
        timeout_s=2,
    )
    assert outcome.timed_out and outcome.document() == {}
    with held.open() as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)  # returns when nobody holds it any more


@pytest.mark.parametrize(
    ("program", "status"),
    [
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", -signal.SIGSEGV),
        ("import os; os.abort()", -signal.SIGABRT),
        ("raise SystemExit(3)", 3),
        (READ + "os.write(request['answer_fd'], b'{\"trace\": '); os._exit(0)", 0),
        (READ + "os.write(request['answer_fd'], b'{}'); sys.exit(1)", 1),
    ],
)
def test_a_child_that_fails_gives_no_document(program: str, status: int) -> None:
    """A crash, a bad status and half an answer are told by how the child ended; none of them is taken for an answer."""
    outcome = run(program)
    assert (outcome.status, outcome.timed_out, outcome.document()) == (status, False, {})


def test_a_flood_is_bounded_and_its_end_kept() -> None:
    """A child that prints without end costs bounded memory, and its last words are still there."""
    outcome = run("import sys; [sys.stderr.write('x' * 100000) for _ in range(100)]; sys.stderr.write('last words')")
    assert len(outcome.stderr.text()) == OUTPUT_LIMIT_BYTES
    assert outcome.stderr.tail().endswith("last words")


def test_a_huge_answer_is_refused() -> None:
    """More than a trace can be is no answer."""
    write = "answer = os.fdopen(request['answer_fd'], 'wb'); answer.write(b'[' + b'1,' * 3000000 + b'1]'); answer.close()"
    outcome = run(READ + write)
    assert outcome.document() == {}
