"""What a comparison found, and the verdict."""

from __future__ import annotations

from typing import Any

import pytest

from envprobe.claim import Claim, ClaimResult, ClaimVerdict
from envprobe.fact import ABSENT, Known
from envprobe.policy import Severity
from envprobe.report import Difference, Kind, Report, UnknownFact, Verdict

LEVELS = [Severity.FAIL, Severity.WARN, Severity.NOTE]


def _difference(path: str, severity: Severity, because: str | None = None) -> Difference:
    return Difference(path=path, kind=Kind.ADDED, severity=severity, expected=ABSENT, observed=Known("1"), because=because)


def _report(differences: list[Difference], unknown: list[Severity] | None = None, **given: Any) -> Report:
    gaps = [UnknownFact(path=f"g{index}", reason="x", severity=severity) for index, severity in enumerate(unknown or [])]
    return Report(
        **{
            "expected_name": "e",
            "expected_id": "1",
            "observed_name": "o",
            "observed_id": "2",
            "compared": 9,
            "differences": differences,
            "unknown": gaps,
            **given,
        }
    )


@pytest.mark.parametrize(
    ("differing", "unknown", "strict", "verdict"),
    [
        ([], [], False, Verdict.REPRODUCES),
        ([Severity.WARN, Severity.NOTE], [Severity.WARN], False, Verdict.REPRODUCES),
        ([Severity.FAIL], [], False, Verdict.DIFFERS),
        ([Severity.FAIL], [Severity.FAIL], False, Verdict.DIFFERS),
        ([Severity.WARN], [Severity.FAIL], False, Verdict.UNDETERMINED),
        ([Severity.WARN], [], True, Verdict.DIFFERS),
        ([], [Severity.WARN], True, Verdict.UNDETERMINED),
        ([Severity.NOTE], [Severity.NOTE], True, Verdict.REPRODUCES),
    ],
)
def test_verdicts(differing: list[Severity], unknown: list[Severity], strict: bool, verdict: Verdict) -> None:
    """A gated difference differs; without one a gated unknown is undetermined; strict gates warnings too."""
    assert _report([_difference(f"d{n}", level) for n, level in enumerate(differing)], unknown, strict=strict).verdict is verdict


@pytest.mark.parametrize(
    ("claimed", "differing", "verdict"),
    [
        (["holds"], [], Verdict.REPRODUCES),
        (["holds"], [Severity.FAIL], Verdict.DIFFERS),
        (["holds", "undecided"], [], Verdict.UNDETERMINED),
        (["undecided"], [Severity.FAIL], Verdict.DIFFERS),
        (["undecided", "refuted", "holds"], [], Verdict.DIFFERS),
    ],
)
def test_a_claim_beside_the_environment(claimed: list[str], differing: list[Severity], verdict: Verdict) -> None:
    """A refuted claim differs, an undecided one is undetermined, and one that holds leaves the environment's verdict."""
    claims = [ClaimResult(claim=Claim("m:a", ">=", 0.1), verdict=ClaimVerdict(word)) for word in claimed]
    report = _report([_difference(f"d{n}", level) for n, level in enumerate(differing)], claims=claims)
    assert report.verdict is verdict
    assert report.environment_verdict is (Verdict.DIFFERS if differing else Verdict.REPRODUCES)


def test_nothing_compared() -> None:
    """A report that compared nothing does not say that anything reproduces."""
    assert _report([], compared=0).verdict is Verdict.UNDETERMINED
    assert _report([_difference("a", Severity.FAIL)], compared=0).verdict is Verdict.DIFFERS


def test_roots_and_what_follows() -> None:
    """A root weighs as much as the severest of what follows from it."""
    report = _report(
        [
            _difference("a", Severity.NOTE),
            _difference("b", Severity.FAIL, "a"),
            _difference("c", Severity.WARN, "a"),
            _difference("d", Severity.WARN),
        ]
    )
    assert [root.path for root in report.roots] == ["a", "d"]
    assert [item.path for item in report.consequences("a")] == ["b", "c"]
    assert report.consequences("d") == report.consequences("nothing") == []
    assert [report.weight(root) for root in report.roots] == [Severity.FAIL, Severity.WARN]
