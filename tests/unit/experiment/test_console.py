"""What a command printed is passed on whole, and its end is kept fit to be shown."""

from __future__ import annotations

from envprobe.experiment.console import KEPT_LINES, Tail, lines_of


def test_everything_is_passed_on():
    """Every byte goes on as it came, on its stream, however much it is."""
    passed: list[tuple[int, bytes]] = []
    tail = Tail(lambda stream, data: passed.append((stream, data)))
    tail.add(1, b"a" * 200_000)
    tail.add(2, b"\xff\x1b[2J")
    assert passed == [(1, b"a" * 200_000), (2, b"\xff\x1b[2J")]
    assert not tail.full
    assert tail.console({}).size_bytes == 200_005


def test_the_end_is_kept():
    """Of a long output the last lines are kept, none of them cut in the middle."""
    tail = Tail(lambda stream, data: None)
    for number in range(20_000):
        tail.add(1, b"line %d\n" % number)
    lines = tail.console({}).lines
    assert lines == [f"line {number}" for number in range(20_000 - KEPT_LINES, 20_000)]


def _lines(text: bytes) -> list[str]:
    return lines_of(text, len(text), {})


def test_a_progress_bar_is_its_last_state():
    """What was drawn over is left out; line ends of either kind are line ends."""
    assert _lines(b"1/3\r2/3\r3/3\ndone\r\n") == ["3/3", "done"]


def test_what_a_terminal_would_act_on_is_escaped():
    """Colours are left out, and every other control character is spelled."""
    assert _lines(b"\x1b[31mred\x1b[0m \x1b]0;title\x07 \xe2\x80\xae \xff") == ["red \\x1b]0;title\\x07 \\u202e \\xff"]


def test_secrets_are_redacted():
    """A token that a command prints is not in its record."""
    assert lines_of(b"token=abc12345", 14, {}) == ["token={scrubbed}"]
