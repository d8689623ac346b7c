"""What runs show of a claim, in words that every format for readers shares."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from ..claim import ClaimResult, ClaimVerdict
from ..policy import Severity
from ..report import Report, Verdict
from ..spelling import line
from ..statistic.digits import counted, percent, spell

SEVERITIES = {ClaimVerdict.HOLDS: Severity.NOTE, ClaimVerdict.UNDECIDED: Severity.WARN, ClaimVerdict.REFUTED: Severity.FAIL}
WORST_FIRST = (ClaimVerdict.REFUTED, ClaimVerdict.UNDECIDED, ClaimVerdict.HOLDS)
WORDS = {
    ClaimVerdict.HOLDS: ("holds", "hold"),
    ClaimVerdict.REFUTED: ("is refuted", "are refuted"),
    ClaimVerdict.UNDECIDED: ("is undecided", "are undecided"),
}
LIMIT = 300
ALIKE = 1e-9


def headline(report: Report) -> str:
    """Return what became of the claims in one sentence; empty where nothing was claimed."""
    if len(report.claims) == 1:
        return f"the claim {WORDS[report.claims[0].verdict][0]}"
    counts = Counter(result.verdict for result in report.claims)
    if len(counts) == 1:
        return f"{'both' if len(report.claims) == 2 else f'all {len(report.claims)}'} claims {WORDS[report.claims[0].verdict][1]}"
    parts = [f"{counts[verdict]} {WORDS[verdict][counts[verdict] > 1]}" for verdict in WORST_FIRST if counts[verdict]]
    return f"of {len(report.claims)} claims, {', '.join(parts)}" if parts else ""


def title(result: ClaimResult) -> str:
    """Return the claim as it was made."""
    return line(str(result.claim), LIMIT)


def rows(result: ClaimResult, report: Report) -> list[tuple[str, str]]:
    """Return what the runs show as (label, words)."""
    return [(label, line(words, LIMIT)) for label, words in _rows(result, report)]


def _rows(result: ClaimResult, report: Report) -> Iterator[tuple[str, str]]:
    if result.effect is not None:
        yield "effect", effect(result)
    if any(result.runs):
        yield "runs", _runs(result)
    if result.why:
        yield "why", result.why
    if result.needed is not None and result.verdict is ClaimVerdict.UNDECIDED:
        yield "next", _next(result)
    if result.verdict is ClaimVerdict.HOLDS and report.environment_verdict is not Verdict.REPRODUCES:
        yield "but", BUT[report.environment_verdict]


BUT = {
    Verdict.DIFFERS: "the environments differ, and the effect may come from there",
    Verdict.UNDETERMINED: "whether it was the same environment is unknown",
}


def effect(result: ClaimResult) -> str:
    """Return the effect with its interval, in the metric's own unit, and as a share of the recorded mean."""
    change = result.effect or 0.0
    low, high = result.interval or (change, change)
    reach = (high - low) / 2
    share = percent(change, result.means[0]) if result.means else ""
    words = f"{spell(change, reach, sign=True)}{f' ({share})' if share else ''}"
    if result.interval is None:
        return words
    if reach <= ALIKE * max(abs(change), abs(low)):
        return f"{words} in all runs, without any spread" if change else "none in any run"
    return f"{words}, 95 % interval {spell(low, reach, sign=True)} to {spell(high, reach, sign=True)}"


def _runs(result: ClaimResult) -> str:
    recorded, new = result.runs
    means = result.means or (0.0, 0.0)
    low, high = result.interval or (0.0, 0.0)
    reach = (high - low) / 2
    sides = f"{spell(means[1], reach)} in {counted(new, 'new run')}, {spell(means[0], reach)} in {recorded:,} recorded"
    if not result.means:
        sides = f"{counted(new, 'new run')}, {recorded:,} recorded"
    return f"{sides}; {'pairs of the same seed' if result.paired else 'not paired by seed'}"


def _next(result: ClaimResult) -> str:
    needed = result.needed or 0
    more = [max(needed - count, 0) for count in result.runs]
    if result.interval is None:
        return f"{needed} runs each side would be a beginning"
    if result.paired:
        return f"about {needed:,} seeds on both sides would decide, {max(more):,} more, if effect and spread stay as they are"
    return (
        f"about {needed:,} runs each side would decide, {more[0]:,} recorded and {more[1]:,} new ones more, "
        "if effect and spread stay as they are"
    )
