"""The report for a terminal: one screen that says whether it reproduces, what differs, why it matters and what to type."""

from __future__ import annotations

import io
import textwrap

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from ..assess.trace import PATH as TRACE
from ..nested import inside
from ..policy import Severity
from ..report import Report, Verdict
from ..spelling import SHOWN_ITEMS, contrast, contrast_lines, line
from . import Style, claim_words, group_words, output_summary
from .console import drawn, make_console
from .group_words import Row
from .summary import (
    COMMAND,
    DifferenceGroup,
    alike_unknowns,
    benchmark,
    footer,
    groups,
    headline,
    members,
    names,
    title,
    unknowns,
    verdict,
)

COLORS = {Severity.FAIL: "bold red", Severity.WARN: "bold yellow", Severity.NOTE: "cyan", Severity.IGNORE: "dim"}
VERDICTS = {Verdict.REPRODUCES: "bold green", Verdict.DIFFERS: "bold red", Verdict.UNDETERMINED: "bold yellow"}
LABEL_WIDTH = 6
SHOWN_GROUPS = 8
SIDES = ("expected", "observed")
LIMITS = {False: (120, SHOWN_ITEMS), True: (2000, 1000)}
"""Characters and items of a value, by whether everything is shown."""


def render(report: Report, style: Style) -> str:
    """Return the report as text that ends in a newline; escapes only where `style.color` asks for them."""
    screen = io.StringIO()
    console = make_console(screen, style)
    console.print(Text.assemble((verdict(report), VERDICTS[report.verdict]), f"  {headline(report)}"))
    console.print(Text(f"{line(report.observed_name)} against {line(report.expected_name)} (expected != observed)", style="dim"))
    if style.verbosity >= 0:
        _body(console, report, style)
    return drawn(screen)


def _body(console: Console, report: Report, style: Style) -> None:
    everything = style.verbosity > 0
    _claims(console, report, everything)
    _outputs(console, report, everything)
    found = groups(report, [Severity.FAIL, Severity.WARN, *([Severity.NOTE] if everything else [])])
    shown = found if everything else found[:SHOWN_GROUPS]
    typed: set[str] = set()
    for group in shown:
        console.print()
        _group(console, group, style, typed)
    left = found[len(shown) :]
    more = [f"and {_by_severity(left)} more: -v shows all"] if left else []
    _benchmark(console, report, everything)
    _unknowns(console, report, everything)
    console.print()
    for sentence in [*more, *footer(report, everything=everything)]:
        console.print(Text(sentence, style="dim"))


def _group(console: Console, group: DifferenceGroup, style: Style, typed: set[str]) -> None:
    """Show one finding; a command that stands above already, as one that makes a container anew, is not repeated."""
    everything = style.verbosity > 0
    head = Text.assemble((f"{group.severity.value.upper():<{LABEL_WIDTH}}", COLORS[group.severity]), (title(group), "bold"))
    rows: list[Row] = []
    if len(group.differences) > 1:
        rows.append(Row("names", names(group, None if everything else 240), items=tuple(members(group))))
    elif values := _values(group, everything, style.width - len(head) - len(group.first.kind.value) - 4):
        head.append(f"  {values}  ").append(group.first.kind.value, style="dim")
    else:
        head.append(f"  {group.first.kind.value}", style="dim")
        rows += _sides(group, everything)
    console.print(head)
    under = group_words.rows(group, everything)
    rows += [Row(row.label, "the command above") if row.is_command and row.words in typed else row for row in under]
    typed.update(row.words for row in rows if row.is_command)
    _rows(console, rows, everything)


def _values(group: DifferenceGroup, everything: bool, width: int) -> str:
    """Return both values where they fit beside the path, else an empty text."""
    expected, observed = contrast(group.first.expected, group.first.observed, *LIMITS[everything])
    values = f"{expected} != {observed}"
    return values if len(values) <= width else ""


def _sides(group: DifferenceGroup, everything: bool) -> list[Row]:
    first = group.first
    if everything:
        sides = contrast_lines(first.expected, first.observed)
        rows = [Row(name, lines[0], items=tuple(lines)) for name, lines in zip(SIDES, sides, strict=True)]
        within = inside(first.expected, first.observed)
        return [*rows, Row("inside", within[0], items=tuple(within))] if within else rows
    words = contrast(first.expected, first.observed, *LIMITS[False])
    return [Row(name, text) for name, text in zip(SIDES, words, strict=True)]


def _rows(console: Console, rows: list[Row], everything: bool) -> None:
    """Print labelled lines. Commands are left whole, for the terminal to wrap: a line end in the midst would break a paste.

    No word is broken either, which may be a path to be copied; where everything is shown each item of a list has its line.
    """
    width = max((len(row.label) for row in rows), default=0)
    for row in rows:
        label = Text(f"{'':{LABEL_WIDTH}}").append(f"{row.label:<{width}} ", style="dim")
        if row.is_command:
            console.print(label.append(row.words), soft_wrap=True)
        else:
            lines = (row.items if everything else ()) or unbroken(row.words, console.width - len(label))
            for line in lines:
                console.print(label.append(line), soft_wrap=True)
                label = Text(" " * (LABEL_WIDTH + width + 1))


def unbroken(words: str, width: int) -> list[str]:
    """Return lines that are as wide as that, or as their one word."""
    return textwrap.wrap(words, max(width, 20), break_long_words=False, break_on_hyphens=False) or [""]


def _claims(console: Console, report: Report, everything: bool) -> None:
    """Show for each claim whether these runs support it, and by how much."""
    for result in report.claims:
        severity = claim_words.SEVERITIES[result.verdict]
        console.print()
        verdict = (f"CLAIM {result.verdict.value.upper()}", COLORS[severity])
        console.print(Text.assemble(verdict, (f"  {claim_words.title(result)}", "bold")))
        _rows(console, [Row(*words) for words in claim_words.rows(result, report)], everything)


def _outputs(console: Console, report: Report, everything: bool) -> None:
    """Say which outputs are not the recorded ones, and where they part."""
    outputs = output_summary.shown(report, everything=everything)
    shown = outputs if everything else outputs[: output_summary.SHOWN_OUTPUTS]
    hinted: set[str] = set()
    for output in shown:
        severity, found = output_summary.severity(output), output.comparison
        label = f"{severity.value.upper():<{LABEL_WIDTH}}"
        head = Text.assemble((label, COLORS[severity]), (line(found.name), "bold"), f"  {output_summary.heading(found)}")
        console.print()
        console.print(head)
        findings, left = output_summary.findings(found, everything=everything)
        rows = [Row(finding.where, f"{finding.expected} != {finding.observed}  {finding.words}") for finding in findings]
        rows += [Row("", f"and {left:,} more" + ("" if everything else ": -v shows more"))] if left else []
        hint = found.hint if found.hint not in hinted else ""  # what helps several outputs is shown once
        hinted.add(hint)
        _rows(console, [*rows, *([Row("hint", line(hint, 400))] if hint else [])], everything)
    if len(shown) < len(outputs):
        console.print(Text(f"\nand {len(outputs) - len(shown)} more outputs: -v shows all", style="dim"))


def _benchmark(console: Console, report: Report, everything: bool) -> None:
    """Say where two runs first part and what that looks like; equal bits are one word in the footer."""
    rows = benchmark(report)
    if not rows:
        return
    console.print()
    console.print(Text.assemble(("BENCHMARK", "bold yellow"), f"  {rows[0][1]}"))
    _rows(console, [Row(label, words, label == COMMAND) for label, words in rows[1:]], everything)


def _unknowns(console: Console, report: Report, everything: bool) -> None:
    """Show what is unknown and why; where everything is shown, each fact of one reason."""
    alike = alike_unknowns(report, notes=everything)
    found = [(words, facts) for words, facts in zip(unknowns(report, notes=everything), alike, strict=True) if words[0] != TRACE]
    if not found:  # that the benchmark could not be compared stands under its own heading
        return
    console.print()
    console.print(Text("UNKNOWN", style="bold yellow"))
    sentences = [f"{paths} ({word}): {reason}" for (paths, word, reason), _ in found]
    if not everything:
        for sentence in group_words.first(sentences, SHOWN_GROUPS, everything):
            console.print(Padding(Text(sentence), (0, 0, 0, LABEL_WIDTH)))
        return
    for sentence, (_, facts) in zip(sentences, found, strict=True):
        paths = [f"  {line(fact.path)}" for fact in facts] if len(facts) > 1 else []
        for row in (*unbroken(sentence, console.width - LABEL_WIDTH), *paths):
            console.print(Text(" " * LABEL_WIDTH + row), soft_wrap=True)


def _by_severity(left: list[DifferenceGroup]) -> str:
    numbers = {level: sum(group.severity is level for group in left) for level in COLORS}
    return ", ".join(f"{number} {level.value}" for level, number in numbers.items() if number)
