"""The report as SARIF 2.1.0."""

from __future__ import annotations

from datetime import date

import msgspec
import pytest

from envprobe.assess import assess
from envprobe.fingerprint import Fingerprint
from envprobe.policy import DEFAULT, SECTIONS
from envprobe.render import FORMATS, Style
from envprobe.render.sarif import IDENTITY, SHOWN_RESULTS, SUBJECTS, render
from envprobe.report import Location, PolicySource, Report
from tests.golden.report import REPORTS
from tests.support.published import read_sarif
from tests.support.sample import fingerprint

LOCATION = Location("baselines/tf 2.9.json", {"packages": 30, "packages.numpy.version": 41})


def _report(observed: Fingerprint, expected: Fingerprint | None = None) -> Report:
    return assess(expected or fingerprint(), observed, policy=DEFAULT, today=date(2026, 1, 1))


@pytest.mark.parametrize("name", REPORTS)
@pytest.mark.parametrize("verbosity", [-1, 0, 1])
def test_every_report_fits_the_schema(name: str, verbosity: int) -> None:
    """The published schema has nothing against any report, with and without the place of the baseline."""
    read_sarif(render(REPORTS[name], Style(verbosity=verbosity)))
    read_sarif(render(msgspec.structs.replace(REPORTS[name], location=LOCATION), Style(verbosity=verbosity)))


def test_a_result_says_where_and_how_much() -> None:
    """A difference is an error at the line of the baseline that it contradicts, under the rule of its section."""
    run = read_sarif(render(msgspec.structs.replace(REPORTS["differs"], location=LOCATION), Style()))["runs"][0]
    (result,) = run["results"]
    assert (result["ruleId"], result["level"]) == ("packages", "error")
    assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == "packages"
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"] == {"uri": "baselines/tf%202.9.json", "uriBaseId": "%SRCROOT%"}
    assert place["region"] == {"startLine": 41}
    assert result["message"]["text"].startswith("packages.numpy.version: 1.22.4 != 1.23.5 (upgraded)\nwhy: ")


def test_levels_are_the_weight_in_this_report() -> None:
    """A warning is a warning, and an error where --strict lets it fail; a note is a note, and only told with -v."""
    levels = [
        [result["level"] for result in read_sarif(render(REPORTS[name], Style(verbosity=verbosity)))["runs"][0]["results"]]
        for name, verbosity in (("warns", 0), ("strict", 0), ("warns", 1))
    ]
    assert levels == [["warning", "warning"], ["error"], ["warning", "warning", "note"]]


def test_the_same_finding_keeps_its_fingerprint() -> None:
    """Another value of the same fact is the same finding, and another fact is another: code scanning tracks alerts by that."""
    versions = [_report(fingerprint({"packages.numpy.version": version})) for version in ("1.23.5", "1.24.0")]
    other = _report(fingerprint({"packages.six.version": "2.0.0"}))
    first, second, third = (
        read_sarif(render(report, Style()))["runs"][0]["results"][0]["partialFingerprints"][IDENTITY]
        for report in (*versions, other)
    )
    assert first == second != third


def test_a_waiver_is_a_suppression() -> None:
    """What somebody decided to live with is told as suppressed, with the reason, the owner and the end."""
    results = read_sarif(render(REPORTS["waivers"], Style(verbosity=1)))["runs"][0]["results"]
    (numpy,) = [result for result in results if "packages.numpy.version" in result["message"]["text"]]
    assert numpy["suppressions"][0]["justification"] == "1.23 only changed typing (ana, until 2026-06-30)"


def test_what_kept_envprobe_from_telling_is_a_notification() -> None:
    """A run that could not tell was no successful execution, with and without a report."""
    undetermined = read_sarif(render(REPORTS["undetermined"], Style()))["runs"][0]
    trouble = read_sarif(FORMATS["sarif"].trouble("no\x1b container", "start it"))["runs"][0]
    for run in (undetermined, trouble):
        assert run["invocations"][0]["executionSuccessful"] is False
    assert trouble["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"] == "no\\x1b container\nstart it"


def test_a_flood_is_cut_to_what_code_scanning_keeps() -> None:
    """The severest results stay, and how many are left out is said."""
    flood = _report(
        fingerprint({f"system.x{number}": number for number in range(SHOWN_RESULTS)} | {"packages.numpy.version": "9"})
    )
    run = read_sarif(render(flood, Style()))["runs"][0]
    assert len(run["results"]) == SHOWN_RESULTS
    assert run["results"][0]["ruleId"] == "packages"
    assert "1 more results left out" in run["invocations"][0]["toolExecutionNotifications"][-1]["message"]["text"]


def test_text_of_a_target_is_no_link() -> None:
    """A value that spells a link is shown and not followed."""
    report = _report(fingerprint({"environment.LANG": "[click](https://x.invalid)"}))
    assert "[click\\](https" in read_sarif(render(report, Style()))["runs"][0]["results"][0]["message"]["text"]
    report = _report(fingerprint({"environment.LANG": r"[click\](https://x.invalid)"}))
    assert r"[click\\\](https" in read_sarif(render(report, Style()))["runs"][0]["results"][0]["message"]["text"]


def test_the_source_of_the_policy_is_told() -> None:
    """A report by the rules of a revision names it and its commit."""
    report = msgspec.structs.replace(REPORTS["differs"], policy_from=PolicySource("origin/main", "a" * 40))
    told = read_sarif(render(report, Style()))["runs"][0]["properties"]
    assert told["policyFrom"] == {"revision": "origin/main", "commit": "a" * 40}
    assert "policy and baseline from origin/main (aaaaaaaaaaaa)" in told["provenance"]


def test_every_section_has_a_subject() -> None:
    """A rule is described for each section that a policy knows."""
    assert set(SECTIONS) <= set(SUBJECTS)
