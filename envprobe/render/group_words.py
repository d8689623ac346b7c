"""What is said under a difference: why, how to mend it, what moved with it, who waived it."""

from __future__ import annotations

from ..assess.fix import is_command
from ..spelling import cut, safe
from .summary import DifferenceGroup, fixes, moved, waived

SHOWN_CONSEQUENCES = 4
SHOWN_FIXES = 3
SHOWN_FIX = 300


def rows(group: DifferenceGroup, everything: bool) -> list[tuple[str, str]]:
    """Return the lines under an group as (label, words), safe to print; long ones shortened unless all is asked for."""
    told = [("why", safe(group.first.why))] if group.first.why else []
    told.extend(("mend", fix if everything else _shortened(fix)) for fix in first(fixes(group), SHOWN_FIXES, everything))
    if group.consequences:
        told.append(("moves", ", ".join(first(moved(group), SHOWN_CONSEQUENCES, everything))))
    return [*told, ("waived", waived(group))] if waived(group) else told


def first(words: list[str], number: int, everything: bool) -> list[str]:
    """Return so many of the words, and how many are left out."""
    left = 0 if everything else len(words) - number
    return [*words[:number], f"and {left} more: -v shows all"] if left > 0 else words


def _shortened(fix: str) -> str:
    """Cut a long sentence; half a command is worse than none, so a long one is only announced."""
    if len(fix) <= SHOWN_FIX:
        return fix
    return f"a command of {len(fix):,} characters: -v shows it" if is_command(fix) else cut(fix, SHOWN_FIX)
