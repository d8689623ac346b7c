"""A file with the findings fixed that envprobe can fix without guessing."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable

from .examine import CONTINUED, edited
from .model import AuditFinding


def fixed(text: str, findings: Iterable[AuditFinding]) -> tuple[str, int]:
    """Return a file's text with every known edit in place, and how many there were; what cannot be known stays as it is."""
    lines = re.split(r"(?<=\n)", text)
    gone: set[int] = set()
    count = 0
    for finding in findings:
        index = (finding.line or 0) - 1
        if finding.edit is None or not 0 <= index < len(lines) or index in gone:
            continue
        if finding.edit.new is None:
            gone.add(index)
            count += 1
        elif finding.edit.old in lines[index]:
            lines[index] = edited(lines[index], finding.edit)
            count += 1
            if lines[index].strip() == CONTINUED:
                gone.add(index)
    return "".join(row for index, row in enumerate(lines) if index not in gone), count


def difference(name: str, before: str, after: str) -> str:
    """Return a unified diff, as `diff -u` writes it."""
    rows = difflib.unified_diff(before.splitlines(keepends=True), after.splitlines(keepends=True), name, f"{name}.fixed")
    return "".join(row if row.endswith("\n") else row + "\n\\ No newline at end of file\n" for row in rows)
