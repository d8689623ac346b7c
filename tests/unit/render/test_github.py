"""The report as a log of GitHub Actions."""

from __future__ import annotations

from datetime import date

import msgspec
import pytest

from envprobe.assess import assess
from envprobe.fingerprint import Fingerprint
from envprobe.policy import DEFAULT
from envprobe.render import FORMATS, Style
from envprobe.render.github import SHOWN, command, render
from envprobe.report import Location, Report
from tests.golden.report import REPORTS
from tests.support.sample import fingerprint


def _report(observed: Fingerprint, expected: Fingerprint | None = None) -> Report:
    return assess(expected or fingerprint(), observed, policy=DEFAULT, today=date(2026, 1, 1))


def test_a_difference_is_an_annotation_beside_its_line() -> None:
    """An error names the file and the line of the baseline; the first line of the log is the verdict."""
    report = msgspec.structs.replace(REPORTS["differs"], location=Location("baselines/tf,1.json", {"packages.numpy.version": 41}))
    verdict, annotation = render(report, Style()).splitlines()
    assert verdict == "DIFFERS  1 failure"
    properties, _, message = annotation.removeprefix("::error ").partition("::")
    assert properties == "title=envprobe%3A packages.numpy.version,file=baselines/tf%2C1.json,line=41"
    assert message.startswith("packages.numpy.version: 1.22.4 != 1.23.5 (upgraded)%0Awhy: ")


@pytest.mark.parametrize(
    ("name", "kinds"),
    [("warns", ["warning", "warning"]), ("strict", ["error"]), ("undetermined", ["error"]), ("reproduces", [])],
)
def test_kinds_are_the_weight_in_this_report(name: str, kinds: list[str]) -> None:
    """A warning warns, and is an error with --strict; what could not be told and decides is an error; no news is no annotation."""
    lines = render(REPORTS[name], Style()).splitlines()[1:]
    assert [line[2:].partition(" ")[0] for line in lines] == kinds


def test_what_exceeds_the_limit_is_counted() -> None:
    """GitHub shows ten annotations of a kind and drops the rest silently, so the tenth says how many there are beyond."""
    lines = render(_report(fingerprint({f"system.x{number}": number for number in range(30)})), Style()).splitlines()[1:]
    assert len(lines) == SHOWN
    assert lines[-1].endswith("and 21 more: see the step's summary, or envprobe check")


@pytest.mark.parametrize(
    "value",
    ["x\n::set-output name=verdict::reproduces", "\r::add-mask::a", "%0A::error::x", "##[add-path]/tmp", "::stop-commands::t"],
)
def test_a_value_is_no_command(value: str) -> None:
    """A value stays inside of the message of our command: it begins no line, and its percent signs are no escapes."""
    lines = render(_report(fingerprint({"environment.LANG": value, f"environment.{value}": "1"})), Style()).splitlines()
    assert lines[0] == "REPRODUCES  no failures, 2 warnings"
    assert all(line.startswith("::warning title=envprobe%3A environment.") for line in lines[1:])
    assert "%0A::" not in "".join(lines[1:])


def test_properties_that_are_empty_are_left_out() -> None:
    """A command without a file has no file."""
    assert command("notice", "a%b\r\nc", title="x:y,z", file="") == "::notice title=x%3Ay%2Cz::a%25b%0D%0Ac"


def test_nothing_compared_is_an_error() -> None:
    """A check that compared nothing is annotated, though it has nothing to list."""
    empty = _report(fingerprint(), msgspec.structs.replace(fingerprint(), sections={}))
    report = msgspec.structs.replace(empty, differences=[], unknown=[], compared=0)
    assert render(report, Style()).splitlines()[1] == "::error title=envprobe::nothing was compared"


def test_trouble_is_an_error() -> None:
    """What kept envprobe from telling is one annotation with the message and what to do next."""
    assert (
        FORMATS["github"].trouble("no\x1b such\n::x", "start it")
        == "::error title=envprobe could not tell::no\\x1b such%0A::x%0Astart it\n"
    )
