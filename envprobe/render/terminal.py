"""How the reader at the other end of stdout wants to read: width, colour, how much."""

from __future__ import annotations

import os
import shutil
import sys
from typing import Any

from . import Style

WIDEST = 140
"""Beyond it lines are hard to follow with the eye."""


def style_of(given: dict[str, Any]) -> Style:
    """Return the style that options ask for: `color`, `output`, `quiet`, `verbose`. NO_COLOR holds unless colour is asked for."""
    choice = given.get("color", "auto")
    to_terminal = sys.stdout.isatty() and given.get("output") is None
    return Style(
        width=min(shutil.get_terminal_size((80, 24)).columns, WIDEST),
        color=choice == "always" or (choice == "auto" and to_terminal and not os.environ.get("NO_COLOR")),
        verbosity=1 if given.get("verbose") else -1 if given.get("quiet") else 0,
    )
