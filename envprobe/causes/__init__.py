"""Why two environments differ: a report, or a traceback, to ranked causes. Pure; what re-runs anything is in the room `trial`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..fingerprint import Fingerprint
from ..fixes import Fix
from ..policy import Severity
from ..report import Report
from ..runs import Run
from ..spelling import contrast, line, some
from .cause import Cause, Explanation, ExplanationVerdict
from .failure import TracebackWords, read_traceback
from .ranking import Candidate, ranked
from .rule import BreakageRule
from .rules.breakages import BREAKAGES, MISSING
from .rules.other_package import OVERWRITING
from .symptoms import FRAMEWORK, Symptoms, symptoms_of

REPEAT = "first see whether it is stable with itself: run the check twice, and compare what the two probes recorded"
HARDWARE = "where it is, and no fact differs, it is the hardware: memory, or another make of CPU under a name that hides it"
NOT_PROVED = "nothing here is proved: --prove takes each away in a copy and runs the benchmark again"


def suspects(report: Report, symptoms: Symptoms) -> list[Candidate]:
    """Return what is named as a cause, the likeliest first; what explains nothing only where it counts in the report."""
    return [one for one in ranked(symptoms) if one.explains_something or one.difference.severity.rank > Severity.NOTE.rank]


def explain_report(report: Report, observed: Fingerprint | Run | None = None) -> Explanation:
    """Return the causes of what a report found, the likeliest first; those that explain nothing of the benchmark come last."""
    symptoms = symptoms_of(report, observed)
    return explanation_of(report, symptoms, suspects(report, symptoms))


def explanation_of(report: Report, symptoms: Symptoms, order: Sequence[Candidate]) -> Explanation:
    """Return candidates as an explanation; nothing is proved yet."""
    causes = [_cause(rank, one, symptoms, report) for rank, one in enumerate(order, 1)]
    left = list(_unexplained(order, symptoms))
    return Explanation(
        verdict=_verdict(causes, left),
        expected=report.expected_name,
        observed=report.observed_name,
        causes=causes,
        symptoms=list(_symptom_words(symptoms, report)),
        unexplained=left,
        advice=list(_advice(order, symptoms)),
    )


def explain_traceback(text: str, name: str) -> Explanation:
    """Return what is known to raise what a traceback ends in. Without facts: the rule's own fact stands for the cause."""
    words = read_traceback(text)
    found = [rule for rule in BREAKAGES if rule.has_raised(words.raised)]
    found += [rule for rule in BREAKAGES if rule not in found and rule.has_raised(words.text)]
    found = found or [rule for rule in MISSING if rule.has_raised(words.raised)][:1]
    causes = [_raised(rank, rule, words) for rank, rule in enumerate(found, 1)]
    return Explanation(
        verdict=ExplanationVerdict.EXPLAINED if causes else ExplanationVerdict.UNEXPLAINED,
        expected="",
        observed=name,
        causes=causes,
        symptoms=[f"it ends in {line(words.raised, 300)}"],
        unexplained=[] if causes else ["no rule knows this exception"],
        advice=["this is read off the words alone: a check against a baseline says which fact is other than it should be"],
    )


def _raised(rank: int, rule: BreakageRule, words: TracebackWords) -> Cause:
    path, fix = rule.fact(words.raised), Fix(rule.remedy, is_command=rule.is_command)
    caller = next(iter(words.packages), "")
    if rule.is_callers and caller and caller not in (*path.split("."), "tensorflow"):
        path, fix = f"packages.{caller}", Fix(f"install the {caller} that was made for this TensorFlow")
    return Cause(
        paths=[path],
        rank=rank,
        mechanism=rule.mechanism,
        rule=rule.name,
        source=rule.source,
        explains=[FRAMEWORK],
        values=f"raised in {', '.join(words.packages[:3])}" if words.packages else "",
        fix=fix,
    )


def _fix(one: Candidate, symptoms: Symptoms, report: Report) -> Fix:
    """Return what takes a cause away. What overwrote another distribution is removed, and that one then has no file left."""
    own = one.difference.fix
    if one.rule is not OVERWRITING or not own.is_command:
        return own
    paths = {f"integrity.{victim}" for victim in symptoms.overwrites.get(one.difference.path.split(".")[1], ())}
    victims = [item for item in report.differences if item.path in paths and item.fix.is_command]
    return Fix(" && ".join(fix.text for fix in (own, *(item.fix for item in victims))), is_command=True)


def _cause(rank: int, one: Candidate, symptoms: Symptoms, report: Report) -> Cause:
    difference, rule = one.difference, one.breakage or one.rule
    explains = [stage for stage, records in symptoms.moved.items() if not one.covers.isdisjoint(records)]
    leaves = [stage for stage, records in symptoms.moved.items() if not one.covers.issuperset(records)]
    breaks = [FRAMEWORK] if one.explains_failure else []
    return Cause(
        paths=[difference.path, *symptoms.follows.get(difference.path, [])],
        rank=rank,
        mechanism=rule.mechanism,
        rule=rule.name,
        source=rule.source,
        explains=[*breaks, *explains],
        leaves=leaves if one.explains_something else [],
        values=" != ".join(contrast(difference.expected, difference.observed)),
        fix=_fix(one, symptoms, report),
    )


def _unexplained(order: Sequence[Candidate], symptoms: Symptoms) -> Iterator[str]:
    """Yield what no cause that a rule knows explains."""
    covered = {record for one in order for record in one.covers}
    for stage, records in symptoms.moved.items():
        left = [record.rpartition("/")[2] for record in records if record not in covered]
        if left:
            yield f"{stage}: {line(', '.join(left[:8]), 300)}" + (f" and {len(left) - 8} more" if len(left) > 8 else "")
    if symptoms.failure and not any(one.explains_failure for one in order):
        yield f"the framework does not run: {line(symptoms.failure, 300)}"


def _verdict(causes: Sequence[Cause], left: Sequence[str]) -> ExplanationVerdict:
    if not left:
        return ExplanationVerdict.EXPLAINED
    return ExplanationVerdict.PARTLY if any(cause.explains for cause in causes) else ExplanationVerdict.UNEXPLAINED


def _symptom_words(symptoms: Symptoms, report: Report) -> Iterator[str]:
    if symptoms.failure:
        yield f"the framework does not run: {line(symptoms.failure, 400)}"
    trace = report.trace
    if trace is not None and trace.moved:
        size = "by rounding alone" if trace.equivalent else "by more than rounding"
        yield f"the benchmark computed other bits: {trace.moved} of {some(trace.compared, 'record')} differ, {size}"
    elif symptoms.is_compared:
        yield "the benchmark computed the same bits: what differs is nothing that it runs"
    elif not symptoms.failure:
        yield "the benchmark was not compared, so what differs is judged by its facts alone"


def _advice(order: Sequence[Candidate], symptoms: Symptoms) -> Iterator[str]:
    explaining = [one for one in order if one.explains_something]
    if symptoms.moved and not explaining:
        yield REPEAT
        yield HARDWARE
    elif symptoms.moved:
        yield NOT_PROVED
