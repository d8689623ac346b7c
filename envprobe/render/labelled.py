"""Sentences behind a label, as explanations, alignments and bisections print them."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from .text import unbroken

LABEL = 10


def print_words(console: Console, label: str, words: str, width: int, *, indent: str = "", is_whole: bool = False) -> None:
    """Print a labelled sentence; what is typed as it stands is left whole, for the terminal to wrap."""
    head = Text(indent).append(f"{label:<{LABEL}}", style="dim")
    for row in [words] if is_whole else unbroken(words, width - len(head)):
        console.print(head.append(row), soft_wrap=True)
        head = Text(" " * (len(indent) + LABEL))
