"""What is being waited for, on stderr: only on a terminal, with the seconds that it has taken, and gone afterwards."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import TYPE_CHECKING

import click

from ..progress import Progress

if TYPE_CHECKING:
    from rich.text import Text


class _Phase:
    """What is shown beside the spinner; rich asks at every turn of it."""

    def __init__(self, words: str) -> None:
        self._words, self._began = words, monotonic()

    def __rich__(self) -> Text:
        from rich.text import Text

        seconds = int(monotonic() - self._began)
        return Text(f"{self._words}  {seconds} s" if seconds else self._words)


@contextmanager
def waiting() -> Iterator[Progress | None]:
    """Yield what shows the words of a Progress, or None where stderr is no terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console

    status = Console(stderr=True).status("")

    def say(words: str) -> None:
        if not words or words.endswith("\n"):
            status.stop()
            click.echo(words, err=True, nl=False)
        else:
            status.update(_Phase(words))
            status.start()

    try:
        yield say
    finally:
        status.stop()
