"""Why a difference matters, and the table of what helps."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase

import pytest

from envprobe.assess.advice import BUILDERS, TEXTS, fix_for, why_of
from envprobe.assess.advice_table import ROWS
from envprobe.assess.change import classify
from envprobe.assess.fix import Case
from envprobe.assess.sides import BothSides
from envprobe.default_rules import RULES
from envprobe.fact import ABSENT, Fact, Known
from envprobe.policy import Severity
from envprobe.report import Difference, Kind
from envprobe.targets.prompt import Prompt
from tests.support.sample import fingerprint

WORDS = {"key", "expected", "observed", "variable", *BUILDERS, *TEXTS}


def _advise(path: str, expected: Fact, observed: Fact) -> tuple[str, str]:
    """Return why a difference matters, and what helps against it on this machine."""
    change = classify(path, expected, observed)
    difference = Difference(path=path, kind=change.kind, severity=Severity.FAIL, expected=expected, observed=observed)
    case = Case(difference, BothSides(fingerprint(), fingerprint()), Prompt(scheme="local"), {})
    return why_of(change), fix_for(case).text


@pytest.mark.parametrize("path", sorted({rule.partition("@")[0] for rule in RULES}))
def test_everything_that_fails_or_warns_says_why(path: str) -> None:
    """No failure and no warning is left without a reason."""
    severities = {severity for rule, severity in RULES.items() if rule.partition("@")[0] == path}
    section = path.partition(".")[0]
    if severities & {"fail", "warn"} and section not in ("outputs", "trace"):
        concrete = path.replace("*", "x")
        assert _advise(concrete, Known("1"), Known("2"))[0]


def test_what_is_gone_is_not_called_extra() -> None:
    """Where the baseline had the fault and this environment has not, nobody is told to remove it here."""
    for path in ("packages.six.shadowed", "packages.six.shadowed_by", "packages.six.broken", "unlisted.six", "modules.utils"):
        why, fix = _advise(path, Known(["x"]), ABSENT)
        assert "baseline" in why
        assert fix == ""


@pytest.mark.parametrize("fact", ["code", "data", "files", "place", "installer", "record", "url", "invented"])
@pytest.mark.parametrize("expected", [Known("sha256:0123"), ABSENT])
def test_only_a_version_is_a_version_to_install(fact: str, expected: Fact) -> None:
    """Whatever else is recorded of a package, now or later, is never put where its version belongs."""
    why, fix = _advise(f"packages.six.{fact}", expected, Known("sha256:4567"))
    assert why
    assert "sha256" not in fix and "==" not in fix.replace("six==1.16.0", "")
    assert fact not in ("code", "data") or "project folder" in fix


def test_what_nobody_wrote_about() -> None:
    """A path without a row has neither a reason nor anything that helps."""
    assert _advise("invented.fact", Known("1"), Known("2")) == ("", "")


def test_every_row_can_speak() -> None:
    """No row stands behind one that takes all its paths, and every word in braces is one that is filled in."""
    for index, (glob, why, fix) in enumerate(ROWS):
        path, _, kind = glob.partition("@")
        assert {*re.findall(r"\{(\w+)\}", why + fix)} <= WORDS
        assert kind in ("", *(item.value for item in Kind))
        earlier = [row[0] for row in ROWS[:index] if "@" not in row[0]]
        assert not any(fnmatchcase(path.replace("*", "\0"), other) for other in earlier), glob


def test_no_row_leaves_a_place_to_fill() -> None:
    """What a reader is told to type has no TARGET and no NAME in it."""
    assert not any(re.search(r"\b(TARGET|NAME|RUN|FILE)\b", fix) for _, _, fix in ROWS)


def test_every_builder_is_used() -> None:
    """Nothing is built that no row asks for."""
    used = {name for _, _, fix in ROWS for name in re.findall(r"\{(\w+)\}", fix)}
    assert {*BUILDERS, *TEXTS} <= used
