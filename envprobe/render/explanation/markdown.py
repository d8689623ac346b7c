"""Causes as Markdown, for a pull request or an issue. What came from a target is code or escaped, so it cannot become markup."""

from __future__ import annotations

from collections.abc import Iterator

from ...causes.cause import Cause, Explanation
from ...spelling import line
from .. import Style
from ..markdown_cell import code, plain
from .words import headline, proof_rows, proved, rest, unchanged_words

SHOWN_CAUSES = 20
SHOWN_PATHS = 6
WORDS = 600


def render(explanation: Explanation, style: Style) -> str:
    """Return the verdict, the runs that prove it, and the causes in their order."""
    against = f" against {code(line(explanation.expected))}" if explanation.expected else ""
    rows = [f"## envprobe explain: {explanation.verdict.value}", ""]
    rows.append(f"**{plain(headline(explanation))}.** {code(line(explanation.observed))}{against}.")
    if explanation.minimal:
        rows += ["", plain(proved(explanation))]
    rows += _bullets([("seen", words) for words in explanation.symptoms])
    rows += _proofs(explanation)
    everything = style.verbosity > 0
    shown = explanation.causes if everything else explanation.causes[:SHOWN_CAUSES]
    if shown:
        rows += ["", "### Causes"]
    for cause in shown:
        rows += ["", *_cause(cause, everything)]
    if len(shown) < len(explanation.causes):
        rows += ["", f"and {len(explanation.causes) - len(shown)} more: `envprobe explain -v` shows all"]
    return "\n".join([*rows, *_bullets(list(rest(explanation)))]) + "\n"


def _proofs(explanation: Explanation) -> list[str]:
    found = proof_rows(explanation)
    if not found:
        return []
    rows = ["", "### Proof", "", "| taken away | changed in the copy | before | after | result |", "|---|---|---|---|---|"]
    if explanation.unchanged is not None:
        words = plain(unchanged_words(explanation))
        rows.append(f"| nothing | unchanged | {words} | {words} | as the target |")
    for row in found:
        result = plain(f"{row.result} ({line(row.why, WORDS)})" if row.why else row.result)
        cells = (code(line(row.taken, WORDS)), code(line(row.done, WORDS)) if row.done else "", plain(row.before))
        rows.append(f"| {' | '.join((*cells, plain(line(row.after)), result))} |")
    return rows


def _cause(cause: Cause, everything: bool) -> Iterator[str]:
    values = f": {code(line(cause.values, 300))}" if cause.values else ""
    yield f"{cause.rank}. {code(line(cause.paths[0]))}{values}"
    others = cause.paths[1:] if everything else cause.paths[1 : SHOWN_PATHS + 1]
    if others:
        left = len(cause.paths) - 1 - len(others)
        yield f"   - with {', '.join(code(line(path)) for path in others)}" + (f" and {left} more" if left else "")
    yield f"   - how: {plain(line(cause.mechanism, WORDS))}"
    yield f"   - explains: {plain(line(', '.join(cause.explains), WORDS)) or 'nothing of the benchmark'}"
    if cause.leaves:
        yield f"   - but not: {plain(line(', '.join(cause.leaves), WORDS))}"
    yield f"   - rule {code(line(cause.rule))}: {plain(line(cause.source, WORDS))}"
    if cause.fix:
        text = line(cause.fix.text, 2000)
        yield f"   - fix: {code(text) if cause.fix.is_command else plain(text)}"


def _bullets(found: list[tuple[str, str]]) -> list[str]:
    return ["", *(f"- {label}: {plain(line(words, WORDS))}" for label, words in found)] if found else []
