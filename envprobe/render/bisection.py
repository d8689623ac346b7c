"""The differences that change an experiment's outcome, as text or JSON."""

from __future__ import annotations

import io
from collections.abc import Iterator

import msgspec
from rich.text import Text

from ..causes.bisection import SCHEMA, Bisection, BisectionVerdict
from ..fact import in_utf8
from ..fingerprint import encode
from ..spelling import line, some
from . import Style
from .console import drawn, make_console
from .labelled import print_words

COLORS = {BisectionVerdict.FOUND: "bold green", BisectionVerdict.UNRESOLVED: "bold yellow"}
SHOWN = 5


def text(bisection: Bisection, style: Style) -> str:
    """Return what was found for a reader, as text that ends in a newline."""
    screen = io.StringIO()
    console = make_console(screen, style)
    verdict = bisection.verdict
    head = line(", ".join(bisection.minimal), 300) or "which difference changes the outcome is not known"
    console.print(Text.assemble((verdict.value.upper(), COLORS[verdict]), f"  {head}"))
    if style.verbosity >= 0:
        console.print(Text(f"{line(bisection.observed)} against {line(bisection.expected)}\n", style="dim"))
        for label, words in _rows(bisection, style.verbosity > 0):
            print_words(console, label, words, style.width)
    return drawn(screen)


def json(bisection: Bisection) -> str:
    """Return it as one JSON document, `envprobe.bisection/1`."""
    body = {"schema": SCHEMA, **msgspec.to_builtins(bisection), "seconds": round(bisection.seconds, 1)}
    return encode(in_utf8(body)).decode("utf-8")


def _rows(bisection: Bisection, everything: bool) -> Iterator[tuple[str, str]]:
    yield "seen", line(bisection.why, 600)
    if bisection.narrowed:
        yield "among", line(", ".join(bisection.narrowed), 600)
    for taken in bisection.taken_away:
        yield "done", f"{line(taken.words, 300)} ({line(', '.join(taken.paths), 300)})"
    if bisection.commits:
        yield "commit" if len(bisection.commits) == 1 else "one of", line("; ".join(bisection.commits), 600)
    for label, sets in (("skipped", bisection.skipped), ("not tried", bisection.not_taken_away)):
        for one in sets if everything else sets[:SHOWN]:
            yield label, f"{line(', '.join(one.paths), 300)}: {line(one.why, 300)}"
        if len(sets) > SHOWN and not everything:
            yield "", f"and {len(sets) - SHOWN} more: -v shows all"
    kept = f", {some(bisection.kept, 'answer')} kept from before" if bisection.kept else ""
    yield "cost", f"{some(bisection.runs, 'run') or 'no run'} in copies, {bisection.seconds:.0f} s{kept}"
