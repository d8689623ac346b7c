"""An audit as text: the formats of a check, one file each, one row here."""

from __future__ import annotations

from importlib import import_module
from typing import NamedTuple

from ...audit.report import AuditReport
from .. import Style


class AuditFormat(NamedTuple):
    """A row of `AUDIT_FORMATS`. Its module is imported when something is written."""

    module: str
    """Of this room, with `render(report, style)`."""

    def __call__(self, report: AuditReport, style: Style) -> str:
        """Return the report in this format."""
        text: str = import_module(f".{self.module}", __package__).render(report, style)
        return text


AUDIT_FORMATS = {
    "text": AuditFormat("text"),
    "json": AuditFormat("json"),
    "markdown": AuditFormat("markdown"),
    "html": AuditFormat("page"),
    "junit": AuditFormat("junit"),
    "sarif": AuditFormat("sarif"),
    "github": AuditFormat("github"),
}
"""Of the names that `render.FORMATS` has; a test compares them."""
