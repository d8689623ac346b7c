"""A report as text: one file a format, one line here. Formats decide how it looks, never what the verdict is."""

from __future__ import annotations

from collections.abc import Callable
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


def _text(report: Report, style: Style) -> str:
    from .text import render

    return render(report, style)


def _json(report: Report, style: Style) -> str:
    from .json import render

    return render(report)


def _markdown(report: Report, style: Style) -> str:
    from .markdown import render

    return render(report, style)


def _html(report: Report, style: Style) -> str:
    from .page import render

    return render(report)


def _junit(report: Report, style: Style) -> str:
    from .junit import render

    return render(report, style)


def _sarif(report: Report, style: Style) -> str:
    from .sarif import render

    return render(report, style)


def _github(report: Report, style: Style) -> str:
    from .github import render

    return render(report, style)


FORMATS: dict[str, Callable[[Report, Style], str]] = {
    "text": _text,
    "json": _json,
    "markdown": _markdown,
    "html": _html,
    "junit": _junit,
    "sarif": _sarif,
    "github": _github,
}


def _junit_trouble(message: str, hint: str) -> str:
    from .junit import trouble

    return trouble(message, hint)


def _sarif_trouble(message: str, hint: str) -> str:
    from .sarif import trouble

    return trouble(message, hint)


def _github_trouble(message: str, hint: str) -> str:
    from .github import trouble

    return trouble(message, hint)


def _markdown_trouble(message: str, hint: str) -> str:
    from .markdown import trouble

    return trouble(message, hint)


TROUBLE: dict[str, Callable[[str, str], str]] = {
    "markdown": _markdown_trouble,
    "junit": _junit_trouble,
    "sarif": _sarif_trouble,
    "github": _github_trouble,
}
"""Formats that also tell what kept envprobe from telling: a message and a hint of lines, as an EnvprobeError has them."""
