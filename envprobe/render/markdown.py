"""The report as Markdown, for a pull request or a wiki. What came from a target is code-quoted, so it cannot become markup."""

from __future__ import annotations

from ..policy import Severity
from ..report import Kind, Report
from ..spelling import contrast, cut, line
from . import Style, claim_words, output_summary
from .markdown_cell import code, plain
from .summary import DifferenceGroup, benchmark, fixes, groups, headline, left_out, names, notes, provenance, title, unknowns

SHOWN_ROWS = 60
"""GitHub takes 65,536 characters for a comment."""


def render(report: Report, style: Style) -> str:
    """Return a heading with the verdict, a table of differences, and what is unknown."""
    everything = style.verbosity > 0
    lines = [
        f"## envprobe: {report.verdict_words}",
        "",
        f"**{headline(report)}.** {code(report.observed_name)} against {code(report.expected_name)}.",
    ]
    lines += _claims(report)
    lines += _outputs(report, everything)
    found = groups(report, Severity if everything else (Severity.FAIL, Severity.WARN))
    shown = found if everything else found[:SHOWN_ROWS]
    if shown:
        lines += ["", "| | fact | expected | observed | why | fix |", "|---|---|---|---|---|---|"]
        lines += [_row(group, everything) for group in shown]
    if len(shown) < len(found):
        lines += ["", f"and {len(found) - len(shown)} more: `envprobe check -v` shows all"]
    told = unknowns(report, notes=everything)
    if told:
        lines += ["", "**Unknown:**", ""]
        lines += [f"- {code(paths)} ({word}): {code(reason)}" for paths, word, reason in told]
    lines += [text for label, words in benchmark(report) for text in ("", f"Benchmark, {label}: {plain(words)}")]
    return "\n".join([*lines, "", *_details(report, everything)]) + "\n"


def trouble(message: str, hint: str) -> str:
    """Return a heading that says that there is no verdict, and why."""
    rows = [f"- {code(row)}" for row in (*message.splitlines(), *hint.splitlines())]
    return "\n".join(["## envprobe: could not tell", "", *rows]) + "\n"


def _claims(report: Report) -> list[str]:
    """Return a table of what was claimed, a row a claim."""
    if not report.claims:
        return []
    rows = []
    for result in report.claims:
        found = "; ".join(f"{label}: {words}" for label, words in claim_words.rows(result, report))
        rows.append(f"| {result.verdict.value} | {code(claim_words.title(result))} | {plain(found)} |")
    return ["", "| | claim | what the runs show |", "|---|---|---|", *rows]


def _outputs(report: Report, everything: bool) -> list[str]:
    """Return a table of the outputs that are not the same, a row for each difference."""
    rows: list[str] = []
    for output in output_summary.shown(report, everything=everything):
        found = output.comparison
        findings, left = output_summary.findings(found, everything=everything)
        words = "; ".join(part for part in (output_summary.heading(found), line(found.hint, 400)) if part)
        rows.append(f"| {output_summary.severity(output).value} | {code(found.name)} | | | {plain(words)} |")
        for one in findings:
            cells = (code(one.where), code(one.expected), code(one.observed), plain(one.words))
            rows.append(f"| | {' | '.join(cells)} |")
        rows += [f"| | and {left:,} more | | | |"] if left else []
    if not rows:
        return []
    return ["", "| | output | expected | observed | difference |", "|---|---|---|---|---|", *_shortened(rows, everything)]


def _shortened(rows: list[str], everything: bool) -> list[str]:
    left = 0 if everything else len(rows) - SHOWN_ROWS
    return [*rows[:SHOWN_ROWS], f"| | and {left} more lines | | | |"] if left > 0 else rows


def _details(report: Report, everything: bool) -> list[str]:
    lines = ["<details><summary>What was compared</summary>", "", f"- {provenance(report)}"]
    if notes(report) and not everything:
        lines.append(f"- {notes(report)} left out")
    lines += [f"- waiver {code(line(waiver, 400))}" for waiver in report.stale_waivers]
    lines += [f"- not compared: {code(line(sentence, 400))}" for sentence in left_out(report.skipped)]
    return [*lines, f"- observed {code(report.observed_id)}", f"- expected {code(report.expected_id)}", "", "</details>"]


def _row(group: DifferenceGroup, everything: bool) -> str:
    first = group.first
    expected, observed = contrast(first.expected, first.observed, 2000 if everything else 120)
    if len(group.differences) > 1:
        listed = names(group, None if everything else 300)
        expected, observed = ("", listed) if first.kind is Kind.ADDED else (listed, "")
    why = first.why + (f" (also changes {len(group.consequences)} more)" if group.consequences else "")
    if first.waiver is not None:
        why += line(f"; waived until {first.waiver.expires} by {first.waiver.owner}: {first.waiver.reason}", 400)
    remedies = "<br>".join(code(fix.text if everything else cut(fix.text, 600)) for fix in fixes(group))
    sides = [code(side) if side else "" for side in (expected, observed)]
    cells = [group.severity.value, code(title(group)), *sides, plain(why), remedies]
    return f"| {' | '.join(cells)} |"
