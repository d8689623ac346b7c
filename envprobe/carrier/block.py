"""What a report carries: texts for a reader, and the payload for `verify`."""

from __future__ import annotations

import msgspec

from ..error import DocumentError
from ..records.packing import Attachment, Record, pack

TITLE = "envprobe record"
HINT = "envprobe verify"
METRIC, VALUE = "recorded metric", "value"
WIDTH = 76
REMOVE = "remove the damaged block by hand, then attach again"


class Block(msgspec.Struct, frozen=True):
    """One record in one report."""

    visible: list[str]
    """The signature's line, then `name value` for each metric that is shown. As found: any of it may have been edited."""
    payload: str
    """Base64, without line breaks."""
    foreign: bool = False
    """Whether something stands in the block that envprobe did not write."""

    @property
    def metrics(self) -> list[tuple[str, str]]:
        """The metrics, name and value."""
        return [(name, value) for name, _, value in (text.partition(" ") for text in self.visible[1:])]

    def payload_lines(self) -> list[str]:
        """The payload in lines that an editor and a diff can take."""
        return [self.payload[start : start + WIDTH] for start in range(0, len(self.payload), WIDTH)]


def visible_of(record: Record) -> list[str]:
    """Return the texts that stand for a record before a reader's eyes."""
    return [str(record.signature), *(f"{name} {value}" for name, value in record.shown_metrics)]


def block_of(attachment: Attachment) -> Block:
    """Return the block that carries a record; the same for the same record."""
    return Block(visible_of(attachment.record), pack(attachment))


def damaged(where: str, what: str) -> DocumentError:
    """Return the error for a block that cannot be told from the rest of its report."""
    return DocumentError(f"{where}: {what}", REMOVE)
