"""The Engine's multiplexed stream, over a real socket with a scripted other side."""

from __future__ import annotations

import socket
import struct
import threading

from hypothesis import given
from hypothesis import strategies as st

from envprobe.targets.protocol import STDERR, STDOUT, Capture
from envprobe.targets.stream import Frames, talk


def frame(stream: int, data: bytes) -> bytes:
    return struct.pack(">BxxxL", stream, len(data)) + data


@given(st.lists(st.tuples(st.sampled_from([0, STDOUT, STDERR]), st.binary(max_size=30))), st.integers(1, 9))
def test_frames_are_taken_apart_wherever_they_are_cut(frames, size):
    """However the network cuts the bytes, each stream comes out whole and in order."""
    capture = Capture(1 << 20)
    taker = Frames(capture)
    wire = b"".join(frame(*each) for each in frames)
    for start in range(0, len(wire), size):
        taker.feed(wire[start : start + size])
    kept = capture.completed(0, timed_out=False)
    assert kept.stdout == b"".join(data for stream, data in frames if stream != STDERR)
    assert kept.stderr == b"".join(data for stream, data in frames if stream == STDERR)


class Engine:
    """The other side of an attached socket: says its piece, then reads stdin to the end, each in its own thread."""

    def __init__(self, says: bytes, *, hangs: bool = False) -> None:
        self.attached, self._end = socket.socketpair()
        self.heard = b""
        self._says = says
        self._hangs = hangs
        self._threads = [threading.Thread(target=self._speak), threading.Thread(target=self._listen)]
        for thread in self._threads:
            thread.start()

    def _speak(self) -> None:
        try:
            self._end.sendall(self._says)
            if not self._hangs:
                self._end.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def _listen(self) -> None:
        try:
            while data := self._end.recv(1 << 16):
                self.heard += data
        except OSError:
            pass

    def close(self) -> None:
        for thread in self._threads:
            thread.join()
        self._end.close()


def test_stdin_and_output_pass_each_other():
    """A program that writes megabytes before it reads megabytes does not stop either side."""
    size = 3 << 20
    engine, capture = Engine(frame(STDOUT, b"o" * size)), Capture(1 << 30)
    # The other side may end first: the rest of stdin then has no reader, as with a pipe.
    assert talk(engine.attached, b"i" * size, capture, 30)
    engine.close()
    assert capture.completed(0, timed_out=False).stdout == b"o" * size


def test_stdin_ends_for_the_program():
    """A program that reads its stdin to the end sees the end."""
    engine, capture = Engine(b"", hangs=True), Capture(1 << 30)
    assert not talk(engine.attached, b"line\n", capture, 0.2)
    engine.close()
    assert engine.heard == b"line\n"


def test_a_program_that_hangs_is_left_at_the_time_limit():
    """What a hanging program said before is kept."""
    engine, capture = Engine(frame(STDERR, b"working"), hangs=True), Capture(1 << 30)
    assert not talk(engine.attached, b"", capture, 0.2)
    engine.close()
    assert capture.completed(137, timed_out=True).stderr == b"working"


def test_a_flood_is_cut_at_the_limit():
    """Output beyond the limit is not read, however much there is."""
    engine, capture = Engine(frame(STDOUT, b"x" * (8 << 20))), Capture(1000)
    assert not talk(engine.attached, b"", capture, 30)
    engine.close()
    kept = capture.completed(137, timed_out=False)
    assert kept.truncated
    assert len(kept.stdout) == 1001


def test_a_connection_cut_inside_a_frame_is_an_end():
    """Half a frame is kept as far as it came; what it was part of is for the reader of the answer to judge."""
    engine, capture = Engine(frame(STDOUT, b"whole answer")[:-6]), Capture(1000)
    assert talk(engine.attached, b"", capture, 30)
    engine.close()
    assert capture.completed(0, timed_out=False).stdout == b"whole "
