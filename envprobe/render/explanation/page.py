"""Causes as one HTML page that loads nothing: what is proved, the runs that prove it, and the causes in their order."""

from __future__ import annotations

from typing import NamedTuple

from ...causes.cause import Cause, Explanation, ExplanationVerdict
from ...spelling import line
from .. import Style
from ..page.shell import asset, document
from ..page.template import fill
from .words import UNTRIED, headline, proof_rows, proved, rest, unchanged_words

HERE = __package__
MARKS = {
    ExplanationVerdict.EXPLAINED: "reproduces",
    ExplanationVerdict.PARTLY: "undetermined",
    ExplanationVerdict.UNEXPLAINED: "differs",
}
"""The sign of the shared sheet that stands beside a verdict."""
WORDS = 2000


class ShownCause(NamedTuple):
    """A cause, as its entry shows it."""

    rank: int
    path: str
    values: str
    others: list[str]
    rows: list[tuple[str, str]]
    rule: str
    source: str
    fix: str
    is_command: bool
    is_proved: bool


def render(explanation: Explanation, style: Style) -> str:
    """Return the page; everything is in it, folded where a reader need not look."""
    values: dict[str, object] = {
        "verdict": explanation.verdict.value,
        "mark": MARKS[explanation.verdict],
        "headline": headline(explanation),
        "proved": proved(explanation),
        "observed": line(explanation.observed),
        "expected": line(explanation.expected),
        "symptoms": [line(words, WORDS) for words in explanation.symptoms],
        "unchanged": unchanged_words(explanation),
        "proofs": [
            row._replace(**{name: line(getattr(row, name), WORDS) for name in row._fields}) for row in proof_rows(explanation)
        ],
        "causes": [_cause(cause, explanation) for cause in explanation.causes],
        "rest": [(label, line(words, WORDS)) for label, words in rest(explanation)],
    }
    title = f"envprobe explain: {explanation.verdict.value}: {line(explanation.observed)}"
    return document(title, fill("explanation.html", values, package=HERE), styles=(asset("explanation.css", HERE),))


def _cause(cause: Cause, explanation: Explanation) -> ShownCause:
    explains = line(", ".join(cause.explains), WORDS) or "nothing of the benchmark"
    rows = [("how", line(cause.mechanism, WORDS)), ("explains", explains)]
    if cause.leaves:
        rows.append(("but not", line(", ".join(cause.leaves), WORDS)))
    return ShownCause(
        rank=cause.rank,
        path=line(cause.paths[0], 400),
        values=line(cause.values, WORDS),
        others=[line(path, 400) for path in cause.paths[1:]],
        rows=rows,
        rule=line(cause.rule),
        source=line(cause.source, WORDS),
        fix=line(cause.fix.text, WORDS),
        is_command=cause.fix.is_command,
        is_proved=cause.proof != UNTRIED and cause.paths[0] in explanation.minimal,
    )
