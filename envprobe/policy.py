"""Which difference matters how much: rules over fact paths, and the tolerances of a trace."""

from __future__ import annotations

import enum
import re
from collections.abc import Iterator
from fnmatch import translate
from functools import cached_property
from typing import Any, NamedTuple

import msgspec

from . import document
from .default_rules import RULES
from .suggestion import suggest

KINDS = ("added", "removed", "upgraded", "downgraded", "crossgraded", "modified", "shadowed", "changed")
MAGNITUDES = ("major", "minor", "micro", "local")
"""The first part in which two versions differ."""
SECTIONS = (
    "python",
    "packages",
    "modules",
    "integrity",
    "unlisted",
    "stdlib",
    "system",
    "ospackages",
    "cpu",
    "gpu",
    "cuda",
    "numerics",
    "environment",
    "code",
    "data",
    "image",
    "container",
    "trace",
    "run",
    "outputs",
)
TOLERANCES = ("forward_scaled", "gradient_scaled", "update_scaled")
"""Scaled errors, max|a-b| / max|a| over one tensor, in place of the limits of rounding that were measured (docs/numerics.md)."""
RULES_LIMIT = 1_000
"""Each is held against each difference of its section."""
RENAMED = {"trace.rounding": "trace.equivalent"}
"""Paths as they once were: a rule or a waiver that names one holds for what it is called now."""


WILDCARD = re.compile(r"\[[^\]]*\]|[*?]")


class Severity(enum.Enum):
    """How much a difference matters."""

    FAIL = "fail"
    WARN = "warn"
    NOTE = "note"
    IGNORE = "ignore"

    @property
    def rank(self) -> int:
        """Return a number that grows with the severity, so that `max(…, key=lambda s: s.rank)` is the severest."""
        return _RANKS[self]


_RANKS = {Severity.IGNORE: 0, Severity.NOTE: 1, Severity.WARN: 2, Severity.FAIL: 3}


class SeverityRule(NamedTuple):
    """One rule, ready to be asked."""

    glob: str
    section: str
    """The first part of the glob where it is written out, else empty: any section."""
    path: re.Pattern[str]
    qualifiers: frozenset[str]
    literals: int
    """Characters of the glob outside its wildcards."""
    severity: Severity

    def matches(self, path: str, words: frozenset[str]) -> bool:
        return self.qualifiers <= words and self.path.match(path) is not None


class Policy(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """Rules and tolerances, laid over those of another policy.

    A rule is `GLOB`, `GLOB@MAGNITUDE`, `GLOB@KIND` or `GLOB@KIND@MAGNITUDE`; `*` matches dots too. Of the rules that
    match, the one with more literal characters in its glob wins, then the one with more qualifiers, then the one of the
    upper policy, then the severer. So the order in which rules are written never matters.
    """

    rules: dict[str, Severity] = {}
    tolerance: dict[str, float] = {}
    """Limits of the scaled error, by name; what is not given comes from the policy beneath."""
    beneath: Policy | None = None
    held: frozenset[str] = frozenset()
    """Facts of which no other fact lowers the severity."""

    def severity(self, path: str, magnitude: str = "", kind: str = "") -> Severity:
        """Return how much a difference at `path` matters; `warn` where no rule speaks of it.

        A path that ends in `*` stands for all facts below it: the severest that one of them may have.
        """
        words = frozenset((magnitude, kind))
        paths = self._examples(path) if path.endswith("*") else [path]
        return max((self._best(path, words)[-1] for path in paths), key=lambda level: level.rank)

    def _examples(self, glob: str) -> Iterator[str]:
        """Yield the path itself, and for every rule below it one path that the rule speaks of."""
        yield glob
        rules = (rule.glob for section in self._rules.values() for rule in section)
        yield from (WILDCARD.sub("x", rule) for rule in rules if rule.startswith(glob[:-1]))
        if self.beneath:
            yield from self.beneath._examples(glob)

    def _best(self, path: str, words: frozenset[str]) -> tuple[tuple[int, int, int, int], Severity]:
        lower = self.beneath._best(path, words) if self.beneath else _NO_RULE
        depth = lower[0][2] + 1
        section = path.partition(".")[0]
        candidates = (*self._rules.get(section, ()), *self._rules.get("", ()))
        own = (
            ((rule.literals, len(rule.qualifiers), depth, rule.severity.rank), rule.severity)
            for rule in candidates
            if rule.matches(path, words)
        )
        return max((lower, *own), key=lambda found: found[0])

    @cached_property
    def _rules(self) -> dict[str, list[SeverityRule]]:
        """The rules by the section that they speak of: a fact is matched against a dozen rules instead of all."""
        found: dict[str, list[SeverityRule]] = {}
        for text, severity in self.rules.items():
            rule = parse_rule(text, severity)
            found.setdefault(rule.section, []).append(rule)
        return found

    @property
    def forward_scaled(self) -> float | None:
        """Return the largest scaled error of a forward value that counts as rounding; None for the measured limits."""
        return self._limit("forward_scaled")

    @property
    def gradient_scaled(self) -> float | None:
        """Return the largest scaled error of a first gradient that counts as rounding; None for the measured limits."""
        return self._limit("gradient_scaled")

    @property
    def update_scaled(self) -> float | None:
        """Return the largest scaled error of the weights that counts as rounding; None for the measured limits."""
        return self._limit("update_scaled")

    def _limit(self, name: str) -> float | None:
        if name in self.tolerance:
            return self.tolerance[name]
        return self.beneath._limit(name) if self.beneath else None


_NO_RULE = ((-1, 0, 0, 0), Severity.WARN)


def overlay(base: Policy, over: Policy) -> Policy:
    """Lay one policy over another: at equal specificity the rules of `over` win."""
    return msgspec.structs.replace(over, beneath=base if over.beneath is None else overlay(base, over.beneath))


def parse_rule(text: str, severity: Severity) -> SeverityRule:
    """Parse a rule that `rule_faults` has nothing against."""
    glob, *qualifiers = text.split("@")
    section = glob.partition(".")[0]
    literals = len(WILDCARD.sub("", glob))
    where = "" if _has_wildcard(section) else section
    return SeverityRule(glob, where, re.compile(translate(glob)), frozenset(qualifiers), literals, severity)


def read_policy(value: Any, where: str) -> Policy:
    """Read `{rule: severity, "tolerance": {name: limit}}`. Raises DocumentError with every fault."""
    if not isinstance(value, dict):
        document.refuse(where, ['a policy is a table of rules, such as "gpu.*.uuid" = "ignore"'])
    document.refuse(where, [fault.partition(": ")[2] for fault in document.too_many(rules=(len(value), RULES_LIMIT))])
    rules = {text: severity for text, severity in value.items() if text != "tolerance"}
    tolerance = value.get("tolerance", {})
    document.refuse(where, [*_rule_table_faults(rules), *_tolerance_faults(tolerance)])
    return Policy(
        rules={_renamed(text): Severity(severity) for text, severity in rules.items()},
        tolerance={name: float(limit) for name, limit in tolerance.items()},
    )


def _renamed(text: str) -> str:
    path, at, qualifiers = text.partition("@")
    return RENAMED.get(path, path) + at + qualifiers


def _rule_table_faults(rules: dict[str, object]) -> Iterator[str]:
    levels = [severity.value for severity in Severity]
    for text, severity in rules.items():
        yield from (f"{text[:200]}: {fault}" for fault in rule_faults(text))
        if severity not in levels:
            yield f"{text[:200]}: expected one of {', '.join(levels)}, found {str(severity)[:40]!r}"


def rule_faults(text: str) -> Iterator[str]:
    """Yield what is wrong with the text of a rule."""
    glob, *qualifiers = text.split("@")
    yield from glob_faults(glob)
    for word in qualifiers:
        if word not in KINDS and word not in MAGNITUDES:
            yield f"@{word[:40]}: neither a kind nor a magnitude; {suggest(word, (*KINDS, *MAGNITUDES))}"
    for words in (KINDS, MAGNITUDES):
        if sum(word in words for word in qualifiers) > 1:
            yield f"a difference has only one of {', '.join(words)}"


def glob_faults(glob: str) -> Iterator[str]:
    """Yield why a glob over fact paths can match none: its section is written out, and is no section."""
    section = glob.partition(".")[0]
    if not _has_wildcard(section) and section not in SECTIONS:
        yield f"no facts are called {section[:40]!r}; {suggest(section, SECTIONS)}"


def _tolerance_faults(value: object) -> Iterator[str]:
    if not isinstance(value, dict):
        yield "tolerance: expected a table of limits"
        return
    for name, limit in value.items():
        if name not in TOLERANCES:
            yield f"tolerance.{name[:40]}: no such tolerance; {suggest(name, TOLERANCES)}"
        elif isinstance(limit, bool) or not isinstance(limit, int | float) or not 0 <= limit < 1:
            yield f"tolerance.{name}: expected a number from 0 up to 1, found {str(limit)[:40]!r}"


def _has_wildcard(text: str) -> bool:
    return any(character in text for character in "*?[")


DEFAULT = Policy(rules={text: Severity(severity) for text, severity in RULES.items()})
