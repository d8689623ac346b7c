"""A rule: which facts can be a cause, by what mechanism, and what of the benchmark it can move."""

from __future__ import annotations

import re
from collections.abc import Callable
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from ..report import Difference
    from .symptoms import Symptoms

Test = Callable[["Difference", "Symptoms"], bool]
"""Whether a difference is what the rule speaks of, where its path alone does not say."""
ANYTHING = ("*",)
MEASURED = "measured on the stand-in image: docs/numerics.md, which switch moves what"


class CauseRule(msgspec.Struct, frozen=True, kw_only=True):
    """One row of a family."""

    name: str
    """`family.what`."""
    facts: tuple[str, ...]
    """Globs over the paths of differences that are this cause."""
    mechanism: str
    """One sentence."""
    source: str
    """Where that is documented or was measured."""
    moves: tuple[str, ...] = ()
    """Globs over `stage/tensor` of records that it can move; none where the benchmark does not see it."""
    must_move: tuple[str, ...] = ()
    """Globs of which each matches a moved record, where this cause acts at all."""
    breaks: str = ""
    """A regular expression over what a framework that does not run says last."""
    test: Test | None = None

    def takes(self, difference: Difference, symptoms: Symptoms) -> bool:
        """Tell whether a difference is what this rule speaks of."""
        is_named = any(fnmatchcase(difference.path, glob) for glob in self.facts)
        return is_named and (self.test is None or self.test(difference, symptoms))

    def can_move(self, record: str) -> bool:
        """Tell whether it can move a record, `stage/tensor`."""
        return any(fnmatchcase(record, glob) for glob in self.moves)

    def has_broken(self, words: str) -> bool:
        """Tell whether what a framework said last is what this cause makes it say."""
        return bool(self.breaks) and re.search(self.breaks, words, re.IGNORECASE) is not None


class BreakageRule(msgspec.Struct, frozen=True, kw_only=True):
    """A known way in which `import tensorflow` or its first use ends: known by what is raised, with or without facts."""

    name: str
    raises: str
    """A regular expression over a traceback or last words, as narrow as the cause."""
    facts: tuple[str, ...]
    """Globs over paths of differences that bring it about; the first names the fact where nothing is known to differ.

    `{module}` in it is what the expression calls so.
    """
    mechanism: str
    source: str
    remedy: str
    """What to type or to do: `pip install 'protobuf<3.20'`."""
    is_command: bool = True
    is_callers: bool = False
    """Whether any package may raise it, and the innermost one that a traceback went through is the cause."""

    def fact(self, words: str) -> str:
        """Return the fact that these words speak of."""
        found = re.search(self.raises, words, re.IGNORECASE | re.DOTALL)
        return self.facts[0].replace("{module}", found["module"] if found and "module" in found.groupdict() else "*")

    def has_raised(self, words: str) -> bool:
        """Tell whether these words are this breakage's."""
        return re.search(self.raises, words, re.IGNORECASE | re.DOTALL) is not None
