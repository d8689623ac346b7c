"""A cell of a Markdown table: what came from a target or a file cannot become markup in it."""

from __future__ import annotations

from ..spelling import line

LIMIT = 300
MARKED = str.maketrans({letter: f"\\{letter}" for letter in "\\`*_{}[]<>|#~&!"})


def cell(text: str) -> str:
    """Return a text in one line of at most so many characters, each that Markdown may read as markup behind a backslash."""
    return line(text, LIMIT).translate(MARKED)
