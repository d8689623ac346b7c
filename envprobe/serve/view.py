"""Entries, documents and comparisons to pages, around the shell and with the style of `--format html`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import groupby
from string import ascii_uppercase
from typing import NamedTuple
from urllib.parse import urlencode

from ..command.source import Document
from ..render import Style, page, show
from ..render.page import shell
from ..render.page.template import fill
from ..report import Report
from ..spelling import line, safe
from .catalogue import Snapshot
from .columns import ColumnChoice, shown
from .drift import MatrixCell
from .entry import ListedDocument
from .fleet_history import history
from .saved_fleet import SavedFleet

HERE = __package__
KINDS = ("baseline", "fingerprint", "run", "check", "fleet", "faulty")
SHORT_DIGITS = 12
ROWS = 1000
"""Of a table: what a browser shows at once."""
TRACE_WIDTH = 100
FORMS = "'self'"


class Page(NamedTuple):
    """An answer for a browser."""

    html: str
    policy: str
    """The Content-Security-Policy that it needs, and no more."""


class Filter(NamedTuple):
    """What of the timeline is shown; empty is everything."""

    kind: str = ""
    fingerprint: str = ""
    """The first digits of an environment's id."""

    def admits(self, entry: ListedDocument) -> bool:
        return self.kind in ("", entry.kind) and self.fingerprint in ("", short_id(entry.fingerprint))


class PageRequest(NamedTuple):
    """Which part of a long table is asked for."""

    number: int
    path: str
    query: Sequence[tuple[str, str]]
    """What else the address says."""

    def of(self, rows: Sequence[ListedDocument]) -> TablePart:
        last = max(-(-len(rows) // ROWS), 1)
        number = min(max(self.number, 1), last)
        first = (number - 1) * ROWS
        newer, older = (number - 1 if number > 1 else 0), (number + 1 if number < last else 0)
        words = f"{first + 1:,} to {min(first + ROWS, len(rows)):,} of {len(rows):,}" if last > 1 else ""
        return TablePart(rows[first : first + ROWS], words, self._address(newer), self._address(older))

    def _address(self, number: int) -> str:
        return f"{self.path}?{urlencode([*self.query, ('page', number)])}" if number else ""


class TablePart(NamedTuple):
    """The rows of one part, and the addresses of its neighbours; empty where there are none."""

    rows: Sequence[ListedDocument]
    words: str
    before: str
    after: str


class Sides(NamedTuple):
    """What is compared with what."""

    expected: Sequence[ListedDocument]
    observed: Sequence[ListedDocument]
    is_one: bool
    """Whether one document was chosen to compare the others with."""
    left_out: int = 0
    """How many older environments there are."""


def timeline(folder: str, snapshot: Snapshot, shown: Filter, part: PageRequest) -> Page:
    """Return what was recorded, run and checked, the newest first, a heading for each day."""
    entries = list(snapshot.entries.values())
    found = part.of(list(filter(shown.admits, entries)))
    values = {
        "days": [(day, list(members)) for day, members in groupby(found.rows, key=_day)],
        "part": found,
        "snapshot": snapshot,
        "shown": shown,
        "letters": _letters(entries),
        "kinds": Counter(entry.kind for entry in entries),
        "order": KINDS,
        **_choice(found.rows),
    }
    return _page("Timeline", folder, "timeline", values)


def experiments(folder: str, snapshot: Snapshot, chosen: ColumnChoice, part: PageRequest) -> Page:
    """Return the runs with a column for each metric, sorted by time or by one of them; those without it last."""
    runs = [entry for entry in snapshot.entries.values() if entry.kind == "run"]
    found = shown([entry.metrics for entry in runs], chosen)
    newest = [entry.id for entry in runs[:2]]
    if chosen.sort in {column.name for column in found.columns}:
        runs = _sorted(runs, chosen)
    table = part.of(runs)
    values = {
        "runs": table.rows,
        "part": table,
        "snapshot": snapshot,
        "shown": found,
        "letters": _letters(list(snapshot.entries.values())),
        "expected": newest[1] if len(newest) > 1 else "",
        "observed": newest[0] if newest else "",
    }
    return _page("Runs", folder, "experiments", values)


def _sorted(runs: Sequence[ListedDocument], chosen: ColumnChoice) -> list[ListedDocument]:
    def place(entry: ListedDocument) -> tuple[bool, float]:
        metric = entry.metrics.get(chosen.sort)
        mean = metric.mean if metric is not None else None
        return mean is None, 0.0 if mean is None else -mean if chosen.is_descending else mean

    return sorted(runs, key=place)


def drift(folder: str, snapshot: Snapshot, sides: Sides, cells: Sequence[Sequence[MatrixCell]]) -> Page:
    """Return the matrix: a row for each expected document; where one was chosen, a line for each observed."""
    values = {"snapshot": snapshot, "cells": cells, "letters": _letters(list(snapshot.entries.values())), **sides._asdict()}
    return _page("Drift", folder, "matrix", values)


def document(folder: str, entry: ListedDocument, found: Document, *, everything: bool) -> Page:
    """Return what `envprobe show` says of a document. Raises DocumentError where a part of it cannot be read."""
    rows = show.rows(found, Style(width=TRACE_WIDTH, verbosity=1 if everything else 0))
    return _page(entry.file.place, folder, "one", {"entry": entry, "rows": show.grouped(rows), "everything": everything})


def fleet(
    folder: str, entry: ListedDocument, entries: Sequence[ListedDocument], reports: Sequence[SavedFleet], older: int
) -> Page:
    """Return what became of a fleet: its reports, and the members that changed from one to the next."""
    values = {
        "entry": entry,
        "engine": line(entry.fleet, 120),
        "entries": entries,
        "baselines": [line(report.baseline, 80) for report in reports],
        "found": history(reports),
        "older": older,
    }
    return _page(f"fleet {line(entry.fleet, 80)}", folder, "fleet", values)


def faulty(folder: str, entry: ListedDocument) -> Page:
    """Return why a document cannot be read."""
    return _page(entry.file.place, folder, "faulty", {"entry": entry})


def report(folder: str, found: Report) -> Page:
    """Return the page of `--format html`, under our bar."""
    title = f"{found.verdict.value}: {line(found.observed_name, 80)}"
    return _page(title, folder, "report_below", {"body": page.body(found)}, scripts=(shell.asset("page.js"),))


def message(title: str, words: str, hint: str = "", link: tuple[str, str] = ("/", "Back to the timeline")) -> Page:
    """Return a page that says one thing. Nothing of the folder is on it: not everybody who gets it may read."""
    return _page(title, "", "message", {"words": words, "hint": hint, "link": link})


def short_id(id_: str) -> str:
    """Return the first digits of an id, as many as every page shows."""
    return safe(id_.removeprefix("sha256:"))[:SHORT_DIGITS]


def _letters(entries: Sequence[ListedDocument]) -> dict[str, str]:
    """Return a letter for each environment by its id, A for the oldest: easier to tell apart than digits."""
    ids = dict.fromkeys(entry.environment for entry in reversed(entries) if entry.environment)
    return {id_: _letter(number) for number, id_ in enumerate(ids)}


def _letter(number: int) -> str:
    return (_letter(number // 26 - 1) if number >= 26 else "") + ascii_uppercase[number % 26]


def _page(title: str, folder: str, template: str, values: Mapping[str, object], *, scripts: tuple[str, ...] = ()) -> Page:
    parts = {"title": title, "folder": folder, "here": "", "short_id": short_id, **values}
    body = fill(f"{template}.html", parts, package=HERE)
    styles = (shell.asset("style.css", HERE),)
    html = shell.document(f"{line(title, 120)} · envprobe", body, styles=styles, scripts=scripts, forms=FORMS)
    return Page(html, shell.security_policy((shell.asset("style.css"), *styles), scripts, forms=FORMS))


def _choice(entries: Sequence[ListedDocument]) -> dict[str, str]:
    """Return which two documents are chosen for comparing at first: the newest baseline, and the newest other environment."""
    recorded = [entry for entry in entries if entry.kind == "baseline" and entry.has_environment]
    expected = next((entry for entry in [*recorded, *entries] if entry.has_expectation), None)
    observed = next((entry for entry in entries if entry.has_environment and entry != expected), None)
    return {"expected": expected.id if expected else "", "observed": observed.id if observed else ""}


def _day(entry: ListedDocument) -> str:
    return f"{entry.moment:%Y-%m-%d}"
