"""Causes for a terminal: what was to be explained, the causes in their order, what is proved of each, and what is left."""

from __future__ import annotations

import io
from collections.abc import Iterator

from rich.text import Text

from ...causes.cause import Cause, Explanation, ExplanationVerdict
from ...spelling import line
from .. import Style
from ..console import drawn, make_console
from ..labelled import print_words
from .words import UNTRIED, headline, proof_words, rest, unchanged_words

COLORS = {
    ExplanationVerdict.EXPLAINED: "bold green",
    ExplanationVerdict.PARTLY: "bold yellow",
    ExplanationVerdict.UNEXPLAINED: "bold red",
}
SHOWN_CAUSES = 5
INDENT = " " * 4


def render(explanation: Explanation, style: Style) -> str:
    """Return the explanation for a reader, as text that ends in a newline."""
    screen = io.StringIO()
    console = make_console(screen, style)
    verdict = explanation.verdict
    console.print(Text.assemble((verdict.value.upper(), COLORS[verdict]), f"  {headline(explanation)}"))
    if style.verbosity >= 0:
        against = f" against {line(explanation.expected)}" if explanation.expected else ""
        console.print(Text(f"{line(explanation.observed)}{against}", style="dim"))
        for symptom in explanation.symptoms:
            print_words(console, "seen", symptom, style.width)
        if explanation.unchanged is not None:
            print_words(console, "copy", f"unchanged, it leaves the same: {unchanged_words(explanation)}", style.width)
        everything = style.verbosity > 0
        shown = explanation.causes if everything else explanation.causes[:SHOWN_CAUSES]
        for cause in shown:
            console.print()
            console.print(
                Text.assemble((f"{cause.rank:>2}  ", "bold"), (line(cause.paths[0]), "bold"), f"  {line(cause.values, 160)}")
            )
            for label, words, is_command in _rows(cause, everything):
                print_words(console, label, words, style.width, indent=INDENT, is_whole=is_command)
        if len(explanation.causes) > len(shown):
            console.print(Text(f"\nand {len(explanation.causes) - len(shown)} more: -v shows all", "dim"))
        left = list(rest(explanation))
        if left:
            console.print()
        for label, words in left:
            print_words(console, label, words, style.width)
    return drawn(screen)


def _rows(cause: Cause, everything: bool) -> Iterator[tuple[str, str, bool]]:
    """Yield label, words, and whether they are typed as they stand."""
    if len(cause.paths) > 1:
        others = cause.paths[1:]
        more = f" and {len(others) - 4} more" if len(others) > 4 and not everything else ""
        yield "with", line(", ".join(others if everything else others[:4]), 2000) + more, False
    yield "how", cause.mechanism, False
    if cause.explains:
        yield "explains", line(", ".join(cause.explains), 2000), False
        if cause.leaves:
            yield "but not", line(", ".join(cause.leaves), 2000), False
    else:
        yield "explains", "nothing of the benchmark", False
    if cause.proof != UNTRIED:
        yield "proof", proof_words(cause.proof), False
        if cause.proof.done and cause.proof.done != cause.proof.why:
            yield "changed", line(cause.proof.done, 400), False
    if everything:
        yield "rule", f"{cause.rule}: {cause.source}", False
    if cause.fix:
        yield "fix", line(cause.fix.text, 2000), cause.fix.is_command
