"""A report as text: one file a format, one row here. Formats decide how it looks, never what the verdict is."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from ..report import Report


class Style(NamedTuple):
    """How a reader wants to read."""

    width: int = 80
    color: bool = False
    verbosity: int = 0
    """-1 the verdict alone, 0 one screen, 1 everything."""


class ReportFormat(NamedTuple):
    """A row of `FORMATS`. Its module is imported when something is written."""

    module: str
    """Of this room, with `render(report, style)`."""
    tells_trouble: bool = False
    """Whether the module has `trouble(message, hint)` too, of lines as an EnvprobeError has them: a CI system lists it."""
    is_located: bool = False
    """Whether it says on which line of the baseline a difference is."""

    def __call__(self, report: Report, style: Style) -> str:
        """Return the report in this format."""
        text: str = self._module().render(report, style)
        return text

    def trouble(self, message: str, hint: str) -> str:
        """Return what kept envprobe from a verdict, in a format that `tells_trouble`."""
        text: str = self._module().trouble(message, hint)
        return text

    def _module(self) -> ModuleType:
        return import_module(f".{self.module}", __package__)


FORMATS = {
    "text": ReportFormat("text"),
    "json": ReportFormat("json"),
    "markdown": ReportFormat("markdown", tells_trouble=True),
    "html": ReportFormat("page"),
    "junit": ReportFormat("junit", tells_trouble=True),
    "sarif": ReportFormat("sarif", tells_trouble=True, is_located=True),
    "github": ReportFormat("github", tells_trouble=True, is_located=True),
}
"""What `--format` offers."""
