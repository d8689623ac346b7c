"""A fleet for a terminal: a line a class, what outliers differ in, and classes that do not reproduce as a check shows them."""

from __future__ import annotations

import io

from rich.console import Console
from rich.text import Text

from ...fleet.report import FleetClass, FleetReport
from ...report import Verdict
from ...spelling import line, some
from .. import Style
from ..console import drawn, make_console
from ..summary import headline as class_headline
from ..text import VERDICTS
from ..text import render as render_class
from .words import burned, headline, names, why, wrong

SHOWN_CLASSES = 12
SHOWN_DETAILS = 3
SHOWN_UNREACHABLE = 12
INDENT = "      "


def render(report: FleetReport, style: Style) -> str:
    """Return the report as text that ends in a newline."""
    screen = io.StringIO()
    console = make_console(screen, style)
    console.print(Text.assemble((report.verdict.value.upper(), VERDICTS[report.verdict]), f"  {headline(report)}"))
    where = f"{line(report.engine)} against {line(report.baseline)} (expected != observed)"
    console.print(Text(where, style="dim"), soft_wrap=True)
    if style.verbosity >= 0:
        _body(console, report, style)
    return drawn(screen)


def _body(console: Console, report: FleetReport, style: Style) -> None:
    everything = style.verbosity > 0
    for one in report.classes if everything else report.classes[:SHOWN_CLASSES]:
        _class(console, one)
    if len(report.classes) > SHOWN_CLASSES and not everything:
        left = report.classes[SHOWN_CLASSES:]
        members = sum(len(one.members) for one in left)
        console.print(Text(f"\nand {len(left)} more classes of {some(members, 'member')}: -v shows all", "dim"))
    for unstable in report.unstable:
        console.print(Text.assemble(("\nUNSTABLE  ", "bold red"), f"{line(unstable.member)}: {wrong(unstable)}"), soft_wrap=True)
    if report.burn_in is not None:
        console.print(Text(f"\n{burned(report.burn_in)}"), soft_wrap=True)
    _unreachable(console, report, everything)
    _details(console, report, style)


def _class(console: Console, one: FleetClass) -> None:
    words = f"  {some(len(one.members), 'member')}: {names(one)}"
    label = "OUTLIER, " if one.unlike is not None else ""
    verdict = one.report.verdict_words
    console.print(Text.assemble("\n", (f"{label}{verdict}", VERDICTS[one.verdict]), words), soft_wrap=True)
    console.print(
        Text(f"{INDENT}{class_headline(one.report)}; {line(one.numeric_class, 300)}; id {one.id[:19]}", "dim"), soft_wrap=True
    )
    if one.unlike is not None:
        console.print(Text(f"{INDENT}unlike {one.unlike.expected_name}: {why(one)}"), soft_wrap=True)


def _unreachable(console: Console, report: FleetReport, everything: bool) -> None:
    shown = report.unreachable if everything else report.unreachable[:SHOWN_UNREACHABLE]
    if shown:
        console.print(Text("\nUNREACHABLE", "bold yellow"))
    for gone in shown:
        console.print(Text(f"{INDENT}{line(gone.member, 80)}: {line(gone.reason, 300)}"), soft_wrap=True)
    if len(shown) < len(report.unreachable):
        console.print(Text(f"{INDENT}and {len(report.unreachable) - len(shown)} more: -v shows all", "dim"))


def _details(console: Console, report: FleetReport, style: Style) -> None:
    """Show the classes that do not reproduce as a check of their first member does."""
    found = [one for one in report.classes if one.verdict is not Verdict.REPRODUCES]
    shown = found if style.verbosity > 0 else found[:SHOWN_DETAILS]
    for one in shown:
        console.print(Text(f"\n── {names(one, 4)}", "bold"), soft_wrap=True)
        console.print(Text.from_ansi(render_class(one.report, style)), soft_wrap=True)
    if len(shown) < len(found):
        left = len(found) - len(shown)
        console.print(Text(f"and {left} class{'es' * (left != 1)} more that do not reproduce", "dim"))
