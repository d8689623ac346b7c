"""Which difference matters how much."""

from __future__ import annotations

from fnmatch import fnmatchcase

import pytest

from envprobe.default_rules import RULES
from envprobe.error import DocumentError
from envprobe.policy import DEFAULT, KINDS, SECTIONS, Policy, Severity, overlay, read_policy, rule_faults
from envprobe.report import Kind
from probes.variables import HASHED, RECORDED

FAIL, WARN, NOTE = Severity.FAIL, Severity.WARN, Severity.NOTE


@pytest.mark.parametrize(
    ("path", "kind", "magnitude", "expected"),
    [
        ("packages.numpy.version", "upgraded", "micro", FAIL),
        ("packages.numpy", "removed", "", FAIL),
        ("packages.numpy", "added", "", WARN),
        ("packages.numpy.origin", "crossgraded", "", FAIL),
        ("packages.six.shadowed", "shadowed", "", FAIL),
        ("packages.six.broken", "added", "", WARN),
        ("packages.pip.version", "upgraded", "major", NOTE),
        ("packages.pip", "added", "", NOTE),
        ("packages.pipdeptree.version", "upgraded", "major", FAIL),
        ("modules.helper", "added", "", WARN),
        ("integrity.keras", "modified", "", FAIL),
        ("unlisted.keras", "added", "", WARN),
        ("stdlib.random", "modified", "", FAIL),
        ("python.version", "upgraded", "minor", FAIL),
        ("python.version", "upgraded", "micro", WARN),
        ("python.implementation", "changed", "", FAIL),
        ("python.pth.evil.pth", "added", "", WARN),
        ("python.sitecustomize", "added", "", WARN),
        ("python.path", "changed", "", NOTE),
        ("cuda.loaded.cudnn.version", "changed", "", FAIL),
        ("cuda.loaded.nccl.version", "changed", "", FAIL),
        ("gpu.count", "changed", "", FAIL),
        ("gpu.0.compute_capability", "changed", "", FAIL),
        ("gpu.0.uuid", "changed", "", NOTE),
        ("gpu.driver", "changed", "major", WARN),
        ("gpu.driver", "changed", "minor", NOTE),
        ("numerics.onednn", "changed", "", FAIL),
        ("numerics.keras.floatx", "changed", "", FAIL),
        ("numerics.intra_threads", "changed", "", WARN),
        ("image.id", "changed", "", FAIL),
        ("image.floating", "added", "", FAIL),
        ("image.labels.maintainer", "changed", "", NOTE),
        ("trace", "changed", "", FAIL),
        ("outputs.model.h5", "changed", "", FAIL),
        ("system.libc", "changed", "", WARN),
        ("system.kernel", "changed", "", NOTE),
        ("system.locale", "changed", "", WARN),
        ("system.timezone", "changed", "", WARN),
        ("system.limits.stack", "changed", "", WARN),
        ("ospackages.libc6", "upgraded", "minor", WARN),
        ("ospackages.libopenblas0-pthread", "upgraded", "minor", WARN),
        ("ospackages.libc6-dev", "added", "", NOTE),
        ("ospackages.curl", "upgraded", "micro", NOTE),
        ("environment.LD_LIBRARY_PATH", "changed", "", WARN),
        ("environment.PYTHONHASHSEED", "added", "", WARN),
        ("environment.TF_ENABLE_ONEDNN_OPTS", "added", "", FAIL),
        ("environment.OMP_NUM_THREADS", "added", "", FAIL),
        ("environment.TF_NUM_INTEROP_THREADS", "added", "", NOTE),
        ("environment.MKL_CBWR", "removed", "", FAIL),
        ("cpu.dispatch", "changed", "", WARN),
        ("cpu.affinity", "changed", "", WARN),
        ("cpu.quota", "changed", "", WARN),
        ("cpu.model", "changed", "", NOTE),
        ("code.dirty", "changed", "", WARN),
        ("never.heard.of", "changed", "", WARN),
    ],
)
def test_default_policy_is_the_documented_table(path: str, kind: str, magnitude: str, expected: Severity) -> None:
    """The default severity of a difference is what docs/policy.md says."""
    assert DEFAULT.severity(path, magnitude, kind) is expected


def test_every_default_rule_can_be_read_as_a_users_rule() -> None:
    """The default table keeps to the rules that a user's table has to keep to."""
    assert {text: list(rule_faults(text)) for text in RULES if list(rule_faults(text))} == {}


def test_kinds_are_those_of_a_report() -> None:
    """A rule can name every kind of difference that a report has, and no other."""
    assert set(KINDS) == {kind.value for kind in Kind}


def test_an_unknown_section_is_as_severe_as_its_severest_fact() -> None:
    """A GPU that could not be asked for at all is no note, although a GPU's UUID is one."""
    assert DEFAULT.severity("gpu.*") is FAIL
    assert DEFAULT.severity("ospackages.*") is WARN
    assert DEFAULT.severity("packages.numpy.*") is FAIL


def test_a_users_rule_wins_over_a_default_one_of_the_same_specificity() -> None:
    """What a project says counts, even where the default is severer."""
    policy = overlay(DEFAULT, Policy(rules={"packages.*": NOTE}))
    assert policy.severity("packages.numpy.version", kind="upgraded") is NOTE
    assert policy.severity("packages.numpy", kind="added") is WARN  # the default rule for added ones is more specific


def test_a_named_package_wins_over_a_rule_for_a_kind() -> None:
    """A rule that names a package speaks of all its differences, added or not."""
    policy = overlay(DEFAULT, Policy(rules={"packages.torch*": FAIL}))
    assert policy.severity("packages.torch", kind="added") is FAIL


def test_rules_of_equal_specificity_take_the_severer() -> None:
    """Two rules that say different things of one fact never hide it."""
    assert Policy(rules={"gpu.*ab": NOTE, "gpu.ab*": FAIL}).severity("gpu.abab") is FAIL


def test_tolerances_come_from_the_uppermost_policy_that_names_them() -> None:
    """A baseline's tolerance holds where the project says nothing, and gives way where it does; else the measured limits do."""
    baseline = read_policy({"tolerance": {"forward_scaled": 1e-4, "update_scaled": 1e-2}}, "b")
    project = read_policy({"tolerance": {"forward_scaled": 3e-5}}, "p")
    policy = overlay(overlay(DEFAULT, baseline), project)
    assert (policy.forward_scaled, policy.gradient_scaled, policy.update_scaled) == (3e-5, None, 1e-2)


def test_a_rule_by_its_old_name_still_holds() -> None:
    """`trace.rounding` is called `trace.equivalent` now, and a team's rule about it is not forgotten."""
    policy = overlay(DEFAULT, read_policy({"trace.rounding": "ignore"}, "p"))
    assert policy.severity("trace.equivalent") is Severity.IGNORE


def test_all_faults_of_a_policy_are_said_at_once() -> None:
    """A reader mends a policy in one go: every fault, with the rule and what was probably meant."""
    table = {
        "package.numpy": "fail",
        "gpu.*@minr": "warn",
        "cpu.*": "error",
        "gpu.*@added@removed": "note",
        "tolerance": {"forward": 1, "update_scaled": -1},
    }
    with pytest.raises(DocumentError) as caught:
        read_policy(table, "envprobe.toml: policy")
    lines = caught.value.message.splitlines()
    assert [line.partition(": policy: ")[2][:25] for line in lines] == [
        "package.numpy: no facts a",
        "gpu.*@minr: @minr: neithe",
        "cpu.*: expected one of fa",
        "gpu.*@added@removed: a di",
        "tolerance.forward: no suc",
        "tolerance.update_scaled: ",
    ]
    assert "did you mean packages?" in lines[0]
    assert "did you mean minor?" in lines[1]
    assert "did you mean forward_scaled?" in lines[4]


@pytest.mark.parametrize(
    "value",
    [None, [], "fail", 3, {"gpu.*": None}, {"gpu.*": ["fail"]}, {"tolerance": []}, {"tolerance": {"forward_scaled": True}}],
)
def test_a_policy_of_the_wrong_shape_is_refused(value: object) -> None:
    """Whatever a file holds in the place of a policy, the answer is a sentence and no traceback."""
    with pytest.raises(DocumentError):
        read_policy(value, "here")


def test_every_rule_for_a_variable_speaks_of_one_that_is_recorded() -> None:
    """No rule of the default policy is for a variable that the probe never records."""
    globs = [text.partition("@")[0] for text in RULES if text.startswith("environment.")]
    paths = [f"environment.{name}" for name in (*RECORDED, *HASHED)]
    assert [glob for glob in globs if not any(fnmatchcase(path, glob) for path in paths)] == []


def test_every_section_of_facts_has_a_rule() -> None:
    """No section is left to chance."""
    assert {text.partition(".")[0] for text in RULES} == set(SECTIONS)
