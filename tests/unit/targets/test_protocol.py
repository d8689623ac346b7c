"""What is kept of a program's output."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from envprobe.targets.protocol import STDERR, STDERR_KEPT_BYTES, STDOUT, Capture


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
