"""Places in a report that say which recorded number goes there: `{{out/metrics.json:accuracy}}`; of a list it is the last.

Only what has the form of an output's metric is one; other programs' templates have braces too.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

from ..error import UsageError
from ..records.metric_table import last_items, spell
from ..suggestion import suggest

_PLACEHOLDER = re.compile(rb"\{\{[ \t]*([^{}\s|]{1,300}:[^{}\s|]{1,300}?)[ \t]*\}\}")
LAST = "[last]"
"""As reports write the last item of a list, however long it is."""
SHOWN = 10


class Filled(NamedTuple):
    """A report with its numbers."""

    report: bytes
    number: int


def fill(report: bytes, metrics: Mapping[str, str], write: Callable[[str], str], where: str) -> Filled:
    """Return the report with recorded numbers in their places. Raises UsageError for all that name no recorded metric."""
    found = {match[1]: _name(match[1], metrics) for match in _PLACEHOLDER.finditer(report)}
    unknown = [raw.decode("utf-8", "replace") for raw, name in found.items() if name not in metrics]
    if unknown:
        words = ", ".join(f"{{{{{name[:100]}}}}}" for name in unknown[:SHOWN])
        raise UsageError(f"{where}: {words}: no recorded metric", _hint(unknown[0], metrics))
    filled, count = _PLACEHOLDER.subn(lambda match: write(spell(metrics[found[match[1]]])).encode("utf-8"), report)
    return Filled(filled, count)


def _name(raw: bytes, metrics: Mapping[str, str]) -> str:
    """Return the metric that a placeholder means, as its format may have had to spell it."""
    text = raw.decode("utf-8", "replace")
    spellings = (text, text.replace("\\", ""), html.unescape(text))
    lists = last_items(metrics)
    last = (lists.get(name.removesuffix(LAST), name) for name in spellings)
    return next((name for name in (*spellings, *last) if name in metrics), text)


def _hint(name: str, metrics: Mapping[str, str]) -> str:
    if not metrics:
        return "what is attached has no metrics: attach a run that was recorded with --outputs"
    return suggest(name, [*last_items(metrics), *metrics], 3)
