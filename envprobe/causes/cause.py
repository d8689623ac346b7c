"""What explains that two environments differ, or that one does not run: causes, how well each is known, and what is left."""

from __future__ import annotations

from enum import Enum
from typing import Literal

import msgspec

from ..fixes import Fix

ProofStatus = Literal["restores", "moves-to", "no-effect", "untried", "impossible"]
SCHEMA = "envprobe.explanation/1"


class ExplanationVerdict(Enum):
    """Whether what was seen has causes that explain all of it."""

    EXPLAINED = "explained"
    PARTLY = "partly"
    UNEXPLAINED = "unexplained"


EXPLANATION_STATUS = {ExplanationVerdict.EXPLAINED: 0, ExplanationVerdict.PARTLY: 1, ExplanationVerdict.UNEXPLAINED: 1}


class Proof(msgspec.Struct, frozen=True, kw_only=True):
    """What came of taking a cause away in a copy and running the benchmark again."""

    status: ProofStatus = "untried"
    to: str | None = None
    """Where the benchmark then first differs, `part/stage`; null where it does not, or where nothing was tried."""
    moved: int | None = None
    """How many records then differ from the baseline's."""
    why: str = ""
    """Why it was not tried or is impossible; else what was done, or with what else it was taken away."""
    done: str = ""
    """What was changed in the copy to take it away; empty where nothing was run."""


class UnchangedCopy(msgspec.Struct, frozen=True, kw_only=True):
    """What the benchmark left in a copy in which nothing was taken away: the side before of every proof."""

    first: str | None = None
    """Where it first differs from the baseline, `part/stage`; null where it does not run."""
    moved: int | None = None
    """How many records differ; null where it does not run."""
    compared: int = 0
    """How many records were compared."""


class Cause(msgspec.Struct, frozen=True, kw_only=True):
    """Differences that are one cause, and what is known of it."""

    paths: list[str]
    """The facts that it consists of."""
    rank: int
    """1 is the likeliest."""
    mechanism: str
    """How it makes the difference, one sentence."""
    rule: str
    """The rule that says so, as `onednn.off`."""
    source: str
    """Where the rule is documented or was measured."""
    explains: list[str] = []
    """Stages of the benchmark that it can move and that moved, `part/stage`; `framework` where nothing runs."""
    leaves: list[str] = []
    """Stages that moved and that it cannot move."""
    values: str = ""
    """What was expected and what was observed, in short."""
    proof: Proof = Proof()
    fix: Fix = Fix()
    """What to type, or to do, to take it away."""


class Explanation(msgspec.Struct, frozen=True, kw_only=True):
    """The causes of what was seen, the likeliest first."""

    verdict: ExplanationVerdict
    expected: str
    """What the expected side is called; empty where there is none, as for a traceback."""
    observed: str
    causes: list[Cause]
    symptoms: list[str] = []
    """What was to be explained, one sentence each."""
    unexplained: list[str] = []
    """What no rule explains, one sentence each."""
    minimal: list[str] = []
    """The smallest set of facts that was proved to restore the baseline's bits; empty where nothing was proved."""
    unchanged: UnchangedCopy | None = None
    """What an unchanged copy left, the same as the target; null where none was run, or it left something else."""
    advice: list[str] = []
    """What to do next where causes are not known for sure."""
    runs: int = 0
    """How many times the benchmark was run for it."""
    seconds: float = 0.0
    """How long that took."""
