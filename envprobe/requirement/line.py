"""The lines of a requirements file as pip joins them, with their comments."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

COMMENT = re.compile(r"(?:^|\s)#")


class Line(NamedTuple):
    """One requirement, option or comment."""

    number: int
    """Of the first of the lines that a backslash joins."""
    text: str
    """Without the comment."""
    comment: str
    """From the `#` on."""


def lines(text: str) -> Iterator[Line]:
    """Yield the lines that say something; a line that ends in a backslash goes on with the next."""
    for number, line in _joined(text.splitlines()):
        found = COMMENT.search(line)
        start = found.end() - 1 if found else len(line)
        words, comment = line[:start].strip(), line[start:].strip()
        if words or comment:
            yield Line(number, words, comment)


def _joined(physical: Iterable[str]) -> Iterator[tuple[int, str]]:
    waiting: list[str] = []
    first = 0
    for number, line in enumerate(physical, start=1):
        comment = line.lstrip().startswith("#")
        first = first if waiting else number
        if line.endswith("\\") and not comment:
            waiting.append(line.strip("\\"))
            continue
        yield first, "".join([*waiting, " " + line if comment else line])
        waiting = []
    if waiting:
        yield first, "".join(waiting)
