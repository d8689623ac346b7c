"""Files as people write them, each with what is wrong with it, and its fixed twin: tests/data/audit/CASE/{bad,good}."""

from __future__ import annotations

from pathlib import Path

import pytest

from envprobe.audit.settings import AuditSettings
from envprobe.command.audit import doctor

CORPUS = Path(__file__).parents[2] / "data" / "audit"
CASES = sorted(CORPUS.iterdir())
NO_SETTINGS = AuditSettings()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_planted_fault_is_found_at_its_line(case: Path) -> None:
    """All that a careful reviewer would insist on is said, where it stands, and nothing else is above a note."""
    report = doctor([case / "bad"], settings=NO_SETTINGS)
    expected = {tuple(row.split()) for row in (case / "expected.txt").read_text("utf-8").splitlines()}
    found = {(str(one.line), one.rule): one.severity for one in report.findings}
    assert report.unread == ()
    assert expected - found.keys() == set()
    assert {place for place, severity in found.items() if severity != "note"} - expected == set()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_fixed_twin_has_nothing_above_a_note(case: Path) -> None:
    """Who has done what was asked for is left in peace."""
    report = doctor([case / "good"], settings=NO_SETTINGS)
    assert report.unread == () and len(report.files) == 1
    assert [(one.line, one.rule, one.evidence) for one in report.findings if one.severity != "note"] == []


def test_the_corpus_has_every_family_that_can_fail() -> None:
    """A rule without a planted fault would be a rule that nobody has seen work."""
    from envprobe.audit.rules import RULES

    told = {row.split()[1] for case in CASES for row in (case / "expected.txt").read_text("utf-8").splitlines()}
    silent = {row.family for row in RULES if not any(rule == row.family or rule.startswith(f"{row.family}.") for rule in told)}
    assert silent == {"limits", "cache", "healthcheck"}  # they are notes, always
    assert len([*CORPUS.glob("*/*/*")]) >= 80
