"""Markers of a lock in which the chosen extras and groups are settled, so that what is left is a question to the target alone."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from packaging.utils import canonicalize_name

from .pep508 import BRACKET_LIMIT
from .wanted import Chosen

TOKEN = re.compile(r"\(|\)|\"[^\"]*\"|'[^']*'|[^\s()\"']+")
CHOSEN = ("extra", "extras", "dependency_groups")
UV = re.compile(r"(extra|group)-(\d+)-(.*)")
"""How uv spells what excludes each other: `extra-7-project-cpu`, with the length of the project's name."""


def settle(marker: str, chosen: Chosen, groups: Collection[str] = ()) -> str | None:
    """Return a marker without extras and groups: empty where it always holds, None where it never does.

    `groups` are those that are chosen where the marker speaks of dependency_groups. Raises ValueError for what is no marker.
    """
    if not marker:
        return ""
    if not any(name in marker for name in ("extra", "dependency_groups")):
        return marker
    if marker.count("(") > BRACKET_LIMIT:
        raise ValueError(f"a marker of more than {BRACKET_LIMIT} brackets")
    tokens = [*TOKEN.findall(marker), ")"]
    return _either(iter(tokens), _Names(chosen, groups))


class _Names:
    """The names that hold."""

    def __init__(self, chosen: Chosen, groups: Collection[str]) -> None:
        self.extras = {canonicalize_name(name) for name in chosen.extras}
        self.groups = {canonicalize_name(name) for name in groups}

    def holds(self, words: list[str]) -> bool | None:
        """Tell whether a comparison of a chosen name holds; None where it asks for something else."""
        names = [word for word in words if word in CHOSEN]
        if not names:
            return None
        quoted = next((word[1:-1] for word in words if word[0] in "\"'"), None)
        if quoted is None:
            raise ValueError(f"{' '.join(words)}: not a comparison with a name")
        operators = [word for word in words if word not in CHOSEN and word[0] not in "\"'"]
        if operators not in (["=="], ["!="], ["in"], ["not", "in"]):
            raise ValueError(f"{' '.join(words)}: not a comparison of names")
        return self._is_chosen(quoted, names[0]) == (operators in (["=="], ["in"]))

    def _is_chosen(self, name: str, kind: str) -> bool:
        if encoded := UV.fullmatch(name):
            chosen = self.extras if encoded[1] == "extra" else self.groups
            return canonicalize_name(encoded[3][int(encoded[2][:4]) + 1 :]) in chosen
        return canonicalize_name(name) in (self.groups if kind == "dependency_groups" else self.extras)


def _either(tokens: Iterator[str], names: _Names) -> str | None:
    """Read up to the closing bracket: alternatives, each of conditions that hold together."""
    alternatives: list[str | None] = []
    together: list[str | None] = []
    words: list[str] = []
    for token in tokens:
        if token == "(":  # noqa: S105
            together.append(_bracketed(_either(tokens, names)))
        elif token in ("and", "or", ")"):
            if words:
                together.append(_comparison(words, names))
                words = []
            if token != "and":  # noqa: S105
                alternatives.append(_conjunction(together))
                together = []
            if token == ")":  # noqa: S105
                break
        else:
            words.append(token)
    kept = list(dict.fromkeys(one for one in alternatives if one is not None))
    return None if not kept else "" if "" in kept else " or ".join(kept)


def _bracketed(text: str | None) -> str | None:
    return f"({text})" if text and " or " in text else text


def _comparison(words: list[str], names: _Names) -> str | None:
    holds = names.holds(words)
    if holds is None:
        return " ".join(words)
    return "" if holds else None


def _conjunction(parts: list[str | None]) -> str | None:
    return None if None in parts else " and ".join(part for part in parts if part)
