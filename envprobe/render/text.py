"""The report for a terminal: one screen that says whether it reproduces, what differs, why it matters and what to type."""

from __future__ import annotations

import io

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from ..assess.trace import PATH as TRACE
from ..policy import Severity
from ..report import Report, Verdict
from ..spelling import SHOWN_ITEMS, contrast, line
from . import Style, group_words, output_summary
from .group_words import Row
from .summary import COMMAND, DifferenceGroup, footer, groups, headline, names, title, training_run, unknowns, verdict

COLORS = {Severity.FAIL: "bold red", Severity.WARN: "bold yellow", Severity.NOTE: "cyan", Severity.IGNORE: "dim"}
VERDICTS = {Verdict.REPRODUCES: "bold green", Verdict.DIFFERS: "bold red", Verdict.UNDETERMINED: "bold yellow"}
LABEL_WIDTH = 6
SHOWN_GROUPS = 8


def make_console(screen: io.StringIO, style: Style) -> Console:
    """Return a console that writes what it is given: no markup, no emoji codes, escapes only where colour is asked for."""
    return Console(
        file=screen,
        width=max(style.width, 40),
        force_terminal=style.color,
        color_system="standard" if style.color else None,
        no_color=not style.color,  # NO_COLOR was read where the style was made
        highlight=False,
        markup=False,
        emoji=False,
        legacy_windows=False,
        force_jupyter=False,  # a kernel would show every line as an output of its own
    )


def render(report: Report, style: Style) -> str:
    """Return the report as text that ends in a newline; escapes only where `style.color` asks for them."""
    screen = io.StringIO()
    console = make_console(screen, style)
    console.print(Text.assemble((verdict(report), VERDICTS[report.verdict]), f"  {headline(report)}"))
    console.print(Text(f"{line(report.observed_name)} against {line(report.expected_name)} (expected != observed)", style="dim"))
    if style.verbosity >= 0:
        _body(console, report, style)
    return "\n".join(line.rstrip() for line in screen.getvalue().splitlines()) + "\n"


def _body(console: Console, report: Report, style: Style) -> None:
    everything = style.verbosity > 0
    _outputs(console, report, everything)
    told = [Severity.FAIL, Severity.WARN] + ([Severity.NOTE] if everything else [])
    found = groups(report, told)
    shown = found if everything else found[:SHOWN_GROUPS]
    told_commands: set[str] = set()
    for group in shown:
        console.print()
        _group(console, group, style, told_commands)
    left = found[len(shown) :]
    more = [f"and {_by_severity(left)} more: -v shows all"] if left else []
    _training_run(console, report)
    _unknowns(console, report, everything)
    console.print()
    for sentence in [*more, *footer(report, everything=everything)]:
        console.print(Text(sentence, style="dim"))


def _group(console: Console, group: DifferenceGroup, style: Style, told_commands: set[str]) -> None:
    """Say one thing that differs; a command that was told already, as one that makes a container anew, is not told again."""
    head = Text.assemble((f"{group.severity.value.upper():<{LABEL_WIDTH}}", COLORS[group.severity]), (title(group), "bold"))
    rows: list[Row] = []
    everything = style.verbosity > 0
    if len(group.differences) == 1:
        limits = (2000, 1000) if everything else (120, SHOWN_ITEMS)
        expected, observed = contrast(group.first.expected, group.first.observed, *limits)
        values = f"{expected} != {observed}"
        if len(head) + len(values) + 2 + len(group.first.kind.value) + 2 <= style.width:
            head.append(f"  {values}  ").append(group.first.kind.value, style="dim")
        else:
            head.append(f"  {group.first.kind.value}", style="dim")
            rows.extend([Row("expected", expected), Row("observed", observed)])
    else:
        rows.append(Row("names", names(group, None if everything else 240)))
    console.print(head)
    under = group_words.rows(group, everything)
    rows += [Row(row.label, "the command above") if row.is_command and row.words in told_commands else row for row in under]
    told_commands.update(row.words for row in rows if row.is_command)
    _rows(console, rows)


def _rows(console: Console, rows: list[Row]) -> None:
    """Print labelled lines. Commands are left whole, for the terminal to wrap: a line end in the midst would break a paste."""
    width = max((len(row.label) for row in rows), default=0)
    for label, words, is_command in rows:
        if is_command:
            console.print(Text(" " * LABEL_WIDTH).append(f"{label:<{width}} ", style="dim").append(words), soft_wrap=True)
            continue
        grid = Table.grid(padding=(0, 1, 0, 0))
        grid.add_column(style="dim", no_wrap=True, width=width)
        grid.add_column(overflow="fold")
        grid.add_row(label, Text(words))
        console.print(Padding(grid, (0, 0, 0, LABEL_WIDTH)))


def _outputs(console: Console, report: Report, everything: bool) -> None:
    """Say which outputs are not the recorded ones, and where they part."""
    told = output_summary.told(report, everything=everything)
    shown = told if everything else told[: output_summary.SHOWN_OUTPUTS]
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
        hint = found.hint if found.hint not in hinted else ""  # what helps several outputs is said once
        hinted.add(hint)
        _rows(console, [*rows, *([Row("hint", line(hint, 400))] if hint else [])])
    if len(shown) < len(told):
        console.print(Text(f"\nand {len(told) - len(shown)} more outputs: -v shows all", style="dim"))


def _training_run(console: Console, report: Report) -> None:
    """Say where two runs first part and what that looks like; equal bits are one word in the footer."""
    told = training_run(report)
    if not told:
        return
    console.print()
    console.print(Text.assemble(("TRAINING RUN", "bold yellow"), f"  {told[0][1]}"))
    _rows(console, [Row(label, words, label == COMMAND) for label, words in told[1:]])


def _unknowns(console: Console, report: Report, everything: bool) -> None:
    told = [fact for fact in unknowns(report, notes=everything) if fact[0] != TRACE]  # told as the training run
    if not told:
        return
    console.print()
    console.print(Text("COULD NOT BE TOLD", style="bold yellow"))
    words = [f"{paths} ({word}): {reason}" for paths, word, reason in told]
    for sentence in group_words.first(words, SHOWN_GROUPS, everything):
        console.print(Padding(Text(sentence), (0, 0, 0, LABEL_WIDTH)))


def _by_severity(left: list[DifferenceGroup]) -> str:
    numbers = {level: sum(group.severity is level for group in left) for level in COLORS}
    return ", ".join(f"{number} {level.value}" for level, number in numbers.items() if number)
