"""A claim about an experiment, `metrics.json:accuracy >= +0.05`: the metric of the new runs against that of the recorded ones."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from enum import Enum
from typing import Any, Literal

import msgspec

from . import document
from .error import UsageError
from .spelling import cut, safe

Relation = Literal[">=", "<="]
SHAPE = re.compile(r"\s*(?P<metric>.*?[^\s<>=!≤≥])\s*(?P<relation>[<>=!≤≥]+)\s*(?P<margin>\S*?)\s*(?P<percent>%?)\s*")
MARGIN = re.compile(r"[+-](\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?")
SPELLINGS: dict[str, Relation] = {">=": ">=", "<=": "<=", "≥": ">=", "≤": "<="}
EXAMPLES = "write METRIC >= +0.05, METRIC <= -0.1 where less is better, or METRIC >= +5% of the baseline's mean"
IN_A_TABLE = 'write it as in "accuracy" = ">= +0.05"'
SHOWN = 200


class Claim(msgspec.Struct, frozen=True):
    """By how much the mean of a metric has changed, at least or at most."""

    metric: str
    """`OUTPUT:PATH`, or a path that only one output has."""
    relation: Relation
    margin: float
    """Of the change, new - recorded, in the unit of the metric; a share of the recorded mean where it is relative."""
    is_relative: bool = False

    def __str__(self) -> str:
        return f"{self.metric} {self.relation} {self.amount}"

    @property
    def amount(self) -> str:
        """The margin as it is written: `+0.05`, `+5%`."""
        return f"{100 * self.margin:+.15g}%" if self.is_relative else f"{self.margin:+.15g}"


class ClaimVerdict(Enum):
    """What the runs say of a claim."""

    HOLDS = "holds"
    REFUTED = "refuted"
    UNDECIDED = "undecided"


class ClaimResult(msgspec.Struct, frozen=True, kw_only=True):
    """A claim and what the runs say of it."""

    claim: Claim
    verdict: ClaimVerdict
    effect: float | None = None
    """The change of the mean, new - recorded, in the unit of the metric; None where there are no numbers to say it by."""
    interval: tuple[float, float] | None = None
    """Of the effect, at 95 %, in the unit of the metric; None where the runs are too few."""
    means: tuple[float, float] | None = None
    """Recorded and new."""
    paired: bool = False
    """Whether runs of the same seed were compared with each other."""
    runs: tuple[int, int] = (0, 0)
    """Recorded and new ones that it rests on."""
    needed: int | None = None
    """How many runs, each side, would decide if effect and spread stay as they are; None where they would not."""
    why: str = ""
    """Why it is undecided, where that is not the width of the interval."""


def parse_claim(text: str) -> Claim:
    """Read a claim as it is typed. Raises UsageError that says what is wrong and what to write."""
    found = SHAPE.fullmatch(text)
    if found is None:
        raise UsageError(f"{cut(safe(text), SHOWN)!r} is no claim", EXAMPLES)
    if found["relation"] not in SPELLINGS:
        raise UsageError(f"{cut(safe(text), SHOWN)!r}: a claim has >= or <=, not {safe(found['relation'])}", EXAMPLES)
    return _claim(found["metric"], SPELLINGS[found["relation"]], found["margin"], found["percent"], text)


def _claim(metric: str, relation: Relation, margin: str, percent: str, text: str) -> Claim:
    shown = cut(safe(text), SHOWN)
    if MARGIN.fullmatch(f"+{margin}"):
        hint = f"write +{margin}{percent} for that much above the baseline's mean, or -{margin}{percent} for below"
        raise UsageError(f"{shown!r}: a claim is about the change, so its number has a sign", hint)
    value = float(margin) if MARGIN.fullmatch(margin) else math.nan
    if not math.isfinite(value):
        raise UsageError(f"{shown!r}: {cut(safe(margin), 40)!r} is no number with a sign", EXAMPLES)
    return Claim(metric, relation, value / 100 if percent else value, bool(percent))


def read_claims(value: object, where: str) -> list[Claim]:
    """Read `{METRIC: ">= +0.05"}`, or a list of such texts for a metric. Raises DocumentError with every fault."""
    claims: list[Claim] = []
    faults: list[str] = []
    for metric, text in _texts(value):
        try:
            claims.append(parse_claim(f"{metric} {text}"))
        except UsageError as error:
            hint = IN_A_TABLE if error.hint == EXAMPLES else error.hint
            faults.append(f"{error.message}; {hint}")
    document.refuse(where, faults)
    return claims


def _texts(value: Any) -> Iterator[tuple[str, str]]:
    for metric, texts in value.items():
        yield from ((metric, str(text)) for text in (texts if isinstance(texts, list) else [texts]))
