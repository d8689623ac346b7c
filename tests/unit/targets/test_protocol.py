"""What is kept of a program's output, and how signals unwind."""

from __future__ import annotations

import os
import signal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envprobe.targets.protocol import STDERR, STDERR_KEPT_BYTES, STDOUT, Capture, orderly_end


@given(st.lists(st.tuples(st.sampled_from([STDOUT, STDERR]), st.binary(max_size=40))), st.integers(0, 200))
def test_output_is_kept_whole_up_to_the_limit(pieces, limit_bytes):
    """Within the limit nothing is lost; beyond it no more than the limit and one byte is held, and it is said."""
    capture = Capture(limit_bytes)
    for stream, data in pieces:
        capture.add(stream, data)
    kept = capture.completed(0, timed_out=False)
    total = sum(len(data) for _, data in pieces)
    assert kept.truncated == (total > limit_bytes)
    assert len(kept.stdout) + len(kept.stderr) == min(total, limit_bytes + 1)
    if not kept.truncated:
        assert kept.stdout == b"".join(data for stream, data in pieces if stream == STDOUT)


def test_the_end_of_a_long_stderr_is_kept():
    """Of a talkative program's stderr the last words are kept, because they say why it ended."""
    capture = Capture(1 << 30)
    capture.add(STDERR, b"x" * STDERR_KEPT_BYTES)
    capture.add(STDERR, b"last words")
    kept = capture.completed(1, timed_out=False).stderr
    assert kept.endswith(b"xlast words")
    assert len(kept) == STDERR_KEPT_BYTES


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
