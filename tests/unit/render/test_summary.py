"""A report reduced to one screen."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec
import pytest

from envprobe.assess import assess
from envprobe.baseline.waiver import Waiver
from envprobe.call import Call
from envprobe.fingerprint import Fingerprint
from envprobe.numerics.trace import to_json
from envprobe.policy import DEFAULT, Severity
from envprobe.render.summary import (
    also_changed,
    benchmark,
    fixes,
    groups,
    headline,
    left_out,
    names,
    notes,
    provenance,
    title,
    unknowns,
    verdict,
    waived,
)
from envprobe.report import Report, UnknownFact
from envprobe.targets.prompt import Prompt
from tests.support.sample import fingerprint
from tests.support.trace_sample import moved as moved_trace
from tests.support.trace_sample import trace

HERE = Prompt(scheme="local")
EXTRA = {f"packages.extra-{number}.version": f"1.{number}" for number in range(5)}
EVERYTHING = (Severity.FAIL, Severity.WARN, Severity.NOTE)


def _report(changes: dict[str, Any] | None = None, observed: Fingerprint | None = None, **given: Any) -> Report:
    return assess(fingerprint(), observed or fingerprint(changes), policy=DEFAULT, today=date(2026, 1, 1), prompt=HERE, **given)


@pytest.mark.parametrize(
    ("report", "sentence"),
    [
        (_report(), "no differences"),
        (_report({"system.kernel": "5"}), "no failures"),
        (_report({"cpu.affinity": 8}), "no failures, 1 warning"),
        (_report({"python.implementation": "pypy"}), "1 failure"),
        (
            _report({"packages.numpy.version": "1", "packages.six.version": "1", "cpu.affinity": 8}),
            "2 failures, 1 warning",
        ),
        (_report({"cpu.affinity": 8}, strict=True), "no failures, 1 warning (--strict)"),
        (_report(observed=fingerprint(unknown={"integrity.six": "x"})), "1 deciding fact is unknown"),
        (
            _report(observed=fingerprint(unknown={"integrity.six": "x", "python.version": "y"})),
            "2 deciding facts are unknown",
        ),
        (_report(left_out={"*": "asked"}), "nothing was compared"),
        (
            msgspec.structs.replace(
                _report(), unknown=[UnknownFact(path="trace", reason="another class", severity=Severity.FAIL)]
            ),
            "the benchmark decides, and could not be compared",
        ),
    ],
)
def test_headline(report: Report, sentence: str) -> None:
    """The verdict in one sentence, in the singular where it is one."""
    assert headline(report) == sentence


def test_waived_ones_are_told_apart() -> None:
    """A group is waived as a whole or not at all: what nobody waived is never shown as waived, nor the reverse."""
    ours = [
        Waiver(path="packages.extra-[01]*", owner="ana", reason="ours", expires="2027-01-01"),
        Waiver(path="packages.extra-2*", owner="bo", reason="his", expires="2027-01-01"),
    ]
    extra = {f"packages.extra-{number}.version": f"1.{number}" for number in range(7)}
    found = [(title(group), waived(group)) for group in groups(_report(extra, waivers=ours), EVERYTHING)]
    assert found == [
        ("packages: 4 added", ""),
        ("packages.extra-0", "until 2027-01-01 by ana: ours"),
        ("packages.extra-1", "until 2027-01-01 by ana: ours"),
        ("packages.extra-2", "until 2027-01-01 by bo: his"),
    ]


def test_four_alike_are_one_group() -> None:
    """Four differences of one kind in one section are one group; three stand one by one."""
    (together,) = groups(_report(EXTRA), EVERYTHING)
    assert title(together) == "packages: 5 added"
    assert names(together) == "extra-0 1.0, extra-1 1.1, extra-2 1.2, extra-3 1.3, extra-4 1.4"
    assert names(together, 30) == "extra-0 1.0, extra-1 1.1, and 3 more"
    assert [fix.text for fix in fixes(together)] == ["python3 -m pip uninstall -y extra-0 extra-1 extra-2 extra-3 extra-4"]
    assert [title(group) for group in groups(_report(dict(list(EXTRA.items())[:3])), EVERYTHING)] == [
        "packages.extra-0",
        "packages.extra-1",
        "packages.extra-2",
    ]


def test_another_severity_is_another_group() -> None:
    """What fails is never in one group with what warns, and comes first."""
    found = groups(_report({**EXTRA, "packages.numpy.version": "1", "cpu.affinity": 8, "system.kernel": "5"}), EVERYTHING)
    assert [(title(group), group.severity.value) for group in found] == [
        ("packages.numpy.version", "fail"),
        ("cpu.affinity", "warn"),
        ("packages: 5 added", "warn"),
        ("system.kernel", "note"),
    ]
    assert [title(group) for group in groups(_report({"cpu.affinity": 8, "system.kernel": "5"}), [Severity.NOTE])] == [
        "system.kernel"
    ]


def test_severe_consequences_say_so() -> None:
    """A consequence that is worse than its cause says how bad, so that the cause's severity is understood."""
    changes = {"cpu.dispatch": "x86-64:avx2", "numerics.onednn": False, "cpu.model": "other"}
    (group,) = groups(_report(changes), EVERYTHING)
    assert (title(group), group.severity) == ("cpu.dispatch", Severity.FAIL)
    assert also_changed(group) == ["numerics.onednn (fail)", "cpu.model"]


def test_unknowns_of_one_reason_are_one() -> None:
    """What one failure left unknown is one sentence, with how much it was; notes only where they are wanted."""
    blind = fingerprint(
        unknown={"integrity.*": "no permission", "system.kernel": "hidden"}, without=("integrity.six", "integrity.numpy")
    )
    assert unknowns(_report(observed=blind), notes=False) == [("integrity (3 facts)", "decides", "no permission")]
    assert unknowns(_report(observed=blind), notes=True)[1:] == [("system.kernel", "note", "hidden")]


def test_notes() -> None:
    """Waived differences are not called notes."""
    waivers = [Waiver(path="packages.numpy*", owner="ana", reason="x", expires="2026-06-30")]
    assert notes(_report({"packages.numpy.version": "1"}, waivers=waivers)) == "1 waived difference"
    assert (
        notes(_report({"packages.numpy.version": "1", "system.kernel": "5"}, waivers=waivers)) == "1 waived difference and 1 note"
    )
    assert notes(_report()) == ""


def test_left_out() -> None:
    """What was left out is said by reason, and many facts of one section are counted."""
    assert left_out({"integrity.*": "asked", "stdlib.*": "asked", "image.id": "outside", "image.digest": "outside"}) == [
        "integrity, stdlib: asked",
        "image (2 facts): outside",
    ]
    assert left_out({"\x1b": "\x1b"}) == ["\\x1b: \\x1b"]
    assert left_out({}) == []


def test_a_benchmark_that_parts() -> None:
    """The verdict, where the runs first part and how far, how far they part, what it looks like, and what to do next."""
    other = moved_trace({("training", "gradient"): (1.0, 0.5000005, 0.25), ("training", "weights"): (1.0, 0.51, 0.25)})
    expected, observed = (msgspec.structs.replace(fingerprint(), trace=to_json(run)) for run in (trace(), other))
    assert benchmark(assess(expected, observed, policy=DEFAULT, today=date(2026, 1, 1))) == [
        ("verdict", "diverged, 3 of 14 records differ"),
        (
            "model",
            "3 of 11 differ, by more than rounding (at most scaled error 1e-02): gradient/conv1.kernel, weights/conv1.kernel",
        ),
        ("canaries", "identical, 3 records"),
        ("first", "training/gradient/conv1.kernel at step 0: 8 ULP, scaled error 5e-07"),
        ("larger", "training/weights/conv1.kernel at step 1: 167,772 ULP, scaled error 0.01; rounding stays below 1e-05"),
        ("after", "step 7: losses equal, weights differ by 1e-02"),
    ]


def test_a_benchmark_of_another_class() -> None:
    """The headline says up to rounding, what of the class differs is shown, and how to expect these bits too."""
    other = moved_trace({("training", "forward"): (1.0, 0.5000001, 0.25)}, numeric_class={**trace().numeric_class, "cpus": 16})
    expected, observed = (msgspec.structs.replace(fingerprint(), trace=to_json(run)) for run in (trace(), other))
    prompt = msgspec.structs.replace(HERE, call=Call(target="docker://it's", baseline="tf"))
    report = assess(expected, observed, policy=DEFAULT, today=date(2026, 1, 1), prompt=prompt)
    said = dict(benchmark(report))
    assert said["class"].endswith("!= cpus 16")
    assert said["type"] == """envprobe record 'docker://it'"'"'s' --name tf --add-trace"""
    assert verdict(report) == "REPRODUCES up to rounding"
    assert headline(report) == "1 of 14 records of the benchmark differ, by rounding alone, 1 warning"


def test_without_a_benchmark() -> None:
    """A report without traces says that none was compared, and nothing else about it."""
    assert benchmark(_report()) == []
    assert provenance(_report()) == "compared 17 facts; benchmark: not compared"
