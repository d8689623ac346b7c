"""Sentences behind a label."""

from __future__ import annotations

import io

from envprobe.render import Style
from envprobe.render.console import drawn, make_console
from envprobe.render.labelled import print_words

DIM, END = "\x1b[2m", "\x1b[0m"


def _printed(words: str, *, is_whole: bool = False) -> str:
    screen = io.StringIO()
    print_words(make_console(screen, Style(width=40, color=True)), "seen", words, 40, is_whole=is_whole)
    return drawn(screen)


def test_the_label_alone_is_dim() -> None:
    """What is said is as bright in its first row as in those that follow, which begin below it."""
    assert _printed("the first words and then those that follow") == (
        f"{DIM}seen      {END}the first words and then those\n          that follow\n"
    )


def test_what_is_typed_stays_whole() -> None:
    """A command that was broken in two would not run as it was copied."""
    command = "pip install " + " ".join(f"package{number}==1.0" for number in range(9))
    assert _printed(command, is_whole=True) == f"{DIM}seen      {END}{command}\n"
