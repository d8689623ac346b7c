"""A record as one report carries it: what a reader sees of it, and the packed record that `verify` reads."""

from __future__ import annotations

import msgspec

from ..error import DocumentError
from ..records.packing import pack
from ..records.record import Record, SignedRecord

TITLE = "envprobe record"
HINT = "envprobe verify"
METRIC, VALUE = "recorded metric", "value"
WIDTH = 76
REMOVE = "remove the damaged block by hand, then attach again"


class Carried(msgspec.Struct, frozen=True, kw_only=True):
    """One record in one report. As found: any of it may have been edited."""

    line: str
    """The line that stands for the record; empty where there is none."""
    metrics: list[tuple[str, str]]
    """Name and value of each metric that is shown."""
    packed: str
    """The record as base64, without line breaks."""
    edited: bool = False
    """Whether something else is there than envprobe writes around these texts."""

    def packed_lines(self) -> list[str]:
        """The packed record in lines that an editor and a diff can take."""
        return [self.packed[start : start + WIDTH] for start in range(0, len(self.packed), WIDTH)]


def carried(signed: SignedRecord) -> Carried:
    """Return how a report carries a record; the same for the same record."""
    return Carried(line=str(signed.record.line), metrics=metrics_of(signed.record), packed=pack(signed))


def metrics_of(record: Record) -> list[tuple[str, str]]:
    """Return the metrics that a report shows of a record."""
    return record.shown_metrics


def damaged(where: str, what: str, hint: str = REMOVE) -> DocumentError:
    """Return the error for a record that cannot be told from the rest of its report."""
    return DocumentError(f"{where}: {what}", hint)
