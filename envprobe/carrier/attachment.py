"""What a report carries, read from the file."""

from __future__ import annotations

from pathlib import Path

from ..error import DocumentError
from ..records import packing
from ..records.packing import Attachment
from .bearer import open_bearer


def read_attachment(report: Path) -> Attachment:
    """Return what a report carries, whatever it shows. Raises DocumentError where it carries nothing that can be read."""
    block = open_bearer(report).read()
    if block is None:
        raise DocumentError(f"{report}: carries no envprobe record", f"put one in: envprobe attach RUN {report}")
    return packing.unpack(block.payload, str(report))
