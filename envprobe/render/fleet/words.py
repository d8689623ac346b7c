"""What all formats say of a fleet in the same words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ...fleet.report import BurnIn, FleetClass, FleetReport, UnstableMember
from ...policy import Severity
from ...report import Difference, Verdict
from ...spelling import contrast, line, some

NUMBERED = re.compile(r"(.*?)([0-9]{1,15})(\D*)", re.DOTALL)
VERDICT_WORDS = {
    Verdict.REPRODUCES: ("reproduces", "reproduce"),
    Verdict.DIFFERS: ("differs", "differ"),
    Verdict.UNDETERMINED: ("could not be judged", "could not be judged"),
}
"""Of one member, and of several."""


def headline(report: FleetReport) -> str:
    """Return what a fleet comes to in one sentence: `38 of 40 members answered: 36 reproduce, 2 differ; 1 outlier`."""
    numbers = {verdict: report.count(verdict) for verdict in VERDICT_WORDS}
    counts = [f"{number} {VERDICT_WORDS[verdict][number > 1]}" for verdict, number in numbers.items() if number]
    outliers = sum(len(one.members) for one in report.outliers)
    unstable = len({one.member for one in report.unstable})
    rest = [some(outliers, "outlier") if outliers else "", f"{unstable} unstable" if unstable else ""]
    answered = f"{report.answered} of {some(report.members, 'member')} answered"
    sentence = "; ".join(
        filter(None, [", ".join(counts), *rest, f"{len(report.unreachable)} unreachable" * bool(report.unreachable)])
    )
    return f"{answered}: {sentence}" if sentence else "no members"


def why(one: FleetClass, shown: int = 3) -> str:
    """Return by which facts an outlier is unlike its peers, in one line."""
    facts = [fact(difference) for difference in one.differs_in]
    unknown = one.unlike.unknown if one.unlike is not None else []
    facts += [f"{line(item.path)} unknown ({line(item.reason)})" for item in unknown if item.severity is not Severity.NOTE]
    more = f" and {len(facts) - shown} more" if len(facts) > shown else ""
    return "; ".join(facts[:shown]) + more if facts else "other facts than the policy looks at"


def fact(difference: Difference) -> str:
    """Return a difference in one line: `packages.numpy.version 1.22.4 != 1.23.5`."""
    expected, observed = contrast(difference.expected, difference.observed, 80)
    return f"{line(difference.path)} {expected} != {observed}"


def wrong(one: UnstableMember, shown: int = 8) -> str:
    """Return what an unstable member, or one of its cores, did."""
    more = f" and {len(one.stages) - shown} more" if len(one.stages) > shown else ""
    where = ", ".join(line(stage) for stage in one.stages[:shown]) + more
    part = f"{line(one.part)} " if one.part else ""
    if one.is_steady:
        return f"{part}gave other bits than its neighbours in all {one.times} runs of the same benchmark: {where}"
    return f"{part}gave other bits in {one.odd} of {one.times} runs of the same benchmark: {where}"


def burned(one: BurnIn) -> str:
    """Return how much was computed core by core."""
    missing = f"; not of {', '.join(folded(one.left_out))}, whose cores are not known" if one.left_out else ""
    if not one.parts:
        return f"burn-in: none{missing}"
    cores = f"{one.parts} {'core or GPU' if one.parts == 1 else 'cores and GPUs'}"
    done = f"{some(one.runs, 'run')} on {cores} of {some(one.members, 'member')}"
    return f"burn-in: {done}, each at least {some(one.fewest, 'time')}{missing}"


def names(one: FleetClass, shown: int = 12) -> str:
    """Return the members of a class, folded, at most so many words."""
    words = folded(one.members)
    return ", ".join(words[:shown]) + (f" and {len(words) - shown} more" if len(words) > shown else "")


def folded(members: Iterable[str]) -> list[str]:
    """Return names, those that differ in one number alone as `node[1-8,12]`, as clush and Slurm write them."""
    found: dict[tuple[str, str, int], list[int]] = {}
    words: list[str] = []
    for name in members:
        match = NUMBERED.fullmatch(name)
        if match is None:
            words.append(line(name, 80))
        else:
            width = len(match[2]) if match[2].startswith("0") else 0
            found.setdefault((match[1], match[3], width), []).append(int(match[2]))
    words += [_written(before, after, width, sorted(set(numbers))) for (before, after, width), numbers in found.items()]
    return sorted(words)


def _written(before: str, after: str, width: int, numbers: list[int]) -> str:
    spans = [f"{low:0{width}d}" + (f"-{high:0{width}d}" if high > low else "") for low, high in _spans(numbers)]
    middle = spans[0] if len(numbers) == 1 else f"[{','.join(spans)}]"
    return f"{line(before, 80)}{middle}{line(after, 80)}"


def _spans(numbers: list[int]) -> Iterator[tuple[int, int]]:
    """Yield the first and the last of each row of numbers that follow one another."""
    low = high = numbers[0]
    for number in numbers[1:]:
        if number != high + 1:
            yield low, high
            low = number
        high = number
    yield low, high
