"""What stands under a difference: why it matters, how to fix it, what also changes, who waived it."""

from __future__ import annotations

from typing import NamedTuple

from ..fixes import Fix
from ..spelling import cut, safe
from .summary import DifferenceGroup, also_changed, fixes, waived

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
    items: tuple[str, ...] = ()
    """The same words one by one, where each may have a line of its own."""


def rows(group: DifferenceGroup, everything: bool) -> list[Row]:
    """Return the lines under a group, safe to print; long ones shortened unless all is asked for."""
    rows = [Row("why", safe(group.first.why))] if group.first.why else []
    found = fixes(group)
    rows += [_fix_row(fix, everything) for fix in (found if everything else found[:SHOWN_FIXES])]
    if not everything and len(found) > SHOWN_FIXES:
        rows.append(Row("fix", f"and {len(found) - SHOWN_FIXES} more: -v shows all"))
    if group.consequences:
        paths = first(also_changed(group), SHOWN_CONSEQUENCES, everything)
        rows.append(Row("also changes", ", ".join(paths), items=tuple(paths)))
    return [*rows, Row("waived", waived(group))] if waived(group) else rows


def first(words: list[str], number: int, everything: bool) -> list[str]:
    """Return so many of the words, and how many are left out."""
    left = 0 if everything else len(words) - number
    return [*words[:number], f"and {left} more: -v shows all"] if left > 0 else words


def _fix_row(fix: Fix, everything: bool) -> Row:
    """Return what helps. A long sentence is cut; half a command is worse than none, so a long one is only announced."""
    if everything or len(fix.text) <= (SHOWN_COMMAND if fix.is_command else SHOWN_FIX):
        return Row("fix", fix.text, fix.is_command)
    return Row("fix", f"a command of {len(fix.text):,} characters: -v shows it" if fix.is_command else cut(fix.text, SHOWN_FIX))
