"""The console that draws text: what comes from a target is neither markup nor a code."""

from __future__ import annotations

import io

from rich.console import Console

from . import Style


def make_console(screen: io.StringIO, style: Style) -> Console:
    """Return a console that writes what it is given: no markup, no emoji codes, escapes only where colour is asked for."""
    return Console(
        file=screen,
        width=max(style.width, 40),
        force_terminal=style.color,
        color_system="standard" if style.color else None,
        no_color=not style.color,  # NO_COLOR was read where the style was made
        highlight=False,
        markup=False,
        emoji=False,
        legacy_windows=False,
        force_jupyter=False,  # a kernel would show every line as an output of its own
    )


def drawn(screen: io.StringIO) -> str:
    """Return what a console has written, without blanks at the ends of lines; it ends in a newline."""
    return "\n".join(row.rstrip() for row in screen.getvalue().splitlines()) + "\n"
