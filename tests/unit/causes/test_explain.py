"""What explains a report: over what real containers answered in which one cause, or several, had been put."""

from __future__ import annotations

import functools
from datetime import date
from fnmatch import fnmatchcase

import msgspec
import pytest

from envprobe.assess import assess
from envprobe.causes import explain_report
from envprobe.causes.cause import Explanation, ExplanationVerdict
from envprobe.causes.rules import RULES
from envprobe.causes.rules.breakages import BREAKAGES
from envprobe.causes.symptoms import is_symptom
from envprobe.policy import DEFAULT
from envprobe.render import Style
from envprobe.render.explanation import EXPLANATION_FORMATS
from envprobe.report import Report
from tests.support import captured
from tests.support.injected import CASES, Injected
from tests.support.schema import problems


def report(name: str) -> Report:
    return assess(captured.expected(), captured.observed(name), policy=DEFAULT, today=date(2026, 1, 31))


@functools.cache
def explained(name: str) -> Explanation:
    return explain_report(report(name), captured.observed(name))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_cause_is_named_first(case: Injected) -> None:
    """What was injected is the first cause; of several that act together each is among the first."""
    found = explained(case.name)
    first = [cause.paths[0] for cause in found.causes[: len(case.causes)]]
    assert first[0] in (*case.causes, *case.also)
    assert len(case.causes) == 1 or set(first) == set(case.causes)
    assert found.verdict is ExplanationVerdict.EXPLAINED


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_symptom_is_no_cause(case: Injected) -> None:
    """A failing import, the trace and what it moved follow from something, and are never named in its place."""
    assert not [path for cause in explained(case.name).causes for path in cause.paths if is_symptom(path)]


@pytest.mark.parametrize("case", [case for case in CASES if not case.is_seen], ids=lambda case: case.name)
def test_what_the_benchmark_does_not_see_explains_nothing_of_it(case: Injected) -> None:
    """A hash seed is a cause of the report's verdict, and of no bit."""
    found = explained(case.name)
    assert not [stage for cause in found.causes for stage in cause.explains]
    assert not found.unexplained


def test_a_variable_that_python_set_itself_is_not_blamed() -> None:
    """No option of a container takes away what usercustomize sets at every start of Python."""
    for name, path in (("usercustomize", "python.usercustomize"), ("pth", "python.pth.zz.pth")):
        (cause,) = [cause for cause in explained(name).causes if "environment.TF_ENABLE_ONEDNN_OPTS" in cause.paths]
        assert cause.paths[0] == path


def test_a_package_that_overwrote_another_is_removed_and_that_one_installed_again() -> None:
    """Uninstalling it alone would take the other's files along."""
    cause = explained("overwritten").causes[0]
    assert cause.paths[:2] == ["packages.keras-nightly", "integrity.keras"]
    assert cause.rule == "package.overwrites"


def test_one_missing_file_is_not_another_version() -> None:
    """A file of keras 2.9.0 that is gone raises ImportError, as another minor version does, and is told from it."""
    assert explained("keras-file-gone").causes[0].rule == "keras.files"


def test_what_no_rule_explains_is_listed() -> None:
    """Bits that moved without any fact that could move them are left over, with what to do first: repeat it."""
    trace = captured.observed("onednn-off").trace
    moved = msgspec.structs.replace(captured.expected(), trace=trace)
    found = explain_report(assess(captured.expected(), moved, policy=DEFAULT, today=date(2026, 1, 31)), moved)
    assert found.verdict is ExplanationVerdict.UNEXPLAINED
    assert found.unexplained and not found.causes
    assert "stable with itself" in found.advice[0]


def test_equal_environments_need_no_cause() -> None:
    """Nothing differs, nothing is named, and that is explained."""
    same = captured.expected()
    found = explain_report(assess(same, same, policy=DEFAULT, today=date(2026, 1, 31)), same)
    assert (found.verdict, found.causes, found.unexplained) == (ExplanationVerdict.EXPLAINED, [], [])


def test_every_rule_has_a_source_and_a_name_of_its_own() -> None:
    """A reader can look up why a rule says what it says."""
    names = [rule.name for rule in (*RULES, *BREAKAGES)]
    assert len(names) == len(set(names))
    assert all(rule.source and rule.mechanism and rule.facts for rule in (*RULES, *BREAKAGES))


def test_every_difference_has_a_rule() -> None:
    """Each fact of a real answer falls under a rule, so that no difference is passed over in silence."""
    sections = captured.expected().sections
    paths = [f"{name}.{key}" for name, section in sections.items() for key in section.keys()]  # noqa: SIM118
    paths = [path for path in paths if not is_symptom(path)]
    assert not [path for path in paths if not any(fnmatchcase(path, glob) for rule in RULES for glob in rule.facts)]


@pytest.mark.parametrize("name", ["onednn-off", "keras-2.10", "hash-seed"])
def test_it_is_shown_and_fits_its_schema(name: str) -> None:
    """The text names the first cause; JSON is envprobe.explanation/1."""
    found = explained(name)
    assert problems("explanation/1", msgspec.json.decode(EXPLANATION_FORMATS["json"](found, Style()))) == []
    assert found.causes[0].paths[0] in EXPLANATION_FORMATS["text"](found, Style(verbosity=1))
