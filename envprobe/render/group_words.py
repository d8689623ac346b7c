"""What is said under a difference: why, how to mend it, what moved with it, who waived it."""

from __future__ import annotations

from typing import NamedTuple

from ..fixes import Fix
from ..spelling import cut, safe
from .summary import DifferenceGroup, fixes, moved, waived

SHOWN_CONSEQUENCES = 4
SHOWN_FIXES = 3
SHOWN_FIX, SHOWN_COMMAND = 300, 1500
"""Characters. The line that makes a container anew is long, and of no use in part."""


class Row(NamedTuple):
    """One line under a heading."""

    label: str
    words: str
    is_command: bool = False
    """Whether the words are to be typed, and so are not broken."""


def rows(group: DifferenceGroup, everything: bool) -> list[Row]:
    """Return the lines under a group, safe to print; long ones shortened unless all is asked for."""
    told = [Row("why", safe(group.first.why))] if group.first.why else []
    found = fixes(group)
    told += [_fix_row(fix, everything) for fix in (found if everything else found[:SHOWN_FIXES])]
    if not everything and len(found) > SHOWN_FIXES:
        told.append(Row("mend", f"and {len(found) - SHOWN_FIXES} more: -v shows all"))
    if group.consequences:
        told.append(Row("moves", ", ".join(first(moved(group), SHOWN_CONSEQUENCES, everything))))
    return [*told, Row("waived", waived(group))] if waived(group) else told


def first(words: list[str], number: int, everything: bool) -> list[str]:
    """Return so many of the words, and how many are left out."""
    left = 0 if everything else len(words) - number
    return [*words[:number], f"and {left} more: -v shows all"] if left > 0 else words


def _fix_row(fix: Fix, everything: bool) -> Row:
    """Return what helps. A long sentence is cut; half a command is worse than none, so a long one is only announced."""
    if everything or len(fix.text) <= (SHOWN_COMMAND if fix.is_command else SHOWN_FIX):
        return Row("mend", fix.text, fix.is_command)
    return Row("mend", f"a command of {len(fix.text):,} characters: -v shows it" if fix.is_command else cut(fix.text, SHOWN_FIX))
