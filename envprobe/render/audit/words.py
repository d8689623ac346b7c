"""What all formats say of an audit in the same words."""

from __future__ import annotations

from ...audit.model import AuditFinding
from ...audit.report import AuditReport
from ...spelling import line, some


def headline(report: AuditReport) -> str:
    """Return the sentence that says what an audit comes to: `2 failures, 1 warning, 3 notes in 4 files`."""
    if not report.files and not report.unread:
        return "nothing here starts an environment: no Dockerfile, Compose file, script, manifest"
    counts = [
        some(report.count("fail"), "failure"),
        some(report.count("warn"), "warning"),
        some(report.count("note"), "note"),
        f"{len(report.waived)} waived" if report.waived else "",
        f"{some(len(report.unread), 'file')} not read" if report.unread else "",
    ]
    said = ", ".join(filter(None, counts)) or "nothing found"
    return f"{said} in {some(len(report.files), 'file')}" if report.files else said


def place(finding: AuditFinding) -> str:
    """Return `FILE:LINE`, as editors and terminals open it."""
    where = line(finding.file or "command line")
    return f"{where}:{finding.line}" if finding.line else where


def sentence(finding: AuditFinding) -> str:
    """Return a finding in one line: the evidence, why it matters, and what to write."""
    return f"{line(finding.evidence, 300)}: {line(finding.why, 300)}. Fix: {line(finding.fix, 300)}"
