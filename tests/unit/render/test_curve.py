"""A trace drawn in a terminal."""

from __future__ import annotations

from envprobe.numerics.trace import numeric_class
from envprobe.render.curve import LABEL_WIDTH, draw, sparkline
from tests.support.trace_sample import record, trace


def test_a_falling_loss_looks_like_one() -> None:
    """First bar high, last bar low, and both values beside them."""
    records = [record("training", "loss", "classes", step, (2.4 / (step + 1),)) for step in range(8)]
    line = draw(trace(records=records), 80)[-1]
    assert line == "loss classes      █▄▂▂▁▁▁▁  2.4 → 0.3, steps 0 to 7"


def test_a_narrow_terminal_gets_fewer_bars_not_wider_lines() -> None:
    """Every point is dropped alike, the ends stay."""
    assert sparkline([float(k) for k in range(100)], 10) == "▁▁▂▃▄▅▆▇██"
    assert sparkline([1.0, 1.0], 10) == "▁▁"


def test_a_narrow_terminal_gets_the_whole_numeric_class() -> None:
    """What the class says last decides as much as what it says first: it goes on in the next line, and none is too long."""
    drawn = trace(records=[])
    for width in (29, 40, 69):
        lines = draw(drawn, width)
        assert max(map(len, lines)) <= width
        words = "".join(line[LABEL_WIDTH:] for line in lines).replace(" ", "")
        assert words.endswith(numeric_class(drawn).replace(" ", ""))


def test_a_loss_that_became_nan_is_seen() -> None:
    """What is not finite has a mark of its own."""
    assert sparkline([1.0, float("nan"), float("inf"), 0.0], 10) == "█!!▁"
