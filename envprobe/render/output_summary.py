"""What the outputs of two experiments have to say, in words that every format for readers shares."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from ..output import Deviation, OutputComparison, OutputDifference
from ..output.comparison import OutputVerdict
from ..policy import Severity
from ..report import OutputResult, Report
from ..spelling import line, safe

SHOWN_OUTPUTS = 8
SHOWN_DIFFERENCES = 5
WORDS = {
    OutputVerdict.IDENTICAL: "the same",
    OutputVerdict.TOLERANCE: "within tolerance",
    OutputVerdict.DIFFERS: "differs",
    OutputVerdict.UNDETERMINED: "could not be judged",
}
WORST_FIRST = (OutputVerdict.DIFFERS, OutputVerdict.UNDETERMINED, OutputVerdict.TOLERANCE, OutputVerdict.IDENTICAL)
UNFIT = frozenset({OutputVerdict.DIFFERS, OutputVerdict.UNDETERMINED})
"""Verdicts that keep a report from `reproduces` where the policy says so."""


class ShownDifference(NamedTuple):
    """One difference inside an output, in words."""

    where: str
    expected: str
    observed: str
    words: str
    """What kind of difference it is, and how large."""
    accepted: bool


def shown(report: Report, *, everything: bool) -> list[OutputResult]:
    """Return the outputs to show, the worst first: all but the identical ones, or simply all."""
    outputs = [output for output in report.outputs if everything or _is_news(output, report)]
    return sorted(outputs, key=lambda output: (WORST_FIRST.index(output.comparison.verdict), output.comparison.name))


def _is_news(output: OutputResult, report: Report) -> bool:
    """Tell whether an output is worth a place: not where a claim is the question, which changes what runs leave."""
    return not report.claims and output.comparison.verdict is not OutputVerdict.IDENTICAL


def severity(output: OutputResult) -> Severity:
    """Return how severe a verdict is: the same or within tolerance is a note, what could not be judged a warning at most."""
    doubtful = min(Severity.WARN, output.severity, key=lambda level: level.rank)
    by_verdict = {OutputVerdict.DIFFERS: output.severity, OutputVerdict.UNDETERMINED: doubtful}
    return by_verdict.get(output.comparison.verdict, Severity.NOTE)


def heading(comparison: OutputComparison) -> str:
    """Return an output's verdict and what it rests on."""
    verdict = WORDS[comparison.verdict]
    if comparison.compared_by in (comparison.type, "bytes", "digest"):
        return f"{verdict} ({comparison.type})"
    return f"{verdict}, by {safe(comparison.compared_by)}"


def findings(comparison: OutputComparison, *, everything: bool) -> tuple[list[ShownDifference], int]:
    """Return the differences to show, and how many there are beyond."""
    shown = comparison.differences if everything else comparison.differences[:SHOWN_DIFFERENCES]
    return [_finding(difference) for difference in shown], comparison.count - len(shown)


def _finding(difference: OutputDifference) -> ShownDifference:
    words = [] if difference.kind == "number" else [difference.kind]
    if difference.deviation is not None:
        words.append(_distance(difference.deviation))
    words += [difference.why, "accepted" if difference.accepted else ""]
    return ShownDifference(
        where=line(difference.path) or "the output",
        expected=line(difference.expected),
        observed=line(difference.observed),
        words=safe("; ".join(filter(None, words))),
        accepted=difference.accepted,
    )


def _distance(deviation: Deviation) -> str:
    """Return how far the numbers are apart, and where the one that is shown stands; a share of one number says nothing."""
    if deviation.count == 1:
        return deviation.sentence.partition("; ")[2]
    place = next((place.where for place in (deviation.worst or deviation.first)), "")
    return f"at {place}: {deviation.sentence}" if place else deviation.sentence


def headline(report: Report) -> str:
    """Return what became of the outputs in one sentence; empty where none were compared."""
    if not report.outputs or report.claims:
        return ""
    total = len(report.outputs)
    gated = Counter(output.comparison.verdict for output in report.outputs if output.severity in report.gate)
    if gated[OutputVerdict.DIFFERS]:
        number = gated[OutputVerdict.DIFFERS]
        return f"{_some(number, total)} differ{'s' * (number == 1)}"
    if gated[OutputVerdict.UNDETERMINED]:
        return f"{_some(gated[OutputVerdict.UNDETERMINED], total)} could not be judged"
    verdicts = {output.comparison.verdict for output in report.outputs}
    same = "bit-identical" if all(output.comparison.same_bytes for output in report.outputs) else "the same"
    how = same if verdicts == {OutputVerdict.IDENTICAL} else f"the recorded one{'s' * (total > 1)} within tolerance"
    if verdicts <= {OutputVerdict.IDENTICAL, OutputVerdict.TOLERANCE}:
        return f"{'the output is' if total == 1 else f'all {total} outputs are'} {how}"
    return f"no deciding output differs, of {_outputs(total)}"


def decides(report: Report) -> bool:
    """Tell whether an output keeps the verdict from `reproduces`."""
    verdicts = {output.comparison.verdict for output in report.outputs if output.severity in report.gate}
    return not verdicts.isdisjoint(UNFIT)


def provenance(report: Report) -> str:
    """Return how many outputs there are of each verdict; empty where none were compared."""
    if not report.outputs:
        return ""
    counts = Counter(output.comparison.verdict for output in report.outputs)
    words = {**WORDS, OutputVerdict.DIFFERS: "different"}
    verdicts = ", ".join(f"{counts[name]} {words[name]}" for name in WORST_FIRST if counts[name])
    return f"{_outputs(len(report.outputs))}: {verdicts}"


def _outputs(number: int) -> str:
    return f"{number} output{'s' * (number != 1)}"


def _some(number: int, total: int) -> str:
    return "the output" if total == 1 else f"{number} of {_outputs(total)}"
