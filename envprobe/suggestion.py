"""What somebody may have meant who mistyped a name: one shape for commands, baselines, containers, facts and settings."""

from __future__ import annotations

from collections.abc import Iterable

SHORTEST = 3
"""Letters of a word that is looked for inside longer names: `trainer` in `ana_trainer_2`."""
LONGEST = 200
"""Longer words are no slip of the finger, and the time to compare grows with the product of the lengths."""
LISTED = 20


def closest(word: str, known: Iterable[str], count: int = 1) -> list[str]:
    """Return the names that are most like a word, the best first, else those that contain it; case does not count."""
    import difflib

    names = {name.casefold(): name for name in sorted(known, reverse=True)}
    meant = word.casefold()
    if len(meant) > LONGEST:
        return []
    found = difflib.get_close_matches(meant, names, count)
    if not found and len(meant) >= SHORTEST:
        found = [name for name in sorted(names) if meant in name][:count]
    return [names[name] for name in found]


def did_you_mean(word: str, known: Iterable[str], count: int = 1) -> str:
    """Return `did you mean numpy?`, or an empty text where no name is close."""
    close = closest(word, known, count)
    return f"did you mean {' or '.join(close)}?" if close else ""


def suggest(word: str, known: Iterable[str], count: int = 1) -> str:
    """Return `did you mean numpy?`, else `there are …`, else, where there is nothing, `there are none yet`."""
    names = list(known)
    shown = ", ".join(names[:LISTED]) + (f" and {len(names) - LISTED} more" if len(names) > LISTED else "")
    return did_you_mean(word, names, count) or (f"there are {shown}" if names else "there are none yet")
