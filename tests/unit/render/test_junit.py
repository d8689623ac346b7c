"""The report as JUnit XML."""

from __future__ import annotations

import pytest

from envprobe.render import FORMATS, Style
from envprobe.render.junit import render
from tests.golden.report import REPORTS
from tests.support.published import read_junit


def _outcomes(name: str, verbosity: int = 0) -> dict[str, str]:
    """Return case by case what became of it: failure, error, skipped, or empty for one that passes."""
    suite = read_junit(render(REPORTS[name], Style(verbosity=verbosity)))[0]
    kinds = ("failure", "error", "skipped")
    return {case.get("name"): next((part.tag for part in case if part.tag in kinds), "") for case in suite.iter("testcase")}


@pytest.mark.parametrize("name", REPORTS)
@pytest.mark.parametrize("verbosity", [-1, 0, 1])
def test_every_report_fits_the_schema(name: str, verbosity: int) -> None:
    """Jenkins' own schema has nothing against any report, and the counts are those of the cases."""
    root = read_junit(render(REPORTS[name], Style(verbosity=verbosity)))
    for element in (root, root[0]):
        assert int(element.get("tests")) == len(list(root.iter("testcase"))) > 0
        assert int(element.get("failures")) == len(list(root.iter("failure")))
        assert int(element.get("errors")) == len(list(root.iter("error")))
    assert int(root[0].get("skipped")) == len(list(root.iter("skipped")))


def test_a_difference_that_decides_fails_and_a_warning_does_not() -> None:
    """What gates is a failure; with --strict a warning is one too; else it passes and says so."""
    assert _outcomes("differs") == {"packages.numpy.version": "failure"}
    assert _outcomes("warns") == {"cpu.affinity": "", "environment.TZ": "", "reproduces": ""}
    assert _outcomes("strict") == {"cpu.affinity": "failure"}
    assert _outcomes("warns", verbosity=1)["system.kernel"] == ""


def test_what_could_not_be_told_is_an_error() -> None:
    """Trouble is no difference: an error where it decides; what was not compared is skipped."""
    assert _outcomes("undetermined") == {"integrity.*": "error", "gpu": "skipped"}


def test_what_reproduces_has_a_case_that_passes() -> None:
    """A suite without a case would be taken for a check that did not run."""
    assert _outcomes("reproduces") == {"reproduces": ""}


def test_alike_differences_are_one_case_of_a_stable_name() -> None:
    """Sixty extra packages are one case, called by the rule that a policy would have for them, however many they are."""
    assert _outcomes("groups")["packages.*@added"] == ""


def test_properties_identify_the_environment() -> None:
    """The suite carries the verdict and both ids, for whoever asks which environment a build had."""
    root = read_junit(render(REPORTS["differs"], Style()))
    told = {item.get("name"): item.get("value") for item in root.iter("property")}
    assert told["envprobe.verdict"] == "differs"
    assert told["envprobe.fingerprint"] == REPORTS["differs"].observed_id
    assert told["envprobe.expected"] == REPORTS["differs"].expected_id


def test_trouble_is_one_error() -> None:
    """Where nothing could be compared, the suite has one case, an error with the message and what to do next."""
    root = read_junit(FORMATS["junit"].trouble("docker://x: no\x1b[2J such\uffff\nsecond line", "start it"))
    assert (root.get("tests"), root.get("errors"), root.get("failures")) == ("1", "1", "0")
    error = next(root.iter("error"))
    assert error.get("message") == "docker://x: no\\x1b[2J such\\uffff"
    assert error.text.splitlines()[1:] == ["second line", "start it"]
