"""A report reduced to what fits one screen: the sentences and groups that every format for readers shares."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping

import msgspec

from .. import launched
from ..assess.trace import PATH as TRACE
from ..assess.trace import describe
from ..fact import Known
from ..fingerprint import Fingerprint
from ..fixes import Fix, joined
from ..numerics.comparison import Comparison
from ..numerics.group import RecordGroup
from ..numerics.verdict import TraceVerdict
from ..policy import Severity
from ..report import Difference, Report, UnknownFact, Verdict
from ..spelling import line, safe, spell
from . import claim_words, output_summary

GROUPED_FROM = 4
"""So many differences of one kind in one section are shown together."""

GROUPED_SECTIONS = ("packages", "ospackages", "modules", "environment", "stdlib", "cuda", "unlisted", "integrity")


NOTHING = "nothing was compared"
NO_DIFFERENCES = "no differences"
BESIDE = {Verdict.REPRODUCES: ";", Verdict.DIFFERS: ", in another environment:", Verdict.UNDETERMINED: ", but"}
"""What joins the word on a claim with that on the environment."""
COMMAND = "type"
"""The label of what is to be typed as it stands."""
SHOWN_TENSORS = 8
TELLING_ULP = 1000
"""More units in the last place say only that an element is near zero."""


class DifferenceGroup(msgspec.Struct, frozen=True):
    """One finding: a difference, or several alike."""

    severity: Severity
    differences: list[Difference]
    consequences: list[Difference]

    @property
    def first(self) -> Difference:
        return self.differences[0]


def verdict(report: Report) -> str:
    """Return the verdict as a line begins with it: `REPRODUCES up to rounding`."""
    word, rest = report.verdict.value, report.verdict_words.removeprefix(report.verdict.value)
    return word.upper() + rest


def headline(report: Report) -> str:
    """Return the verdict in one sentence: that of the claims first, then the outputs', where there are any."""
    claims, outputs, facts = claim_words.headline(report), output_summary.headline(report), _facts_headline(report)
    if not (claims or outputs) or (not claims and report.verdict is not Verdict.REPRODUCES and facts == NOTHING):
        return outputs or facts
    facts = f"{facts} in the environment" if facts == NO_DIFFERENCES else facts
    if claims:
        return f"{claims}{BESIDE[report.environment_verdict]} {facts}"
    is_contrast = report.verdict is not Verdict.REPRODUCES and not output_summary.decides(report)
    return f"{outputs}, but {facts}" if is_contrast else f"{outputs}; {facts}"


def _facts_headline(report: Report) -> str:
    counts = count(report)
    fails, warns = counts[Severity.FAIL], counts[Severity.WARN]
    failures = _counted(fails, "failure", "failures") if fails else "no failures"
    warnings = f", {_counted(warns, 'warning', 'warnings')}" if warns else ""
    if report.environment_verdict is Verdict.DIFFERS and (fails or (warns and report.strict)):
        return failures + warnings + ("" if fails else " (--strict)")
    if report.environment_verdict is Verdict.UNDETERMINED:
        gates = [fact.path for fact in report.unknown if fact.severity in report.gate]
        if gates == [TRACE]:
            return f"the benchmark decides, and could not be compared{warnings}"
        if gates or not report.compared:
            return _counted(len(gates), "deciding fact is unknown", "deciding facts are unknown") if gates else NOTHING
    if report.trace is not None and report.is_up_to_rounding:
        return _up_to_rounding(report.trace) + warnings
    return failures + warnings if report.differences else NO_DIFFERENCES


def _up_to_rounding(found: Comparison) -> str:
    """Return what moved: of the model, which a team trains, or of the canaries alone."""
    if found.model is not None and found.canaries is not None and not found.model.moved:
        canaries = found.canaries
        return f"the model computed the same bits, {canaries.moved} of {canaries.compared} canaries differ by rounding alone"
    return f"{found.moved} of {found.compared} records of the benchmark differ, by rounding alone"


def count(report: Report) -> dict[Severity, int]:
    """Return how many roots there are of each severity, a root weighing what follows from it."""
    counts = dict.fromkeys(Severity, 0)
    for root in report.roots:
        counts[report.weight(root)] += 1
    return counts


def groups(report: Report, severities: Iterable[Severity]) -> list[DifferenceGroup]:
    """Return the findings, the most severe first, alike ones together."""
    wanted = set(severities)
    alike: dict[tuple[str, ...], list[Difference]] = {}
    for root in report.roots:
        weight = report.weight(root)
        if weight in wanted:
            section = root.path.partition(".")[0]
            key = (section, root.kind.value, _waiver(root)) if section in GROUPED_SECTIONS else (root.path,)
            alike.setdefault((weight.value, *key), []).append(root)
    found = []
    for members in alike.values():
        parts = [members] if len(members) >= GROUPED_FROM else [[member] for member in members]
        for part in parts:
            consequences = [item for member in part for item in report.consequences(member.path)]
            found.append(DifferenceGroup(report.weight(part[0]), part, consequences))
    return sorted(found, key=lambda group: (-group.severity.rank, len(group.differences) > 1, group.first.path))


def _waiver(root: Difference) -> str:
    """Return what tells one waiver from another: a group is waived as a whole or not at all."""
    waiver = root.waiver
    return "" if waiver is None else f"{waiver.path} {waiver.owner} {waiver.expires} {waiver.reason}"


def title(group: DifferenceGroup) -> str:
    """Return what a group is about: its path, or the section and how many."""
    if len(group.differences) == 1:
        return line(group.first.path)
    return f"{group.first.path.partition('.')[0]}: {len(group.differences)} {group.first.kind.value}"


def names(group: DifferenceGroup, limit: int | None = None) -> str:
    """Return the members of a group in one line: as many as fit `limit` characters, and how many are left out."""
    words = members(group)
    ends = itertools.accumulate(len(word) + 2 for word in words)
    shown = sum(end <= limit for end in ends) if limit is not None else len(words)
    return ", ".join(words[:shown] + ([f"and {len(words) - shown} more"] if shown < len(words) else []))


def members(group: DifferenceGroup) -> list[str]:
    """Return the members of a group, each with the version or value that was expected, or observed when added."""
    return [_name(difference) for difference in group.differences]


def notes(report: Report) -> str:
    """Return how many differences are only notes, and how many of them because somebody waived them; empty for none."""
    roots = [root for root in report.roots if report.weight(root) is Severity.NOTE]
    waived = sum(root.waiver is not None for root in roots)
    words = [_counted(waived, "waived difference", "waived differences")] if waived else []
    words += [_counted(len(roots) - waived, "note", "notes")] if len(roots) > waived else []
    return " and ".join(words)


def _name(difference: Difference) -> str:
    key = line(difference.path.partition(".")[2], 80)
    fact = difference.expected if isinstance(difference.expected, Known) else difference.observed
    text = spell(fact, 40)
    return key if text.startswith("sha256:") else f"{key} {text}"


def fixes(group: DifferenceGroup) -> list[Fix]:
    """Return what helps against a group, safe to print; commands that take several names become one."""
    found = joined(difference.fix for difference in group.differences)
    return [Fix(safe(fix.text), is_command=fix.is_command) for fix in found]


def also_changed(group: DifferenceGroup) -> list[str]:
    """Return the paths that follow from a group, the severe ones with their severity, so that its own is understood."""
    root = group.first.severity.rank
    return [safe(item.path) + (f" ({item.severity.value})" if item.severity.rank > root else "") for item in group.consequences]


def waived(group: DifferenceGroup) -> str:
    """Return until when, by whom and why a difference is waived; empty where it is not."""
    waiver = group.first.waiver
    if waiver is None:
        return ""
    but = "" if group.severity is Severity.NOTE else "; what follows from it is not waived"
    return line(f"until {waiver.expires} by {waiver.owner}: {waiver.reason}", 400) + but


def unknowns(report: Report, *, notes: bool) -> list[tuple[str, str, str]]:
    """Return what is unknown as (facts, whether one decides or the first's severity, reason), one for each reason."""
    return [
        (", ".join(_sections([fact.path for fact in members])), weight_of(members, report), line(members[0].reason, 400))
        for members in alike_unknowns(report, notes=notes)
    ]


def alike_unknowns(report: Report, *, notes: bool) -> list[list[UnknownFact]]:
    """Return what is unknown, facts of one reason together."""
    alike: dict[str, list[UnknownFact]] = {}
    for fact in report.unknown:
        if notes or fact.severity is not Severity.NOTE:
            alike.setdefault(fact.reason, []).append(fact)
    return list(alike.values())


def weight_of(unknowns: list[UnknownFact], report: Report) -> str:
    """Return `decides` where one of them keeps the verdict from `reproduces`, else the first's severity."""
    return "decides" if any(fact.severity in report.gate for fact in unknowns) else unknowns[0].severity.value


def benchmark(report: Report) -> list[tuple[str, str]]:
    """Return what the benchmark came to as (label, words), its verdict first; empty where the bits are equal or not compared."""
    found = report.trace
    if found is None or found.verdict is TraceVerdict.IDENTICAL:
        return []
    rows = [("verdict", benchmark_headline(found))]
    rows += [(name, _records(group)) for name, group in (("model", found.model), ("canaries", found.canaries)) if group]
    if found.first_divergence is not None:
        rows.append(("first", describe(found.first_divergence)))
    if found.first_larger is not None and found.first_larger != found.first_divergence:
        rows.append(("larger", f"{describe(found.first_larger)}; rounding stays below {found.first_larger.limit:.0e}"))
    if len(found.growth) > 1:
        last = found.growth[-1]
        rows.append(("after", f"step {last.step}: losses {_apart(last.loss)}, weights {_apart(last.weights)}"))
    rows += [("looks like", f"{safe(guess.switch)}: {safe(guess.why)}") for guess in found.guesses]
    if found.expected_class != found.observed_class and found.expected_class:
        rows.append(("class", _class_contrast(found.expected_class, found.observed_class)))
    rows += [("next", safe(found.hint))] if found.hint else []
    return [*rows, (COMMAND, safe(found.command))] if found.command else rows


def benchmark_headline(found: Comparison) -> str:
    """Return what comparing two benchmarks came to."""
    verdict = "equivalent" if found.equivalent else found.verdict.value
    if found.first_divergence is not None:
        return f"{verdict}, {found.moved} of {found.compared} records differ" + ", by rounding alone" * found.equivalent
    return f"identical, all {found.compared} records bit by bit" if found.verdict is TraceVerdict.IDENTICAL else verdict


def _records(group: RecordGroup) -> str:
    """Return what became of the model's records, or of the canaries'."""
    if not group.moved:
        return f"identical, {_counted(group.compared, 'record', 'records')}"
    names = ", ".join(group.tensors[:SHOWN_TENSORS])
    more = f" and {len(group.tensors) - SHOWN_TENSORS} more" if len(group.tensors) > SHOWN_TENSORS else ""
    how = "by rounding alone" if group.verdict is TraceVerdict.TOLERANCE else "by more than rounding"
    sizes = [f"{group.ulp:,} ULP"] if group.ulp is not None and group.ulp <= TELLING_ULP else []
    sizes += [f"scaled error {group.relative:.0e}"] if group.relative is not None else []
    most = f" (at most {', '.join(sizes)})" if sizes else ""
    return f"{group.moved} of {group.compared} differ, {how}{most}: {names}{more}"


def _apart(distance: float | None) -> str:
    return "differ by an unknown distance" if distance is None else f"differ by {distance:.0e}" if distance else "equal"


def _class_contrast(expected: str, observed: str) -> str:
    """Return only the parts of two numeric classes that differ."""
    ours, theirs = expected.split("; "), observed.split("; ")
    left = ", ".join(part for part in ours if part not in theirs) or "nothing else"
    right = ", ".join(part for part in theirs if part not in ours) or "nothing else"
    return safe(f"{left} != {right}")


def provenance(report: Report) -> str:
    """Return what was compared, in one sentence."""
    trace = f"benchmark: {_verdict_of(report.trace)}"
    facts = f"compared {report.compared:,} fact{'s' * (report.compared != 1)}"
    return "; ".join(part for part in (facts, output_summary.provenance(report), trace, _rules(report)) if part)


def _verdict_of(found: Comparison | None) -> str:
    """Return the benchmark's verdict, and how much of it only one side has."""
    if found is None:
        return "not compared"
    parts = ", ".join(found.not_compared)
    return ("equivalent" if found.equivalent else found.verdict.value) + (f" (not compared: {parts})" if parts else "")


def _rules(report: Report) -> str:
    """Return where the rules came from, where that was not the working folder."""
    source = report.policy_from
    return f"policy and baseline from {line(source.revision)} ({safe(source.commit[:12])})" if source else ""


def footer(report: Report, *, everything: bool) -> list[str]:
    """Return what stands under a report: how many notes are hidden, which waivers to remove, and what was compared."""
    lines = [f"{notes(report)}: see -v"] if notes(report) and not everything else []
    lines += [f"waiver {line(waiver, 400)}" for waiver in report.stale_waivers]
    lines += [f"not compared: {sentence}" for sentence in left_out(report.skipped)]
    lines += judged(report)
    return [*lines, f"{provenance(report)}; id {report.observed_id[:19]}"]


def judged(report: Report) -> list[str]:
    """Return what was judged, where it is not what a command gets that is sent there."""
    said = launched.sentence(report.observed) if isinstance(report.observed, Fingerprint) else ""
    return [said] if said else []


def left_out(skipped: Mapping[str, str]) -> list[str]:
    """Return what was left out, one sentence a reason; many facts of one section are only counted."""
    by_reason: dict[str, list[str]] = {}
    for glob, reason in sorted(skipped.items()):
        by_reason.setdefault(reason, []).append(glob)
    return [f"{', '.join(_sections(globs))}: {line(reason, 400)}" for reason, globs in sorted(by_reason.items())]


def _sections(globs: list[str]) -> list[str]:
    found: dict[str, list[str]] = {}
    for glob in globs:
        found.setdefault(glob.partition(".")[0], []).append(glob)
    return [
        line(members[0].removesuffix(".*")) if len(members) == 1 else f"{line(name, 80)} ({len(members)} facts)"
        for name, members in found.items()
    ]


def _counted(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
