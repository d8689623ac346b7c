"""What CI systems read, of environments that mean harm: always well-formed, and never more than was meant."""

from __future__ import annotations

import re
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from envprobe.render import FORMATS, Style
from envprobe.render.github import command
from envprobe.report import Report, Verdict
from tests.property.test_render import few, reports
from tests.support.published import read_junit, read_sarif

COMMAND = re.compile(r"::(error|warning|notice) ([a-z]+=[^:,\r\n]*,?)*::[^\r\n]*")
UNSAFE = ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")

verbosities = st.sampled_from([-1, 0, 1])
anything = st.text(st.characters(), max_size=40)
"""Lone surrogates, control characters and what is no character included."""


def _is_safe(text: str) -> bool:
    return not any(unicodedata.category(letter) in UNSAFE for letter in text if letter != "\n")


@few
@given(reports(), verbosities)
def test_junit_is_well_formed_and_tells_the_verdict(report: Report, verbosity: int) -> None:
    """Any report fits Jenkins' schema; it has a failure or an error just where the verdict is not `reproduces`."""
    text = FORMATS["junit"](report, Style(verbosity=verbosity))
    root = read_junit(text)
    assert _is_safe(text)
    is_bad = int(root.get("failures")) + int(root.get("errors")) > 0
    assert is_bad is (report.verdict is not Verdict.REPRODUCES)
    assert int(root.get("failures")) == 0 or report.verdict is Verdict.DIFFERS


@few
@given(reports(), verbosities)
def test_sarif_fits_its_schema_and_tells_the_verdict(report: Report, verbosity: int) -> None:
    """Any report fits the published schema; an error is among its results or notifications just where it does not reproduce."""
    text = FORMATS["sarif"](report, Style(verbosity=verbosity))
    run = read_sarif(text)["runs"][0]
    assert _is_safe(text)
    told = [*run["results"], *run["invocations"][0].get("toolExecutionNotifications", [])]
    assert any(one["level"] == "error" for one in told) is (report.verdict is not Verdict.REPRODUCES)
    assert len({one["partialFingerprints"]["envprobe/v1"] for one in run["results"]}) == len(run["results"])


@few
@given(reports(), verbosities)
def test_every_line_of_the_log_is_a_command_of_ours(report: Report, verbosity: int) -> None:
    """After the verdict every line is one well-formed annotation, at most ten of a kind, whatever a target says."""
    text = FORMATS["github"](report, Style(verbosity=verbosity))
    first, *rest = text.splitlines()
    assert first.startswith(report.verdict.value.upper() + "  ")
    assert "::" not in first
    assert "##[" not in first
    assert _is_safe(text)
    assert all(COMMAND.fullmatch(line) for line in rest)
    kinds = [line.partition(" ")[0] for line in rest]
    assert all(kinds.count(kind) <= 10 for kind in kinds)
    assert ("::error" in kinds) is (report.verdict is not Verdict.REPRODUCES)


@given(anything, anything)
def test_a_command_holds_what_it_was_given(message: str, title: str) -> None:
    """A workflow command is one line, and the runner reads from it just the message and the title that were put in."""
    line = command("error", message, title=title)
    assert not re.search("[\r\n]", line)
    properties, _, data = line.removeprefix("::error ").partition("::")
    assert _unescaped(data) == message
    assert _unescaped(properties.removeprefix("title=")) == title


def _unescaped(text: str) -> str:
    """Read as the runner does: the percent sign last."""
    for reference, letter in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        text = text.replace(reference, letter)
    return text


@given(anything, anything)
def test_trouble_is_well_formed_whatever_it_says(message: str, hint: str) -> None:
    """An error message may quote anything that a target said."""
    assert read_junit(FORMATS["junit"].trouble(message, hint)).get("errors") == "1"
    assert read_sarif(FORMATS["sarif"].trouble(message, hint))["runs"][0]["results"] == []
    assert COMMAND.fullmatch(FORMATS["github"].trouble(message, hint).removesuffix("\n"))
    assert all(_is_safe(form.trouble(message, hint)) for form in FORMATS.values() if form.tells_trouble)
