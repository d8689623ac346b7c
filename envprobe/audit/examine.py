"""What the rules have against a file, sorted, each once, without a secret in it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from ..redaction import redact
from .model import STRIDE, AuditedFile, AuditFinding, Edit
from .report import LEVELS
from .rules import RULES

LONGEST = 300
CONTINUED = "\\"
"""All that is left of a line whose only option is taken out."""


def examine(file: AuditedFile) -> list[AuditFinding]:
    """Return the findings of all rules in a file, each with the name and line of the file of its project that it stands in."""
    found: dict[tuple[str, str | None, int | None, str], AuditFinding] = {}
    for row in RULES:
        for finding in row.find(file):
            whole = _placed(finding, file)
            found.setdefault((whole.rule, whole.file, whole.line, whole.evidence), whole)
    return sorted(found.values(), key=lambda one: (one.file or "", one.line or 0, LEVELS.index(one.severity), one.rule))


def _placed(finding: AuditFinding, file: AuditedFile) -> AuditFinding:
    name, lines, line = file.name, file.lines, finding.line
    if line is not None and line > STRIDE:
        source = file.sources[line // STRIDE]
        name, lines, line = source.name, source.lines, line % STRIDE
    text = lines[line - 1] if line and line <= len(lines) else ""
    edit = _applicable(finding.edit, text)
    fixed_line = edited(text, edit).strip() if edit is not None else ""
    return msgspec.structs.replace(
        finding,
        file=name,
        line=line if lines else None,
        evidence=_clean(finding.evidence),
        fix=_clean(finding.fix if fixed_line in ("", CONTINUED) else fixed_line),
        edit=edit,
    )


def _clean(text: str) -> str:
    text = redact(" ".join(text.split()))
    return text if len(text) <= LONGEST else text[:LONGEST] + "…"


def _applicable(edit: Edit | None, text: str) -> Edit | None:
    """Return an edit whose old words stand in the line, as they are spelled there; None where they do not."""
    return next((one for one in _spellings(edit) if one.old in text), None) if edit is not None else None


def _spellings(edit: Edit) -> Iterator[Edit]:
    """Yield an edit, and with quotes in other places: `token=''`, `'--token='`, `"--token", ""`."""
    yield edit
    if edit.new == "":
        bare = re.sub("=''$|=\"\"$", "", edit.old.strip())
        for spelled in (f"{bare}=''", f'{bare}=""', f"{bare}=", bare):
            yield from (Edit(f", {quote}{spelled}{quote}") for quote in "\"'")
            yield from (Edit(f" {quote}{spelled}{quote}") for quote in "\"'")
            yield Edit(f" {spelled}")


def edited(text: str, edit: Edit) -> str:
    """Return a line with an edit in place; one whose line goes, empty."""
    return "" if edit.new is None else text.replace(edit.old, edit.new, 1)
