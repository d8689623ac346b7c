"""A report as text: one file a format, one line here. Formats decide how it looks, never what the verdict is."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from ..report import Report


class Style(msgspec.Struct, frozen=True, kw_only=True):
    """How a reader wants to read."""

    width: int = 80
    color: bool = False
    verbosity: int = 0
    """-1 the verdict alone, 0 one screen, 1 everything."""


def _render(module: str, report: Report, style: Style) -> str:
    text: str = import_module(f".{module}", __package__).render(report, style)
    return text


def _tell(module: str, message: str, hint: str) -> str:
    text: str = import_module(f".{module}", __package__).trouble(message, hint)
    return text


MODULES = {
    "text": "text",
    "json": "json",
    "markdown": "markdown",
    "html": "page",
    "junit": "junit",
    "sarif": "sarif",
    "github": "github",
}
"""Which module of this room writes a format, imported where one is written."""
FORMATS: dict[str, Callable[[Report, Style], str]] = {name: partial(_render, module) for name, module in MODULES.items()}
TROUBLE: dict[str, Callable[[str, str], str]] = {
    name: partial(_tell, MODULES[name]) for name in ("markdown", "junit", "sarif", "github")
}
"""Formats that also tell what kept envprobe from telling: a message and a hint of lines, as an EnvprobeError has them."""
