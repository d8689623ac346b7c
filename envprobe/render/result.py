"""A report as results: what CI systems list, one for each thing to tell, with a name that stays the same from run to run."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from ..assess.trace import PATH as TRACE
from ..baseline.waiver import Waiver
from ..claim import ClaimResult, ClaimVerdict
from ..output.comparison import OutputVerdict
from ..policy import Severity
from ..report import OutputResult, Report, UnknownFact
from ..spelling import contrast, line, safe
from . import claim_words, group_words, output_summary
from .group_words import Row
from .summary import DifferenceGroup, alike_unknowns, benchmark, groups, names, title

CLAIMS = "claims"
OUTPUTS = "outputs"
UNKNOWN = "unknown"


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """Differences that are shown together, one output, or facts that are unknown for one reason. All safe to print."""

    name: str
    """What it is about: a fact path, a rule such as `packages.*@added` for alike ones, an output's name."""
    section: str
    kind: str
    """As in a report: `upgraded`, `added`, …; `unknown` for what is unknown."""
    severity: Severity
    gates: bool
    """Whether it keeps the verdict from `reproduces`."""
    title: str
    """One line with both values."""
    rows: list[Row]
    """Label and words: why it matters, how to fix it, what also changes."""
    paths: list[str]
    """The fact paths that it speaks of."""
    waiver: Waiver | None = None

    @property
    def is_unknown(self) -> bool:
        """Whether it is unknown, which is trouble and not a difference."""
        return self.kind == UNKNOWN

    @property
    def body(self) -> str:
        """The rows as lines of text; empty where there are none."""
        return "\n".join(f"{row.label}: {row.words}" if row.label else row.words for row in self.rows)

    @property
    def message(self) -> str:
        """The title, and the rows under it."""
        return f"{self.title}\n{self.body}" if self.body else self.title


def trouble_words(message: str, hint: str) -> str:
    """Return an EnvprobeError's message and hint as lines of text, safe to print."""
    return "\n".join(safe(row) for row in (*message.splitlines(), *hint.splitlines()))


def results(report: Report, *, everything: bool) -> list[Result]:
    """Return the findings, outputs first and unknowns last; notes only where everything is wanted."""
    severities = Severity if everything else (Severity.FAIL, Severity.WARN)
    return [
        *(_claim(result, report) for result in report.claims),
        *(_output(output, report, everything) for output in output_summary.shown(report, everything=everything)),
        *(_group(group, report, everything) for group in groups(report, severities)),
        *(_unknown(members, report) for members in alike_unknowns(report, notes=everything)),
    ]


def _claim(result: ClaimResult, report: Report) -> Result:
    effect = f", {claim_words.effect(result)}" if result.effect is not None else ""
    return Result(
        name=claim_words.title(result),
        section=CLAIMS,
        kind=UNKNOWN if result.verdict is ClaimVerdict.UNDECIDED else result.verdict.value,
        severity=claim_words.SEVERITIES[result.verdict],
        gates=result.verdict is not ClaimVerdict.HOLDS,
        title=f"{claim_words.title(result)}: {result.verdict.value}{effect}",
        rows=[Row(label, words) for label, words in claim_words.rows(result, report) if label != "effect"],
        paths=[],
    )


def _group(group: DifferenceGroup, report: Report, everything: bool) -> Result:
    first, several = group.first, len(group.differences) > 1
    section = line(first.path.partition(".")[0], 80)
    if several:
        words = f"{safe(title(group))}: {names(group, None if everything else 240)}"
    else:
        expected, observed = contrast(first.expected, first.observed, 2000 if everything else 120)
        words = f"{line(first.path)}: {expected} != {observed} ({first.kind.value})"
    return Result(
        name=f"{section}.*@{first.kind.value}" if several else line(first.path),
        section=section,
        kind=first.kind.value,
        severity=group.severity,
        gates=group.severity in report.gate,
        title=words,
        rows=[*group_words.rows(group, everything), *_benchmark(group, report)],
        paths=[difference.path for difference in group.differences],
        waiver=first.waiver,
    )


def _benchmark(group: DifferenceGroup, report: Report) -> Iterator[Row]:
    """Yield where the benchmarks part, under the difference that this is or that it follows from."""
    if any(item.path.partition(".")[0] == TRACE for item in (*group.differences, *group.consequences)):
        yield from (Row(f"benchmark, {label}", words) for label, words in benchmark(report))


def _output(output: OutputResult, report: Report, everything: bool) -> Result:
    found = output.comparison
    severity, is_unknown = output_summary.severity(output), found.verdict is OutputVerdict.UNDETERMINED
    findings, left = output_summary.findings(found, everything=everything)
    rows = [Row(one.where, f"{one.expected} != {one.observed}  {one.words}".rstrip()) for one in findings]
    return Result(
        name=line(found.name),
        section=OUTPUTS,
        kind=UNKNOWN if is_unknown else found.verdict.value,
        severity=severity,
        gates=found.verdict in output_summary.UNFIT and output.severity in report.gate,
        title=f"{line(found.name)}: {output_summary.heading(found)}",
        rows=[
            *rows,
            *([Row("", f"and {left:,} more")] if left else []),
            *([Row("hint", line(found.hint, 400))] if found.hint else []),
        ],
        paths=[],
    )


def _unknown(members: list[UnknownFact], report: Report) -> Result:
    paths = [fact.path for fact in members]
    facts = line(paths[0]) if len(paths) == 1 else f"{line(paths[0], 80)} and {len(paths) - 1} more"
    return Result(
        name=line(paths[0]),
        section=line(paths[0].partition(".")[0], 80),
        kind=UNKNOWN,
        severity=max((fact.severity for fact in members), key=lambda level: level.rank),
        gates=any(fact.severity in report.gate for fact in members),
        title=f"{facts}: unknown: {line(members[0].reason, 400)}",
        rows=[],
        paths=paths,
    )
