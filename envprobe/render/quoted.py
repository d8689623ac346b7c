"""The line by which a report quotes what it observed, computed where a format shows it: that takes longer than a comparison."""

from __future__ import annotations

from ..records.published import record_of
from ..report import QuotedLine, Report


def quoted(report: Report) -> str:
    """Return the line that `attach` would write for what was observed, `envprobe:1|py:…`; empty where a saved report has none."""
    seen = report.observed
    return seen.text if isinstance(seen, QuotedLine) else str(record_of(seen).line)
