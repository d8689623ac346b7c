"""`--envprobe`: what a run says of its environment, and how it ends."""

from __future__ import annotations

import shutil
import xml.etree.ElementTree as ElementTree

import pytest

from tests.support.repository import commit, git

PASSING = "def test_passes(): pass"
FAILING = "def test_fails(): assert 1 == 2"
HOLDS, FAILS, WARNS = (f"--envprobe-baseline={name}" for name in ("holds", "fails", "warns"))


def test_unasked_nothing_is_said(project: pytest.Pytester) -> None:
    """Without an option or a setting, a run is as if envprobe were not there."""
    project.makepyfile(PASSING)

    result = project.runpytest_subprocess()

    result.assert_outcomes(passed=1)
    result.stdout.no_fnmatch_line("*envprobe:*")
    result.stdout.no_fnmatch_line("*= environment =*")


def test_signature_and_verdict(project: pytest.Pytester) -> None:
    """The header carries the signature, the end the verdict."""
    project.makepyfile(PASSING)

    result = project.runpytest_subprocess(HOLDS)

    assert result.ret == pytest.ExitCode.OK
    result.stdout.fnmatch_lines(["envprobe:1|py:3.*", "*= environment =*", "REPRODUCES*", "local:// against holds*"])


def test_settings_ask_too(project: pytest.Pytester) -> None:
    """Every option is a setting as well."""
    project.makepyfile(PASSING)
    project.makeini("[pytest]\nenvprobe = true\nenvprobe_baseline = warns\nenvprobe_strict = true\n")

    result = project.runpytest_subprocess()

    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["DIFFERS*"])


def test_other_environment_fails_passing_tests(project: pytest.Pytester) -> None:
    """A run in an environment that differs fails, though every test passes, and shows the difference."""
    project.makepyfile(PASSING)

    result = project.runpytest_subprocess(FAILS)

    result.assert_outcomes(passed=1)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["DIFFERS*", "FAIL *python.version*==[2].7.1 != 3.*"])


def test_policy_of_a_revision(project: pytest.Pytester) -> None:
    """--envprobe-policy-from takes the baseline as it was committed, whatever a change made of it, and asks for the check."""
    project.makepyfile(PASSING)
    project.makefile(".toml", envprobe='baseline = "fails"')
    git(project.path, "init", "--quiet", "--initial-branch", "main")
    commit(project.path)
    shutil.copy(project.path / "baselines" / "holds.json", project.path / "baselines" / "fails.json")

    assert project.runpytest_subprocess("--envprobe").ret == pytest.ExitCode.OK
    result = project.runpytest_subprocess("--envprobe-policy-from=main")

    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["DIFFERS*", "*policy and baseline from main*"])


def test_warnings_pass_unless_strict(project: pytest.Pytester) -> None:
    """What may change results is shown and passes; --envprobe-strict lets it fail."""
    project.makepyfile(PASSING)

    lenient = project.runpytest_subprocess(WARNS)
    strict = project.runpytest_subprocess(WARNS, "--envprobe-strict")

    assert lenient.ret == pytest.ExitCode.OK
    lenient.stdout.fnmatch_lines(["REPRODUCES*", "WARN *python.version*"])
    assert strict.ret == pytest.ExitCode.TESTS_FAILED


@pytest.mark.parametrize(
    ("baseline", "words"),
    [
        (FAILS, "environment differs: python.version ==2.7.1 != 3.*"),
        (WARNS, "environment differs (warning): python.version ==2.7.1 != 3.*"),
        (HOLDS, "environment reproduces holds: no differences"),
    ],
)
def test_failure_says_in_one_line_whether_it_is_the_environment(project: pytest.Pytester, baseline: str, words: str) -> None:
    """Under a failed test stands whether the environment differs, and in what."""
    project.makepyfile(FAILING)

    result = project.runpytest_subprocess(baseline, "--show-capture=no")

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*assert 1 == 2", "*- environment -*", words])


def test_failure_of_the_tools_is_an_error(project: pytest.Pytester) -> None:
    """A baseline that is not there ends the run before a test: exit status 4, with what to do."""
    project.makepyfile(PASSING)

    result = project.runpytest_subprocess("--envprobe-baseline=nowhere")

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: envprobe: *no baseline named 'nowhere'", "*envprobe record --name nowhere"])
    result.stdout.no_fnmatch_line("*passed*")


def test_unreachable_target_is_an_error(project: pytest.Pytester) -> None:
    """A target without an interpreter is no failure of a test."""
    project.makepyfile(PASSING)

    result = project.runpytest_subprocess(HOLDS, "--envprobe-target=local:///nowhere/python3")

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: envprobe: *"])


def test_marker_names_its_own_baseline(project: pytest.Pytester) -> None:
    """A test that names a baseline is judged by that one, and the run with it."""
    project.makepyfile(f"import pytest\n@pytest.mark.reproducible(baseline='fails')\n{FAILING}\n")

    result = project.runpytest_subprocess(HOLDS)

    result.stdout.fnmatch_lines(
        ["environment differs: python.version*", "REPRODUCES*", "*against holds*", "DIFFERS*", "*against fails*"]
    )


def test_marker_with_an_unknown_baseline_is_an_error(project: pytest.Pytester) -> None:
    """Passing tests do not hide that their baseline is missing."""
    project.makepyfile(f"import pytest\n@pytest.mark.reproducible(baseline='nowhere')\n{PASSING}\n")

    result = project.runpytest_subprocess(HOLDS)

    result.assert_outcomes(passed=1)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stdout.fnmatch_lines(["ERROR: nowhere: envprobe: *no baseline named 'nowhere'"])


def test_junit_names_the_fingerprint(project: pytest.Pytester) -> None:
    """A JUnit report says which environment it speaks of, and what became of its check."""
    project.makepyfile(FAILING)

    project.runpytest_subprocess(FAILS, "--junitxml=report.xml")

    suite = ElementTree.parse(project.path / "report.xml")
    properties = {one.get("name"): one.get("value") for one in suite.iter("property")}
    assert properties["envprobe.fingerprint"].startswith("sha256:")
    assert properties["envprobe.verdict"] == "differs"
    assert "environment differs: python.version" in suite.find(".//failure").text


def test_looking_at_tests_probes_nothing(project: pytest.Pytester) -> None:
    """--collect-only runs no test, so it needs no environment."""
    project.makepyfile(PASSING)

    result = project.runpytest_subprocess("--envprobe-baseline=nowhere", "--collect-only")

    assert result.ret == pytest.ExitCode.OK
