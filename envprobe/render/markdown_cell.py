"""What came from a target or a file, as Markdown in which it cannot become markup: a cell of a table, code, plain words."""

from __future__ import annotations

from collections.abc import Callable

from ..spelling import EMPTY_WORD, line, safe

LIMIT = 300
MARKED = str.maketrans({letter: f"\\{letter}" for letter in "\\`*_{}[]<>|#~&!"})


def cell(text: str) -> str:
    """Return a text in one line of at most so many characters, each that Markdown may read as markup behind a backslash."""
    return line(text, LIMIT).translate(MARKED)


def code(text: str) -> str:
    """Quote as code: a span whose fence is longer than any run of backquotes inside.

    In a table `|` ends a cell even in a span, and parsers differ on what a backslash before it means, so text that has one
    is written with character references instead, which no parser takes for markup.
    """
    clean = safe(text) or EMPTY_WORD
    if "|" in clean:
        return f"<code>{_referenced(clean, lambda letter: not letter.isalnum() and letter != ' ')}</code>"
    fence = "`"
    while fence in clean:
        fence += "`"
    pad = " " if clean[0] in "` " or clean[-1] in "` " else ""
    return f"{fence}{pad}{clean}{pad}{fence}"


def plain(text: str) -> str:
    """Write what Markdown or HTML would read as markup as character references."""
    return _referenced(safe(text), lambda letter: letter in "\\`*_{}[]<>|#!~&@")


def _referenced(text: str, wanted: Callable[[str], bool]) -> str:
    return "".join(f"&#{ord(letter)};" if wanted(letter) else letter for letter in text)
