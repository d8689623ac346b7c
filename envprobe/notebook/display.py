"""What a cell shows and its notebook keeps: each result as text, as a compact table and, for programs, as metadata.

The tables have no script, no style sheet and no address, so they look the same where a front end removes such things.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from ..carrier import notebook_output
from ..carrier.carried import carried
from ..command.source import Document
from ..fingerprint import Fingerprint
from ..records.published import without_context
from ..records.record import Record, SignedRecord
from ..render import FORMATS, Style
from ..render.page.template import fill
from ..render.quoted import quoted
from ..render.result import results
from ..render.show import grouped, rows, show
from ..render.summary import footer, headline
from ..report import Report
from ..spelling import line

WIDTH = 100
SHOWN_RESULTS = 20
LABEL_WIDTH = {False: "5.5em", True: "38%"}
"""Of a column of words such as `packages`, and of one of whole fact paths."""


class Shown(NamedTuple):
    """An output as IPython takes it."""

    data: dict[str, object]
    """By MIME type; a front end shows the richest that it knows, and saves all."""
    metadata: dict[str, object]


def of_report(report: Report, verbosity: int = 0) -> Shown:
    """Return a report; its metadata say what was compared, and how it came out."""
    everything = verbosity > 0
    told = results(report, everything=everything)
    shown = told if everything else told[:SHOWN_RESULTS]
    left = len(told) - len(shown)
    html = _fill(
        "report.html",
        report=report,
        headline=headline(report),
        observed_name=line(report.observed_name),
        expected_name=line(report.expected_name),
        results=shown,
        footer=[*([f"and {left} more: -v shows all"] if left else []), *footer(report, everything=everything)],
    )
    metadata = {
        "verdict": report.verdict.value,
        "expected": {"name": line(report.expected_name), "id": report.expected_id},
        "observed": {"name": line(report.observed_name), "id": report.observed_id},
        "signature": quoted(report),
    }
    return _shown(FORMATS["text"](report, _style(verbosity)), html, metadata)


def of_document(document: Document, verbosity: int = 0) -> Shown:
    """Return a baseline, a fingerprint or a run, as `envprobe show` tells it."""
    style = _style(verbosity)
    html = _fill("rows.html", rows=grouped(rows(document, style)), label_width=LABEL_WIDTH[verbosity > 0])
    return _shown(show(document, style), html, {"id": document.id})


def of_line(fingerprint: Fingerprint) -> Shown:
    """Return the line of an environment, and with it the record that `envprobe verify` reads from the notebook."""
    record = Record(fingerprint=without_context(fingerprint))
    metadata = {"fingerprint": fingerprint.id, "signature": str(record.line)}
    return Shown(notebook_output.to_data(carried(SignedRecord(record=record))), {"envprobe": metadata})


def _shown(text: str, html: str, metadata: dict[str, Any]) -> Shown:
    return Shown({"text/plain": text.rstrip("\n"), "text/html": html}, {"envprobe": metadata})


def _fill(name: str, **values: object) -> str:
    return str(fill(name, values, package=__package__))


def _style(verbosity: int) -> Style:
    return Style(width=WIDTH, verbosity=verbosity)
