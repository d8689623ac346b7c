"""Expected and observed to a report."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec
import pytest

from envprobe.assess import assess
from envprobe.assess.settled import SAME_BITS
from envprobe.baseline import Baseline
from envprobe.baseline.declaration import Declaration
from envprobe.baseline.waiver import Waiver
from envprobe.fingerprint import Fingerprint
from envprobe.numerics.trace import Trace
from envprobe.numerics.trace import to_json as trace_json
from envprobe.policy import DEFAULT, Policy, Severity, overlay
from envprobe.report import Report, Verdict
from envprobe.targets.prompt import Prompt
from tests.support.sample import fingerprint
from tests.support.trace_sample import moved, trace, with_class

TODAY = date(2026, 1, 1)
HERE = Prompt(scheme="local")


def _assess(expected: Baseline | Fingerprint, observed: Fingerprint, policy: Policy = DEFAULT, **given: Any) -> Report:
    return assess(expected, observed, policy=policy, today=TODAY, **given)


def _waiver(path: str, expires: str = "2026-06-30") -> Waiver:
    return Waiver(path=path, owner="ana", reason="measured", expires=expires)


def _severities(report: Report) -> dict[str, str]:
    return {difference.path: difference.severity.value for difference in report.differences}


def _traced(found: Any, changes: dict[str, Any] | None = None) -> Fingerprint:
    return msgspec.structs.replace(fingerprint(changes), trace=trace_json(found))


def test_names_and_ids() -> None:
    """The report says which two were compared, by name and by id."""
    observed = fingerprint({"cpu.affinity": 8})
    report = _assess(fingerprint(), observed, names=("tf-2.9", "docker://trainer"))
    assert (report.expected_name, report.observed_name) == ("tf-2.9", "docker://trainer")
    assert (report.expected_id, report.observed_id) == (fingerprint().id, observed.id)


def test_most_severe_first() -> None:
    """Differences and unknowns stand in order of severity, then of path."""
    report = _assess(
        fingerprint(),
        fingerprint(
            {"system.kernel": "5", "cpu.affinity": 8, "python.version": "3.8.1", "python.implementation": "pypy"},
            unknown={"packages.six.version": "x", "cpu.quota": "y", "integrity.six": "z"},
        ),
    )
    assert [difference.path for difference in report.differences] == [
        "python.implementation",
        "python.version",
        "cpu.affinity",
        "system.kernel",
    ]
    assert [gap.path for gap in report.unknown] == ["integrity.six", "packages.six.version", "cpu.quota"]


def test_the_policy_decides() -> None:
    """The same difference fails, warns, is noted or is not told, as the policy says."""
    observed = fingerprint({"cpu.affinity": 8})
    for severity, verdict in (
        (Severity.FAIL, Verdict.DIFFERS),
        (Severity.WARN, Verdict.REPRODUCES),
        (Severity.NOTE, Verdict.REPRODUCES),
    ):
        report = _assess(fingerprint(), observed, overlay(DEFAULT, Policy(rules={"cpu.affinity": severity})))
        assert (_severities(report), report.verdict) == ({"cpu.affinity": severity.value}, verdict)
    ignored = _assess(fingerprint(), observed, overlay(DEFAULT, Policy(rules={"cpu.affinity": Severity.IGNORE})))
    assert (ignored.differences, ignored.verdict) == ([], Verdict.REPRODUCES)


def test_the_size_of_a_version_step_counts() -> None:
    """Python's micro version warns, its minor version fails."""
    assert _severities(_assess(fingerprint(), fingerprint({"python.version": "3.9.3"}))) == {"python.version": "warn"}
    assert _severities(_assess(fingerprint(), fingerprint({"python.version": "3.10.2"}))) == {"python.version": "fail"}


def test_an_ignored_unknown_does_not_gate() -> None:
    """What the policy ignores may be unknown."""
    blind = fingerprint(unknown={"integrity.six": "x"})
    policy = overlay(DEFAULT, Policy(rules={"integrity.six": Severity.IGNORE}))
    assert _assess(fingerprint(), blind, policy).verdict is Verdict.REPRODUCES
    assert _assess(fingerprint(), blind).verdict is Verdict.UNDETERMINED


def test_a_consequence_of_what_is_ignored_stands_alone() -> None:
    """Where the cause is ignored, what follows from it is told by itself and not under nothing."""
    observed = fingerprint({"environment.TF_ENABLE_ONEDNN_OPTS": "0", "numerics.onednn": False})
    report = _assess(
        fingerprint(), observed, overlay(DEFAULT, Policy(rules={"environment.TF_ENABLE_ONEDNN_OPTS": Severity.IGNORE}))
    )
    assert [(root.path, root.because) for root in report.roots] == [("numerics.onednn", None)]


def test_strict() -> None:
    """With strict a warning differs and an unknown warning is undetermined; a note never counts."""
    assert _assess(fingerprint(), fingerprint({"cpu.affinity": 8}), strict=True).verdict is Verdict.DIFFERS
    assert _assess(fingerprint(), fingerprint(unknown={"cpu.affinity": "x"}), strict=True).verdict is Verdict.UNDETERMINED
    assert _assess(fingerprint(), fingerprint({"system.kernel": "5"}), strict=True).verdict is Verdict.REPRODUCES


def test_waivers() -> None:
    """A living waiver makes a note of what it covers and is named; the verdict no longer counts it."""
    observed = fingerprint({"packages.numpy.version": "1.23.5", "packages.six.version": "1.15.0"})
    report = _assess(fingerprint(), observed, waivers=[_waiver("packages.numpy.*")])
    assert _severities(report) == {"packages.six.version": "fail", "packages.numpy.version": "note"}
    assert [difference.waiver for difference in report.differences] == [None, _waiver("packages.numpy.*")]
    assert _assess(fingerprint(), observed, waivers=[_waiver("packages.*.version")]).verdict is Verdict.REPRODUCES


def test_a_waiver_never_raises() -> None:
    """A waiver over what is only noted leaves it a note."""
    report = _assess(fingerprint(), fingerprint({"system.kernel": "5"}), waivers=[_waiver("system.*")])
    assert _severities(report) == {"system.kernel": "note"}


def test_waivers_do_not_cover_the_unknown() -> None:
    """A waiver is for a difference that somebody has looked at: what is unknown still gates."""
    assert _assess(fingerprint(), fingerprint(unknown={"integrity.six": "x"}), waivers=[_waiver("integrity.*")]).verdict is (
        Verdict.UNDETERMINED
    )


def test_stale_waivers_are_said() -> None:
    """A waiver that is expired or unused is listed with what to do; an expired one covers nothing."""
    observed = fingerprint({"packages.numpy.version": "1.23.5"})
    report = _assess(fingerprint(), observed, waivers=[_waiver("packages.*", "2025-12-31"), _waiver("gpu.*")])
    assert report.verdict is Verdict.DIFFERS
    assert report.stale_waivers == [
        "packages.* (ana) expired on 2025-12-31: remove it",
        "gpu.* (ana) is unused: remove it",
    ]
    assert _assess(fingerprint(), observed, waivers=[_waiver("packages.*", "2026-01-01")]).verdict is Verdict.REPRODUCES


def test_equal_bits_settle_warnings() -> None:
    """Where the benchmark left the same bits, what may have changed results did not: a note that says so."""
    changes = {
        "cpu.affinity": 8,
        "numerics.diagnosis.TF_XLA_FLAGS": "x",
        "packages.numpy.version": "1.23.5",
        "modules.x": {"kind": "file"},
    }
    alike = _assess(_traced(trace(), {"modules.y": 1}), _traced(trace(), changes))
    assert _severities(alike) == {
        "packages.numpy.version": "fail",
        "modules.x": "warn",
        "modules.y": "warn",
        "cpu.affinity": "note",
        "numerics.diagnosis.TF_XLA_FLAGS": "note",
    }
    assert {difference.why for difference in alike.differences if difference.severity is Severity.NOTE} == {SAME_BITS}


def test_other_bits_differ() -> None:
    """Where the benchmark left other bits the verdict is `differs`, and what can explain them is their cause."""
    other = moved({("training", "forward"): (1.0, 0.5, 0.75)})
    plain = _assess(_traced(trace()), _traced(other))
    assert (plain.verdict, _severities(plain)) == (Verdict.DIFFERS, {"trace": "fail"})
    switched = _assess(_traced(trace()), _traced(other, {"numerics.onednn": False}))
    assert [(root.path, root.because) for root in switched.roots] == [("numerics.onednn", None)]
    assert [item.path for item in switched.consequences("numerics.onednn")] == ["trace"]


ROUNDING = {("training", "forward"): (1.0, 0.5000001, 0.25)}


def test_rounding_is_one_warning_on_whatever_class() -> None:
    """Other bits that are rounding reproduce, with one warning that names the class; what is the class is a note under it."""
    class_facts = {"cpu.dispatch": "x86-64:avx2", "numerics.onednn": False, "numerics.blas": {"kernel": "Haswell"}}
    elsewhere = moved(ROUNDING, numeric_class=with_class(cpu="other").numeric_class)
    report = _assess(_traced(trace()), _traced(elsewhere, class_facts))
    assert report.verdict is Verdict.REPRODUCES
    assert _severities(report) == {**dict.fromkeys(class_facts, "note"), "trace.equivalent": "warn"}
    assert [(root.path, report.weight(root).value) for root in report.roots] == [("cpu.dispatch", "warn")]
    assert _assess(_traced(trace()), _traced(elsewhere), strict=True).verdict is Verdict.DIFFERS


def test_a_team_that_needs_bits_says_so() -> None:
    """`"trace.equivalent" = "fail"`; and what a team's own policy fails is lowered by no trace."""
    policy = overlay(DEFAULT, Policy(rules={"trace.equivalent": Severity.FAIL}))
    assert _assess(_traced(trace()), _traced(moved(ROUNDING)), policy).verdict is Verdict.DIFFERS
    strict_class = overlay(DEFAULT, Policy(rules={"cpu.dispatch": Severity.FAIL}))
    report = _assess(_traced(trace()), _traced(trace(), {"cpu.dispatch": "x86-64:avx2"}), strict_class)
    assert _severities(report) == {"cpu.dispatch": "fail"}


@pytest.mark.parametrize(
    ("found", "variable", "rest"), [(trace(), "note", {}), (moved(ROUNDING), "warn", {"trace.equivalent": "warn"})]
)
def test_a_switch_of_the_class_is_settled_as_its_effect_is(found: Trace, variable: str, rest: dict[str, str]) -> None:
    """A cap that moves no bit is a note; one that moves them by rounding a warning, because taking it away ends it."""
    changes = {"environment.ONEDNN_MAX_CPU_ISA": "AVX2", "numerics.onednn_isa": "Intel AVX2"}
    report = _assess(_traced(trace()), _traced(found, changes))
    assert _severities(report) == {"environment.ONEDNN_MAX_CPU_ISA": variable, "numerics.onednn_isa": "note", **rest}
    assert [root.path for root in report.roots] == ["environment.ONEDNN_MAX_CPU_ISA"]


def test_a_library_switched_off_is_settled_by_equal_bits_alone() -> None:
    """Somebody asked for another implementation: rounding or not, that is not the baseline's environment."""
    changes = {"environment.TF_ENABLE_ONEDNN_OPTS": "0", "numerics.onednn": False}
    assert _severities(_assess(_traced(trace()), _traced(trace(), changes))) == dict.fromkeys(changes, "note")
    report = _assess(_traced(trace()), _traced(moved(ROUNDING), changes))
    assert report.verdict is Verdict.DIFFERS
    assert _severities(report)["environment.TF_ENABLE_ONEDNN_OPTS"] == "fail"


def test_no_trace_settles_a_larger_difference() -> None:
    """Beside bits that are off by more than rounding every fact keeps its severity."""
    larger = _traced(moved({("training", "forward"): (1.0, 0.5, 0.75)}), {"numerics.onednn": False})
    assert _severities(_assess(_traced(trace()), larger)) == {"numerics.onednn": "fail", "trace": "fail"}


def test_what_arithmetic_cannot_answer_is_not_settled() -> None:
    """Equal bits say nothing of a package, nor of the runtime's promise of determinism, which the benchmark makes itself."""
    changes = {"packages.numpy.version": "1.23.5", "numerics.op_determinism": True}
    report = _assess(_traced(trace()), _traced(trace(), changes))
    assert _severities(report) == dict.fromkeys(changes, "fail")


def test_mends_are_of_the_expected_version() -> None:
    """A reinstalled package is pinned to the version that is expected: recorded, else declared, else the one that is there."""
    broken = fingerprint({"integrity.numpy": {"missing": ["a"]}, "packages.numpy.version": "1.22.4"})
    declared = {"packages.numpy.version": Declaration(specifier="==1.22.4"), "integrity.numpy": Declaration(equals="ok")}
    loosely = {"integrity.numpy": Declaration(equals="ok")}
    for expected in (
        fingerprint(),
        Baseline(name="r", kind="recorded", fingerprint=fingerprint()),
        Baseline(name="d", kind="declared", declared=declared),
        Baseline(name="l", kind="declared", declared=loosely),
    ):
        fixes = {difference.path: difference.fix.text for difference in _assess(expected, broken, prompt=HERE).differences}
        assert fixes == {"integrity.numpy": "python3 -m pip install --force-reinstall --no-deps numpy==1.22.4"}


@pytest.mark.parametrize("strict", [False, True])
def test_pure(strict: bool) -> None:
    """The same arguments give the same report."""
    observed = fingerprint({"cpu.affinity": 8, "packages.six.version": "1"})
    assert _assess(fingerprint(), observed, strict=strict) == _assess(fingerprint(), observed, strict=strict)
