"""A program on this machine: what it wrote is read whole, whenever it ends."""

from __future__ import annotations

import os
import selectors
from collections.abc import Callable

import pytest

from envprobe.experiment.live import run_live
from envprobe.targets import process
from envprobe.targets.protocol import Capture

LATE = ["sh", "-c", "sleep 0.3; echo answer"]


class Slow(selectors.DefaultSelector):
    """Waits in vain, and comes back when the program has written and ended: as on a machine under load."""

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(timeout)
        if timeout and not ready:
            os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOWAIT)
        return ready


def _collected() -> bytes:
    return process.run(LATE, b"", 60, 1 << 16).stdout


def _passed_on() -> bytes:
    capture = Capture(1 << 16)
    run_live(LATE, dict(os.environ), capture)
    return capture.completed(0, timed_out=False).stdout


@pytest.mark.parametrize("read", [_collected, _passed_on])
def test_what_is_written_just_before_the_end_is_read(read: Callable[[], bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    """A program that answers and ends between a look at its outputs and one at its state loses nothing."""
    monkeypatch.setattr(selectors, "DefaultSelector", Slow)
    assert read() == b"answer\n"
