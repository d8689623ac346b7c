"""How the reader at the other end of stdout wants to read: width, colour, how much."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping

from ..render import Style
from .option import Reading

WIDEST = 140
"""Beyond it lines are hard to follow with the eye."""


def style_of(reading: Reading, *, is_file: bool = False) -> Style:
    """Return the style that somebody asks for. A file gets colour where it is asked for."""
    is_colored = reading.color == "always"
    if reading.color == "auto" and not is_file:
        is_colored = wants_color(os.environ, sys.stdout.isatty())
    return Style(
        width=min(shutil.get_terminal_size((80, 24)).columns, WIDEST),
        color=is_colored,
        verbosity=1 if reading.verbose else -1 if reading.quiet else 0,
    )


def wants_color(environ: Mapping[str, str], is_terminal: bool) -> bool:
    """Tell whether a reader who gave no option wants colour, by the conventions of no-color.org, force-color.org and bixense.com.

    NO_COLOR wins over FORCE_COLOR and CLICOLOR_FORCE, and these over CLICOLOR=0, TERM=dumb and where stdout leads.
    """
    if environ.get("NO_COLOR"):
        return False
    if environ.get("FORCE_COLOR", "0") not in ("", "0") or environ.get("CLICOLOR_FORCE", "0") not in ("", "0"):
        return True
    return is_terminal and environ.get("CLICOLOR") != "0" and environ.get("TERM") != "dumb"
