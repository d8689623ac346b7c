"""Which difference explains what was seen: candidates with their rules, ranked by what they can explain. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase

import msgspec

from ..assess.switches import switches_of
from ..report import Difference
from .rule import ANYTHING, BreakageRule, CauseRule
from .rules import RULES
from .rules.breakages import BREAKAGES
from .symptoms import Symptoms

VARIABLE = "environment."


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """A difference, the rule that speaks of it, and what it can explain."""

    difference: Difference
    rule: CauseRule
    breakage: BreakageRule | None = None
    """The known breakage that it brings about."""
    covers: frozenset[str] = frozenset()
    """Records that moved and that it can move."""
    is_hinted: bool = False
    """Whether the pattern of what moved speaks of it."""
    is_breaking: bool = False
    """Whether what the framework said last is what it would make it say."""

    @property
    def is_generic(self) -> bool:
        """Whether it could explain anything, which tells nothing."""
        return ANYTHING[0] in self.rule.moves

    @property
    def explains_failure(self) -> bool:
        """Whether it can be why the framework does not run."""
        return self.is_breaking or self.breakage is not None

    @property
    def is_seen(self) -> bool:
        """Whether the benchmark would show it, if it were a cause."""
        return bool(self.rule.moves) or self.explains_failure

    @property
    def explains_something(self) -> bool:
        """Whether any of what was seen can be its doing."""
        return bool(self.covers) or self.explains_failure


def ranked(symptoms: Symptoms) -> list[Candidate]:
    """Return the candidates, those first that explain most of what those before them leave, those last that explain nothing.

    A difference that no rule takes is none. What could explain anything comes after what could explain just this.
    """
    waiting = [found for item in symptoms.candidates if (found := candidate(item, symptoms)) is not None]
    left, order = set(symptoms.records), []
    while waiting:
        best = min(waiting, key=lambda one: _order(one, left))
        waiting.remove(best)
        order.append(best)
        left -= best.covers
    return order


def candidate(difference: Difference, symptoms: Symptoms) -> Candidate | None:
    """Return a difference with the rule that speaks of it; None where no rule does."""
    rule = next((rule for rule in RULES if rule.takes(difference, symptoms)), None)
    if rule is None:
        return None
    paths = [difference.path, *symptoms.follows.get(difference.path, [])]
    breakage = breakage_of(symptoms.failure, paths)
    return Candidate(
        difference=difference,
        rule=rule,
        breakage=breakage,
        covers=frozenset(_covered(rule, symptoms.records)),
        is_hinted=bool({*paths, *_effects(difference.path)} & symptoms.hints),
        is_breaking=bool(symptoms.failure) and rule.has_broken(symptoms.failure),
    )


def breakage_of(words: str, paths: Iterable[str]) -> BreakageRule | None:
    """Return the known breakage of these words that one of some differences brings about."""
    named = list(paths)
    for rule in BREAKAGES if words else ():
        if rule.has_raised(words) and any(fnmatchcase(path, glob) for glob in rule.facts for path in named):
            return rule
    return None


def _covered(rule: CauseRule, records: Sequence[str]) -> list[str]:
    """Return the records that a rule's cause can move; none where one that it always moves has not."""
    for wanted in rule.must_move:
        if not any(fnmatchcase(record, glob) for glob in wanted.split("|") for record in records):
            return []
    return [record for record in records if rule.can_move(record)]


def _effects(path: str) -> list[str]:
    """Return the facts in effect that a variable switches."""
    name = path.removeprefix(VARIABLE)
    return [fact for row in switches_of(name) for fact in row.equal] if path.startswith(VARIABLE) else []


def _order(one: Candidate, left: set[str]) -> tuple[object, ...]:
    return (
        not one.explains_something,
        one.breakage is None,
        one.is_generic,
        not one.is_breaking,
        not one.is_hinted,
        -len(one.covers & left),
        -len(one.covers),
        -one.difference.severity.rank,
        one.difference.path,
    )
