"""What `verify` found out about one report."""

from __future__ import annotations

from enum import Enum

import msgspec

from ..records.record import Record
from ..report import EXIT_STATUS, Report
from ..signing import VerifiedSignature


class Status(Enum):
    """Is the record in the report the one that was attached?"""

    INTACT = "intact"
    ALTERED = "altered"
    """A visible text, the record or an output is not what was attached or signed."""
    MISSING = "missing"
    """The report carries no record."""
    REFUSED = "refused"
    """The record cannot be read, or nobody who is trusted has signed it."""


STATUS_EXIT = {Status.INTACT: 0, Status.ALTERED: 1, Status.MISSING: 2, Status.REFUSED: 2}


class AlteredPart(Enum):
    """What of a report was altered."""

    REPORT = "report"
    """What it shows of the record, or the record."""
    OUTPUTS = "outputs"
    """Files beside it; the report itself is as it was attached."""
    SIGNATURE = "signature"
    """A trusted signer signed another record."""


class Verification(msgspec.Struct, frozen=True, kw_only=True):
    """The result for one report."""

    report: str
    status: Status
    reasons: list[str] = []
    """Why it is not intact: all that was found, one sentence each."""
    hint: str = ""
    """What to do about it."""
    altered: list[AlteredPart] = []
    """What was altered; empty unless the status is that."""
    notes: list[str] = []
    """What was not checked, or could not be."""
    record: Record | None = None
    """What the report carries; None where it could not be read."""
    signers: list[VerifiedSignature] = []
    """Who signed it, of those who are trusted."""
    checked_outputs: int = 0
    """How many files beside the report have their recorded digest."""
    comparison: Report | None = None
    """The record's environment against a baseline; None where none was asked for, or where the record is not intact."""

    @property
    def exit_status(self) -> int:
        """0 intact, and reproduces the baseline where one was given; 1 altered or differs; 2 could not tell."""
        if self.status is Status.INTACT and self.comparison is not None:
            return EXIT_STATUS[self.comparison.verdict]
        return STATUS_EXIT[self.status]
