"""A fleet as text: the formats of a check and one for a scrape, one file each, one row here."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple

from .. import Style

if TYPE_CHECKING:
    from ...fleet.report import FleetReport


class FleetFormat(NamedTuple):
    """A row of `FLEET_FORMATS`. Its module is imported when something is written."""

    module: str
    """Of this room, with `render(report, style)`."""

    def __call__(self, report: FleetReport, style: Style) -> str:
        """Return the report in this format."""
        text: str = import_module(f".{self.module}", __package__).render(report, style)
        return text


FLEET_FORMATS = {
    "text": FleetFormat("text"),
    "json": FleetFormat("json"),
    "markdown": FleetFormat("markdown"),
    "html": FleetFormat("page"),
    "junit": FleetFormat("junit"),
    "sarif": FleetFormat("sarif"),
    "github": FleetFormat("github"),
    "prometheus": FleetFormat("prometheus"),
}
"""Those that `render.FORMATS` has, a test compares them, and what a scrape reads."""
