"""Addresses to pages, as a WSGI application: what is asked for is found in the catalogue or nowhere."""

from __future__ import annotations

import sys
import time
import traceback
from collections.abc import Callable, Iterable
from datetime import date, datetime, timezone
from functools import partial
from typing import TYPE_CHECKING

from werkzeug.wrappers import Request, Response

from ..error import DocumentError, EnvprobeError
from ..report import Report
from ..spelling import safe
from . import view
from .catalogue import Catalogue, Snapshot
from .columns import ColumnChoice
from .drift import Comparisons, matrix
from .entry import ListedDocument
from .guard import HEADERS, Guard
from .mishap import guarded
from .saved_fleet import SavedFleet

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

METHODS = ("GET", "HEAD")
SIDE_LIMIT = 30
"""Documents on each side of the whole matrix; against one, all are compared."""
PATIENCE_S = 1.0
"""How long a reader waits for a matrix before being shown what there is of it."""
READING_S = 0.5
"""How long for documents that were not read yet; the newest are the first."""
RELOAD_S = 1
FLEETS_LIMIT = 20
"""Reports of one fleet beside each other."""
PRINTED = "Open the address that envprobe printed when it was started"


class _Refused(Exception):
    """A request that gets no page of the folder."""

    def __init__(self, status: int, title: str, words: str) -> None:
        super().__init__(title)
        self.status, self.title, self.words = status, title, words


class Application:
    """Answers one request after the other, each from the folder as it is at that moment."""

    def __init__(
        self, catalogue: Catalogue, comparisons: Comparisons, guard: Guard, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._name = catalogue.root.name
        self._catalogue = catalogue
        self._comparisons = comparisons
        self._guard = guard
        self._clock = clock
        self._pages: dict[str, Callable[[Request], Response]] = {
            "/": self._timeline,
            "/runs": self._runs,
            "/matrix": self._matrix,
            "/diff": self._diff,
            "/document": self._document,
        }

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer as WSGI asks for it. A bug of ours is one answer of status 500, with its traceback on stderr."""
        try:
            response = self._answer(Request(environ))
        except _Refused as refused:
            response = _respond(view.message(refused.title, refused.words), refused.status)
            response.headers["Allow"] = ", ".join(METHODS)
        except EnvprobeError as error:
            response = _respond(view.message("This cannot be shown", error.message, error.hint), 422)
        except Exception:  # noqa: BLE001 - the server goes on
            print(*map(safe, traceback.format_exc().splitlines()), sep="\n", file=sys.stderr)
            response = _respond(view.message("This is a bug in envprobe", "Its traceback is where the server was started."), 500)
        response.headers.extend(HEADERS)
        return response(environ, start_response)

    def _answer(self, request: Request) -> Response:
        if request.method not in METHODS:
            raise _Refused(405, "These pages can only be read", "GET and HEAD are answered.")
        if not self._guard.knows(request.headers.get("Host", "")):
            raise _Refused(421, "This server has another name", f"{PRINTED}.")
        if self._guard.accepts_token(request.args.get("token", "")):
            return self._welcome()
        if not self._guard.admits(request.cookies):
            raise _Refused(403, "A token is needed", f"{PRINTED}: it carries one.")
        if request.path not in self._pages:
            raise _Refused(404, "There is no such page", "")
        return self._pages[request.path](request)

    def _welcome(self) -> Response:
        """Keep the session in a cookie and go on, without the token in the address.

        Not by a redirect: a Strict cookie is not sent along one that began with a click on another site, in a chat say.
        """
        response = _respond(view.message("Welcome", "", link=("/", "To the timeline")))
        response.set_cookie(self._guard.cookie, self._guard.session, httponly=True, samesite="Strict")
        response.headers["Refresh"] = "0; url=/"
        return response

    def _timeline(self, request: Request) -> Response:
        shown = view.Filter(kind=request.args.get("kind", ""), fingerprint=request.args.get("fingerprint", ""))
        return _respond(view.timeline(self._name, self._catalogue.scan(READING_S), shown, _part(request)))

    def _runs(self, request: Request) -> Response:
        is_descending = request.args.get("order", "down") != "up"
        chosen = ColumnChoice(request.args.getlist("metric"), request.args.get("sort", ""), is_descending)
        return _respond(view.experiments(self._name, self._catalogue.scan(READING_S), chosen, _part(request)))

    def _matrix(self, request: Request) -> Response:
        snapshot, against = self._catalogue.scan(READING_S), request.args.get("against")
        sides = _sides(snapshot, None if against is None else self._find(against))
        until = self._clock() + PATIENCE_S
        kept, compare = partial(self._comparisons.kept, today=_today()), partial(self._comparisons.cell, today=_today())
        cells = matrix(sides.expected, sides.observed, kept, compare, lambda: self._clock() < until)
        response = _respond(view.drift(self._name, snapshot, sides, cells))
        if any(cell.state == "waiting" for row in cells for cell in row):
            response.headers["Refresh"] = str(RELOAD_S)
        return response

    def _diff(self, request: Request) -> Response:
        expected, observed = (self._find(request.args.get(side, "")) for side in ("expected", "observed"))
        return _respond(view.report(self._name, self._comparisons.report(expected, observed, _today())))

    def _document(self, request: Request) -> Response:
        entry = self._find(request.args.get("id", ""))
        if entry.kind == "faulty":
            return _respond(view.faulty(self._name, entry))
        if entry.kind == "fleet":
            return self._fleet(entry)
        document = self._catalogue.load(entry)
        if isinstance(document, SavedFleet):
            raise DocumentError(f"{entry.file.place}: is a fleet now", "reload the page")
        if isinstance(document, Report):
            return guarded(lambda: _respond(view.report(self._name, document)), lambda reason: _unshown(entry, reason))
        return _respond(view.document(self._name, entry, document, everything="all" in request.args))

    def _fleet(self, entry: ListedDocument) -> Response:
        """Answer with what became of a fleet, from its oldest report that is read to its newest."""
        snapshot = self._catalogue.scan()  # whole: a report that is not read yet would be missing in the midst
        of_one = [one for one in reversed(snapshot.entries.values()) if one.kind == "fleet" and one.fleet == entry.fleet]
        shown = of_one[-FLEETS_LIMIT:]
        loaded = [self._catalogue.load(one) for one in shown]
        found = [document for document in loaded if isinstance(document, SavedFleet)]
        if len(found) < len(shown):
            raise DocumentError(f"{entry.fleet}: one of its reports is none any more", "reload the page")
        return _respond(view.fleet(self._name, entry, shown, found, len(of_one) - len(shown)))

    def _find(self, id_: str) -> ListedDocument:
        entry = self._catalogue.find(id_)
        if entry is None:
            raise _Refused(404, "There is no such document", "It may have been moved or removed: look at the timeline.")
        return entry


def _unshown(entry: ListedDocument, reason: str) -> Response:
    """Answer for a saved check that holds what nobody has thought of: damaged, and no page that fails."""
    return _respond(view.message("This cannot be shown", f"{entry.file.place}: {reason}", "check again, and save that"), 422)


def _part(request: Request) -> view.PageRequest:
    """Return which part of a long table is asked for, and the address of the table without that."""
    rest = [(name, value) for name, value in request.args.items(multi=True) if name != "page"]
    return view.PageRequest(request.args.get("page", 1, type=int), request.path, rest)


def _sides(snapshot: Snapshot, chosen: ListedDocument | None) -> view.Sides:
    """Return what the matrix compares, the oldest first: all with one document, or the newest with each other."""
    oldest_first = list(reversed(snapshot.entries.values()))
    observed = [entry for entry in oldest_first if entry.has_environment]
    if chosen is not None:
        return view.Sides([chosen], [entry for entry in observed if entry != chosen], is_one=True)
    expected = [entry for entry in oldest_first if entry.has_expectation]
    left_out = max(len(observed) - SIDE_LIMIT, 0)
    return view.Sides(expected[-SIDE_LIMIT:], observed[-SIDE_LIMIT:], is_one=False, left_out=left_out)


def _today() -> date:
    return datetime.now(timezone.utc).date()


def _respond(page: view.Page, status: int = 200) -> Response:
    headers = {"Content-Security-Policy": f"{page.policy}; frame-ancestors 'none'"}
    return Response(page.html, status, headers, content_type="text/html; charset=utf-8")
