"""The corpus of `doctor`: tests/data/audit/CASE/{bad,good}, files as people write them with planted faults, and their fixed twins.

`expected.txt` has a fault a row, `LINE RULE`, of a file other than the case's first `FILE:LINE RULE`. What stands in a
`command.txt` is a command line, which has no lines.
"""

from __future__ import annotations

from pathlib import Path

from envprobe.audit.model import AuditFinding
from envprobe.audit.report import AuditReport
from envprobe.audit.settings import AuditSettings
from envprobe.command.audit import doctor

CORPUS = Path(__file__).parents[1] / "data" / "audit"
CASES = sorted(CORPUS.iterdir())
COMMAND = "command.txt"


def files(side: Path) -> list[Path]:
    """Return what lies in `bad` or `good`, what the case is about first."""
    found = sorted(path for path in side.rglob("*") if path.is_file())
    return sorted(found, key=lambda path: path.name not in (COMMAND, "compose.yaml"))


def audited(side: Path) -> AuditReport:
    """Return what doctor says of `bad` or `good`, with its own settings."""
    first = files(side)[0]
    target = first.read_text("utf-8").strip() if first.name == COMMAND else side
    return doctor([target], settings=AuditSettings())


def place(finding: AuditFinding, side: Path) -> str:
    """Return where a finding stands, as `expected.txt` spells it."""
    names = [str(path) for path in files(side)]
    line = str(finding.line or 1)
    return line if finding.file in (None, names[0]) else f"{Path(finding.file or '').relative_to(side)}:{line}"


def expected(case: Path) -> set[tuple[str, str]]:
    """Return the places and rules of the planted faults."""
    rows = (case / "expected.txt").read_text("utf-8").splitlines()
    return {(at, rule) for at, rule in (row.split() for row in rows)}
