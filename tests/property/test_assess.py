"""What must hold for every two environments, however odd."""

from __future__ import annotations

from datetime import date
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from envprobe.assess import assess
from envprobe.assess.cause import explain
from envprobe.assess.change import Change
from envprobe.assess.drift import WRONG_IN_THEMSELVES, compare
from envprobe.fact import ABSENT, Known, Section, Unknown
from envprobe.fingerprint import Fingerprint
from envprobe.policy import DEFAULT, Policy, Severity, overlay
from envprobe.render import FORMATS, Style
from envprobe.report import Kind, Report, Verdict
from tests.property.environment import drifted, fingerprints, shuffled, texts, values
from tests.support.sample import FACTS, fingerprint

TODAY = date(2026, 1, 1)
GATED = sorted(path for path in FACTS if DEFAULT.severity(path) is Severity.FAIL)


def _assess(expected: Fingerprint, observed: Fingerprint, policy: Policy = DEFAULT, **given: Any) -> Report:
    return assess(expected, observed, policy=policy, today=TODAY, **given)


def _has_gated_unknown(subject: Fingerprint) -> bool:
    paths = [f"{name}.{key}" for name, section in subject.sections.items() for key in section.unknown]
    return any(DEFAULT.severity(path) is Severity.FAIL for path in paths)


def test_the_wrong_in_themselves_are_not_drawn() -> None:
    """The strategies draw no fact that is a finding by its mere presence, on which the next test relies."""
    assert WRONG_IN_THEMSELVES == ("image.floating", "cuda.diagnosis.*", "numerics.diagnosis.*")


@given(fingerprints())
def test_an_environment_is_like_itself(subject: Fingerprint) -> None:
    """Compared with itself an environment has no differences, and reproduces unless a gated fact is unknown."""
    report = _assess(subject, subject)
    assert report.differences == []
    assume(report.compared)
    assert report.verdict is (Verdict.UNDETERMINED if _has_gated_unknown(subject) else Verdict.REPRODUCES)


@settings(max_examples=40)
@given(drifted())
def test_order_changes_nothing(pair: tuple[Fingerprint, Fingerprint]) -> None:
    """The order in which facts are told changes neither an id nor a byte of any format."""
    expected, observed = pair
    assert (shuffled(expected).id, shuffled(observed).id) == (expected.id, observed.id)
    one, other = _assess(expected, observed), _assess(shuffled(expected), shuffled(observed))
    for render in FORMATS.values():
        assert render(one, Style(verbosity=1)) == render(other, Style(verbosity=1))


@given(st.sampled_from(GATED), texts, st.sampled_from(["expected", "observed", "both"]), st.booleans())
def test_no_unknown_ever_passes(path: str, reason: str, side: str, whole: bool) -> None:
    """A gated fact that is unknown on any side, by itself or with its whole section, keeps the verdict from `reproduces`."""
    blank = {path.partition(".")[0] + ".*" if whole else path: reason}
    doubtful = fingerprint(unknown=blank, without=(path,))
    sides = {"expected": (doubtful, fingerprint()), "observed": (fingerprint(), doubtful), "both": (doubtful, doubtful)}[side]
    assert _assess(*sides).verdict is not Verdict.REPRODUCES


@given(st.sampled_from(GATED), st.sampled_from(["expected", "observed"]), st.booleans())
def test_what_one_side_left_out_never_passes(path: str, side: str, whole: bool) -> None:
    """A gated fact that a document alone says it left out, whether or not it has it, keeps the verdict from `reproduces`."""
    glob = path.partition(".")[0] + ".*" if whole else path
    partial = fingerprint(skipped={glob: "left out"}, without=(path,) if side == "observed" else ())
    sides = (fingerprint(), partial) if side == "observed" else (partial, fingerprint())
    assert _assess(*sides).verdict is Verdict.UNDETERMINED
    assert _assess(*sides, left_out={glob: "asked"}).verdict is Verdict.REPRODUCES


@given(st.sampled_from(GATED), st.booleans())
def test_a_removed_fact_never_passes(path: str, said: bool) -> None:
    """A gated fact that was recorded and is now absent differs, whether the probe says so or is silent."""
    gone = fingerprint(absent=(path,)) if said else fingerprint(without=(path,))
    assert _assess(fingerprint(), gone).verdict is Verdict.DIFFERS


@given(st.sampled_from(sorted({path.partition(".")[0] for path in GATED})))
def test_a_missing_section_never_passes(name: str) -> None:
    """A section that was recorded and that the other side lacks altogether keeps the verdict from `reproduces`."""
    whole = fingerprint()
    rest = Fingerprint(probe=whole.probe, sections={other: whole.sections[other] for other in whole.sections if other != name})
    assert _assess(whole, rest).verdict is not Verdict.REPRODUCES


def test_nothing_compared_is_not_equal() -> None:
    """Two fingerprints of which everything was left out have not been compared, so nothing is known to reproduce."""
    skipped = fingerprint(skipped={f"{name}.*": "left out" for name in fingerprint().sections})
    assert _assess(fingerprint(), skipped).verdict is Verdict.UNDETERMINED


@given(drifted())
def test_every_change_is_told_once(pair: tuple[Fingerprint, Fingerprint]) -> None:
    """Each change is in the report once: as a root, or as a consequence of a root that is in the report."""
    everything = overlay(DEFAULT, Policy(rules={}))
    report = _assess(*pair, policy=everything)
    paths = [difference.path for difference in report.differences]
    assert sorted(paths) == sorted(change.path for change in compare(*pair).changes)
    assert len(paths) == len({*paths})
    roots = {root.path for root in report.roots}
    assert all(difference.because in roots for difference in report.differences if difference.because is not None)
    assert sum(len(report.consequences(root)) for root in roots) + len(roots) == len(paths)


@given(drifted(), st.lists(st.sampled_from(["environment.*", "packages.*", "python.*", "cpu.*", "image.*"]), unique=True))
def test_what_is_ignored_causes_nothing(pair: tuple[Fingerprint, Fingerprint], globs: list[str]) -> None:
    """Whatever the policy ignores, no difference in the report follows from one that is not in it."""
    report = _assess(*pair, policy=Policy(rules=dict.fromkeys(globs, Severity.IGNORE)))
    roots = {root.path for root in report.roots}
    assert all(difference.because is None or difference.because in roots for difference in report.differences)


PATHS = [
    "environment.PYTHONPATH",
    "packages.six",
    "packages.six.version",
    "packages.six.shadowed",
    "packages.six.origin",
    "packages.six.record",
    "integrity.six",
    "unlisted.six",
    "modules.six",
    "python.version",
    "python.path",
    "python.pth.six",
    "python.user_site",
    "stdlib.json",
    "cpu.dispatch",
    "cpu.model",
    "cpu.affinity",
    "numerics.onednn",
    "numerics.onednn_isa",
    "environment.TF_ENABLE_ONEDNN_OPTS",
    "container.changes",
    "container.limits.cpuset",
    "trace",
    "image.id",
    "image.reference",
    "system.os",
    "system.libc",
    "ospackages.libc6",
    "gpu.driver",
    "gpu.0.name",
    "numerics.keras.floatx",
]


@given(st.lists(st.sampled_from(PATHS), unique=True), st.booleans())
def test_causes_end_in_a_root(paths: list[str], pythonpath: bool) -> None:
    """Whatever differs together, every consequence names a root: no cycle, no chain, and at least one root."""
    observed = Known("{pythonpath:0}/x") if pythonpath else Known("2")
    causes = explain([Change(path, Kind.CHANGED, Known("1"), observed, "minor") for path in paths])
    assert causes.keys() < {*paths} if paths else not causes
    assert all(cause in paths and cause not in causes for cause in causes.values())
    assert causes == explain([Change(path, Kind.CHANGED, Known("1"), observed, "minor") for path in reversed(paths)])


@given(values, values)
def test_true_is_not_one(left: Any, right: Any) -> None:
    """Two values are the same where JSON spells them the same: true is not 1, at any depth."""

    def section(value: Any) -> Section:
        return Section({"numpy": value})

    ours = Fingerprint(probe=fingerprint().probe, sections={"integrity": section([left, {"x": True}])})
    theirs = Fingerprint(probe=fingerprint().probe, sections={"integrity": section([left, {"x": 1}])})
    assert compare(ours, theirs).changes
    same = Fingerprint(probe=fingerprint().probe, sections={"integrity": section([right, {"x": True}])})
    assert bool(compare(ours, same).changes) == (ours.id != same.id)


def test_absent_and_not_mentioned_are_the_same() -> None:
    """A package that one side looked for in vain and the other never mentions is absent on both: no difference."""
    silent = fingerprint()
    looked = fingerprint(absent=("packages.torch.version", "python.sitecustomize"))
    assert compare(silent, looked).changes == compare(looked, silent).changes == []
    assert looked.get("packages.torch.version") == silent.get("packages.torch.version") == ABSENT


def test_a_package_of_unknown_version_is_no_removed_package() -> None:
    """A package of which one side could tell nothing is unknown there, not removed and not added."""
    blind = fingerprint(unknown={"packages.six.version": "unreadable"}, without=("packages.six.origin",))
    found = compare(blind, fingerprint())
    assert [*found.unknown] == ["packages.six.version"]
    assert all(change.path != "packages.six" for change in found.changes)
    assert isinstance(blind.get("packages.six.version"), Unknown)
