"""A record as one report carries it: what a reader sees of it, and the packed record that `verify` reads."""

from __future__ import annotations

import msgspec

from ..error import DocumentError
from ..records.link import Link
from ..records.metric_table import PLUS_MINUS
from ..records.packing import pack
from ..records.record import SignedRecord

TITLE = "envprobe record"
HINT = "envprobe verify"
METRIC, VALUE, MEAN = "recorded metric", "value", f"mean {PLUS_MINUS} SD of n attempts"
PLUS_MINUS_ASCII = "+/-"
"""Where a report cannot hold the sign between a mean and its standard deviation."""
WIDTH = 76
REMOVE = "remove what is left of it by hand, from the mark on; then attach again"
ONE = "remove all but one by hand, with the marks around it; or take the original"
AGAIN = "take the original, or attach it again"
CUT_OFF = "it may be cut off, half-written or no file of this kind: take the original, or write it again"


class Carried(msgspec.Struct, frozen=True, kw_only=True):
    """One record in one report. As found: any of it may have been edited."""

    line: str
    """The line that stands for the record; empty where there is none."""
    metrics: list[tuple[str, str]] | None = None
    """Name and value of each metric in the order in which a reader sees them; None where only a program reads."""
    exact: dict[str, str] | None = None
    """Name to value for programs, in no order; None where only a person reads."""
    packed: str
    """The record as base64, without line breaks."""
    edited: bool = False
    """Whether something else is there than envprobe writes around these texts."""

    @property
    def heading(self) -> str:
        """What stands over the values of the metrics."""
        return MEAN if any(PLUS_MINUS in value for _, value in self.metrics or []) else VALUE

    def packed_lines(self) -> list[str]:
        """The packed record in lines that an editor and a diff can take."""
        return [self.packed[start : start + WIDTH] for start in range(0, len(self.packed), WIDTH)]


def carried(signed: SignedRecord, link: Link | None = None) -> Carried:
    """Return how a report carries a record, or the link that stands for it; the same for the same record."""
    record, packed = signed.record, pack(link or signed)
    return Carried(line=str(record.line), metrics=record.shown_metrics, exact=dict(record.exact_metrics), packed=packed)


def damaged(where: str, what: str, hint: str) -> DocumentError:
    """Return the error for a report whose record cannot be read, or that cannot carry one, with what helps against it."""
    return DocumentError(f"{where}: {what}", hint)
