"""Files as people write them, each with what is wrong with it, and its fixed twin: tests/data/audit/CASE/{bad,good}."""

from __future__ import annotations

import shutil
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from envprobe.audit.fixing import fixed
from tests.support.audit_corpus import CASES, COMMAND, CORPUS, audited, expected, files, place

ALWAYS_NOTES = {"shm", "limits", "cache", "healthcheck"}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_planted_fault_is_found_at_its_line(case: Path) -> None:
    """All that a careful reviewer would insist on is said, where it stands, and nothing else is above a note."""
    report = audited(case / "bad")
    found = {(place(one, case / "bad"), one.rule): one.severity for one in report.findings}
    assert report.unread == ()
    assert expected(case) - found.keys() == set()
    assert {at for at, severity in found.items() if severity != "note"} - expected(case) == set()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_fixed_twin_has_nothing_above_a_note(case: Path) -> None:
    """Who has done what was asked for is left in peace; a note that was planted is gone too."""
    report = audited(case / "good")
    assert report.unread == () and report.files
    assert [(one.line, one.rule, one.evidence) for one in report.findings if one.severity != "note"] == []
    planted = {rule for _, rule in expected(case)} & ALWAYS_NOTES
    assert planted & {one.rule for one in report.findings} == set()


def test_the_corpus_has_every_family_that_can_fail() -> None:
    """A rule without a planted fault would be a rule that nobody has seen work."""
    from envprobe.audit.rules import RULES

    told = {rule for case in CASES for _, rule in expected(case)}
    silent = {row.family for row in RULES if not any(rule == row.family or rule.startswith(f"{row.family}.") for rule in told)}
    assert silent == set()
    assert len([*CORPUS.glob("*/*/*")]) >= 160


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_fixed_file_is_whole_and_has_its_faults_no_more(case: Path, tmp_path: Path) -> None:
    """What `--fix` writes is read by its own parser, has nothing of what it fixed and nothing new, and nothing is left to fix."""
    side = tmp_path / "bad"
    shutil.copytree(case / "bad", side)
    if (side / COMMAND).exists():
        assert not any(one.file for one in audited(side).findings)  # there is no file to be fixed
        return
    before = audited(side).findings
    for path in files(side):
        mine = [one for one in before if one.file == str(path)]
        after, count = fixed(path.read_text("utf-8"), mine)
        assert count == len({(one.line, one.edit) for one in mine if one.edit is not None})
        path.write_text(after, "utf-8")
        if path.suffix in (".sh", ".bash"):
            assert subprocess.run(["bash", "-n", path], capture_output=True).stderr == b""
    again = audited(side)
    assert again.unread == ()
    left = Counter((one.file, one.rule) for one in again.findings)
    assert left - Counter((one.file, one.rule) for one in before if one.edit is None) == Counter()
    assert [one for one in again.findings if one.edit is not None] == []
