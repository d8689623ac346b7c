"""Causes as text: of the formats of a check those that a reader or a program wants, one file each, one row here."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple

from .. import Style

if TYPE_CHECKING:
    from ...causes.cause import Explanation


class ExplanationFormat(NamedTuple):
    """A row of `EXPLANATION_FORMATS`. Its module is imported when something is written."""

    module: str
    """Of this room, with `render(explanation, style)`."""

    def __call__(self, explanation: Explanation, style: Style) -> str:
        """Return the explanation in this format."""
        text: str = import_module(f".{self.module}", __package__).render(explanation, style)
        return text


EXPLANATION_FORMATS = {
    "text": ExplanationFormat("text"),
    "json": ExplanationFormat("json"),
    "markdown": ExplanationFormat("markdown"),
    "html": ExplanationFormat("page"),
}
"""Of the names that `render.FORMATS` has; a test compares them."""
