"""What an audit has found in all that it looked at."""

from __future__ import annotations

import enum

import msgspec

from .model import AuditFinding
from .settings import AuditWaiver


class AuditVerdict(enum.Enum):
    """What an audit comes to."""

    CLEAN = "clean"
    FINDINGS = "findings"
    UNDETERMINED = "undetermined"
    """Something could not be read, so nobody can tell."""


AUDIT_STATUS = {AuditVerdict.CLEAN: 0, AuditVerdict.FINDINGS: 1, AuditVerdict.UNDETERMINED: 2}
LEVELS = ("fail", "warn", "note")
"""The severest first."""


class UnreadFile(msgspec.Struct, frozen=True):
    """Something that was to be audited and could not be read."""

    file: str
    reason: str


class WaivedFinding(msgspec.Struct, frozen=True):
    """A finding that somebody has decided to live with."""

    finding: AuditFinding
    waiver: AuditWaiver


class AuditReport(msgspec.Struct, frozen=True, kw_only=True):
    """The findings of an audit, the severest first."""

    findings: tuple[AuditFinding, ...] = ()
    files: tuple[str, ...] = ()
    """What was audited."""
    unread: tuple[UnreadFile, ...] = ()
    waived: tuple[WaivedFinding, ...] = ()
    stale_waivers: tuple[str, ...] = ()
    """Expired ones, and those that waive nothing."""
    strict: bool = False
    """Whether a note counts too."""

    @property
    def verdict(self) -> AuditVerdict:
        """Return `undetermined` where something could not be read, `findings` where one counts, else `clean`."""
        if self.unread or not self.files:
            return AuditVerdict.UNDETERMINED
        counting = LEVELS if self.strict else LEVELS[:2]
        return AuditVerdict.FINDINGS if any(one.severity in counting for one in self.findings) else AuditVerdict.CLEAN

    def count(self, severity: str) -> int:
        """Return how many findings have a severity."""
        return sum(one.severity == severity for one in self.findings)
