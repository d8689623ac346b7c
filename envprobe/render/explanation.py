"""Causes as text or JSON: what was to be explained, the causes in their order, what is proved of each, and what is left."""

from __future__ import annotations

import io
from collections.abc import Iterator

import msgspec
from rich.console import Console
from rich.text import Text

from ..causes.cause import SCHEMA, Cause, Explanation, ExplanationVerdict, Proof
from ..fact import in_utf8
from ..fingerprint import encode
from ..spelling import line, some
from . import Style
from .console import drawn, make_console
from .labelled import print_words

COLORS = {
    ExplanationVerdict.EXPLAINED: "bold green",
    ExplanationVerdict.PARTLY: "bold yellow",
    ExplanationVerdict.UNEXPLAINED: "bold red",
}
UNTRIED = Proof()
SHOWN_CAUSES = 5
INDENT = " " * 4


def text(explanation: Explanation, style: Style) -> str:
    """Return the explanation for a reader, as text that ends in a newline."""
    screen = io.StringIO()
    console = make_console(screen, style)
    verdict = explanation.verdict
    console.print(Text.assemble((verdict.value.upper(), COLORS[verdict]), f"  {_headline(explanation)}"))
    if style.verbosity >= 0:
        against = f" against {line(explanation.expected)}" if explanation.expected else ""
        console.print(Text(f"{line(explanation.observed)}{against}", style="dim"))
        for symptom in explanation.symptoms:
            print_words(console, "seen", symptom, style.width)
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
        _print_rest(console, explanation, style.width)
    return drawn(screen)


def json(explanation: Explanation) -> str:
    """Return the explanation as one JSON document, `envprobe.explanation/1`."""
    body = {"schema": SCHEMA, **msgspec.to_builtins(explanation), "seconds": round(explanation.seconds, 1)}
    for cause, told in zip(explanation.causes, body["causes"], strict=True):
        told["fix"] = {"text": cause.fix.text, **told["fix"]}
    return encode(in_utf8(body)).decode("utf-8")


def _headline(explanation: Explanation) -> str:
    likely = [cause for cause in explanation.causes if cause.explains]
    if explanation.minimal:
        return f"proved: {line(', '.join(explanation.minimal), 200)} restores the baseline's bits"
    if likely:
        return f"{some(len(likely), 'cause')} that can explain what was seen; none is proved"
    if explanation.causes:
        return f"{some(len(explanation.causes), 'difference')} outside of what the benchmark runs"
    return "nothing differs that needs a cause" if not explanation.unexplained else "no rule knows a cause"


def _rows(cause: Cause, everything: bool) -> Iterator[tuple[str, str, bool]]:
    """Yield label, words, and whether they are typed as they stand."""
    if len(cause.paths) > 1:
        rest = cause.paths[1:]
        more = f" and {len(rest) - 4} more" if len(rest) > 4 and not everything else ""
        yield "with", line(", ".join(rest if everything else rest[:4]), 2000) + more, False
    yield "how", cause.mechanism, False
    if cause.explains:
        yield "explains", line(", ".join(cause.explains), 2000), False
        if cause.leaves:
            yield "but not", line(", ".join(cause.leaves), 2000), False
    else:
        yield "explains", "nothing of the benchmark", False
    if cause.proof != UNTRIED:
        yield "proof", proof_words(cause.proof), False
    if everything:
        yield "rule", f"{cause.rule}: {cause.source}", False
    if cause.fix:
        yield "fix", line(cause.fix.text, 2000), cause.fix.is_command


def proof_words(proof: Proof) -> str:
    """Return what was proved, in words."""
    if proof.status == "restores":
        return f"restores: without it every record is the baseline's{_because(proof)}"
    if proof.status == "moves-to":
        return f"moves to {proof.to}: without it {some(proof.moved or 0, 'record')} still differ{_because(proof)}"
    if proof.status == "no-effect":
        return f"no effect: without it the same {some(proof.moved or 0, 'record')} differ{_because(proof)}"
    return f"{proof.status}{_because(proof)}"


def _because(proof: Proof) -> str:
    return f" ({line(proof.why, 400)})" if proof.why else ""


def _print_rest(console: Console, explanation: Explanation, width: int) -> None:
    rows = [("left", words) for words in explanation.unexplained] + [("next", words) for words in explanation.advice]
    if explanation.runs:
        rows.append(("cost", f"{some(explanation.runs, 'run')} of the benchmark, {explanation.seconds:.0f} s"))
    if rows:
        console.print()
    for label, words in rows:
        print_words(console, label, words, width)
