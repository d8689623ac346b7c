"""The pages over a folder, asked for as a browser does."""

from __future__ import annotations

import html
import re
import time
from pathlib import Path

import pytest
from werkzeug.test import Client

from envprobe.config import Config
from envprobe.serve import app, catalogue, view
from envprobe.serve.app import Application
from envprobe.serve.catalogue import Catalogue
from envprobe.serve.drift import Comparisons
from envprobe.serve.entry import entry_id
from envprobe.serve.guard import Guard, guard_for
from tests.support.run_sample import attempt, run
from tests.support.sample import fingerprint
from tests.support.served import HOSTILE, experiment, write, write_hostile, write_team

TAG = re.compile(r"<[^>]*>")


class Ticks:
    """A clock that goes on by one second whenever it is looked at."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        self.seconds += 1
        return self.seconds


def client(folder: Path, guard: Guard | None = None, clock: Ticks | None = None) -> Client:
    catalogue = Catalogue(folder)
    comparisons = Comparisons(catalogue, Config())
    return Client(Application(catalogue, comparisons, guard or Guard(), **({"clock": clock} if clock else {})))


@pytest.fixture
def team(tmp_path: Path) -> Client:
    """The page over the folder of a team."""
    write_team(tmp_path)
    return client(tmp_path)


def text(browser: Client, address: str, status: int = 200) -> str:
    """Return what a reader sees, tags left out."""
    answer = browser.get(address)
    assert answer.status_code == status
    return " ".join(TAG.sub(" ", answer.text.partition("<body>")[2]).split())


def document(place: str) -> str:
    return f"/document?id={entry_id(place)}"


def diff(expected: str, observed: str) -> str:
    return f"/diff?expected={entry_id(expected)}&observed={entry_id(observed)}"


def test_the_timeline_tells_what_was_done_when(team: Client) -> None:
    """Recorded, run and checked, the newest first, with the environment and how it came out."""
    told = text(team, "/?kind=run")
    assert told.index("2026-03-03 ") < told.index("11:00 run runs/run-2.json python train.py") < told.index("09:00 run")
    assert "complete, exit status 0" in told
    told = text(team, "/")
    assert "checks/monday.json docker://trainer against tf" in told
    assert "differs 1 failure" in told
    assert "faulty broken.json" in told and "not JSON" in told
    assert "7 documents and 1 other JSON file" in told


def test_runs_stand_beside_each_other_with_their_metrics(team: Client) -> None:
    """A row a run, a column a metric, sorted by it where that is asked for; two can be chosen."""
    page = text(team, "/runs")
    assert page.index("run-2.json") < page.index("run-1.json")
    answer = team.get("/runs?sort=metrics.json%3Aaccuracy&order=up")
    markup = answer.get_data(as_text=True)
    assert markup.index("run-1.json") < markup.index("run-2.json")
    assert 'aria-sort="ascending"' in markup and ">0.75<" in markup
    assert markup.count('name="expected"') == markup.count('name="observed"') == 2
    text(team, "/runs?metric=%3Cscript%3E&sort=%22&order=x")


def test_the_timeline_of_one_environment(team: Client) -> None:
    """Whoever follows an environment's id sees all that was recorded, run and checked in it."""
    told = text(team, f"/?fingerprint={fingerprint().id[7:19]}")
    assert all(place in told for place in ("tf.json", "run-1.json", "run-2.json"))
    assert not any(place in told for place in ("ana.json", "monday.json"))
    assert "Timeline" in text(team, "/?fingerprint=nothing-like-this&kind=neither")


def test_a_run_that_failed_is_seen_at_once(tmp_path: Path) -> None:
    """A command that ended badly is told apart from one that went well."""
    write(tmp_path / "failed.json", run(attempt(exit_status=3)))
    write(tmp_path / "fine.json", experiment(0.5, "2026-03-03T09:00:00Z"))
    answer = client(tmp_path).get("/").text
    assert '<span class="fault">complete, exit status 3</span>' in answer
    assert "<span>complete, exit status 0</span>" in answer


def test_what_cannot_be_compared_is_not_offered(team: Client) -> None:
    """Comparing is offered where two documents that are shown can be compared."""
    assert "Compare" in text(team, "/?kind=run")
    assert "Compare" not in text(team, "/?kind=check")
    assert "Compare" not in text(team, "/?kind=fingerprint"), "there is one"


def test_one_letter_for_one_environment(team: Client) -> None:
    """Two documents of the same environment carry the same letter, in the order in which environments appeared."""
    told = text(team, "/")
    assert told.count(f"A {fingerprint().id[7:19]}") == 3
    assert "B " in told and "C " not in told.replace("UTC ", "")


def test_the_matrix_tells_the_drift_of_each_against_each(team: Client) -> None:
    """Verdict and number, as a word as well as a colour, and a link to what differs."""
    answer = team.get("/matrix").text
    assert "ana.json against tf.json: differs, 1 failures, 0 warnings, 0 notes" in answer
    assert 'href="' + diff("tf.json", "ana.json").replace("&", "&amp;") in answer
    assert "runs/run-1.json against tf.json: reproduces, 0 failures" in answer
    assert answer.count('<tr>\n<th scope="row">') == 5, "a declared baseline expects"
    assert answer.count('<th scope="col"><a') == 4, "and is no environment"


def test_every_environment_against_one(team: Client) -> None:
    """Against a chosen baseline each document has a line."""
    told = text(team, f"/matrix?against={entry_id('tf.json')}")
    assert "Every environment against tf.json" in told
    assert re.search(r"differs B ana.json fingerprint 1 0 0", told)
    assert "reproduces A runs/run-1.json run 0 0 0" in told


def test_a_large_matrix_is_shown_while_it_is_made(tmp_path: Path) -> None:
    """What there is of it is shown at once, and the page goes on by itself until all is there."""
    write_team(tmp_path)
    browser, waiting = client(tmp_path, clock=Ticks()), 99
    while waiting:
        answer = browser.get("/matrix")
        before, waiting = waiting, answer.text.count("Not compared yet")
        assert waiting < before
        assert answer.headers.get("Refresh") == ("1" if waiting else None)


def test_a_matrix_of_many_shows_the_newest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of too many the oldest are left out, and it is said."""
    monkeypatch.setattr(app, "SIDE_LIMIT", 2)
    for hour in (10, 11, 12):
        write(tmp_path / f"{hour}.json", experiment(0.5, f"2026-03-03T{hour}:00:00Z"))
    told = text(client(tmp_path), "/matrix")
    assert "11.json" in told and "12.json" in told and "10.json" not in told
    assert "The newest 2 environments are shown and 1 older ones are not" in told


def test_the_difference_of_any_two(team: Client) -> None:
    """Two chosen documents are compared as `envprobe diff --format html` does."""
    told = text(team, diff("tf.json", "ana.json"))
    assert "differs" in told and "packages.numpy" in told and "1.22.4" in told and "1.23.5" in told
    assert "a declared baseline goes first" in text(team, diff("tf.json", "pins.json"), 422)


def test_one_document(team: Client) -> None:
    """A document says what `envprobe show` says, all of it where that is asked for; a saved check says what it found."""
    assert "from docker://trainer 2026-03-01T08:00:00Z" in text(team, document("tf.json"))
    assert "packages.six.version" not in text(team, document("tf.json"))
    assert "packages.six.version 1.16.0" in text(team, document("tf.json") + "&all=1")
    assert "python train.py" in text(team, document("runs/run-1.json"))
    assert "1 failure" in text(team, document("checks/monday.json"))
    assert "not JSON" in text(team, document("broken.json"))


def test_an_empty_folder_says_what_to_put_there(tmp_path: Path) -> None:
    """Somebody who starts sees what to type."""
    assert "envprobe record" in text(client(tmp_path), "/")
    assert "Nothing to compare" in text(client(tmp_path), "/matrix")


def test_a_reload_shows_what_changed(tmp_path: Path) -> None:
    """What was written into the folder since is there, and an address of what is gone says so."""
    browser = client(tmp_path)
    text(browser, document("a.json"), 404)
    write(tmp_path / "a.json", fingerprint())
    assert "3.9.2" in text(browser, document("a.json"))
    (tmp_path / "a.json").unlink()
    text(browser, document("a.json"), 404)


def test_hostile_documents_break_no_page(tmp_path: Path) -> None:
    """Whatever documents say stands there as text; every page of every document is answered."""
    write_hostile(tmp_path)
    browser = client(tmp_path)
    places = [path.name for path in tmp_path.iterdir()]
    addresses = ["/", "/matrix", f"/?kind={HOSTILE}", f"/?fingerprint={HOSTILE}", f"/document?id={HOSTILE}"]
    addresses += [document(place) + more for place in places for more in ("", "&all=1")]
    addresses += [diff("clean.json", place) for place in places] + [diff(place, "clean.json") for place in places]
    for address in addresses:
        answer = browser.get(address)
        assert answer.status_code in (200, 404, 422), address
        assert len(re.findall(r"<script[ >]", answer.text)) <= 1, address
        assert not any(markup in answer.text for markup in ("alert(1)</script>", "<img", "\u202e", "49</style>")), address


@pytest.mark.parametrize("path", ["/../a.json", "/%2e%2e/a.json", "/a.json", "/document/a.json", "/style.css", "/favicon.ico"])
def test_no_path_leads_to_a_file(tmp_path: Path, path: str) -> None:
    """The only addresses are the four pages; a file's path is none."""
    write(tmp_path / "a.json", fingerprint())
    assert client(tmp_path).get(path).status_code == 404


@pytest.mark.parametrize("id_", ["", "a.json", "../a.json", "/etc/passwd", "%00", "0" * 16])
def test_no_id_leads_to_another_file(tmp_path: Path, id_: str) -> None:
    """A document is found by the id that the list gave it, or not at all."""
    write(tmp_path / "a.json", fingerprint())
    browser = client(tmp_path)
    assert browser.get("/document", query_string={"id": id_}).status_code == 404
    assert browser.get("/diff", query_string={"expected": id_, "observed": entry_id("a.json")}).status_code == 404
    assert browser.get("/matrix", query_string={"against": id_}).status_code == 404


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_nothing_but_reading(team: Client, method: str) -> None:
    """A page that only shows answers no other method."""
    answer = team.open("/", method=method)
    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, HEAD")


def test_head_is_get_without_the_page(team: Client) -> None:
    """HEAD tells the same headers and sends no page."""
    asked, told = team.get("/"), team.head("/")
    assert told.status_code == 200 and told.data == b""
    assert told.headers["Content-Length"] == asked.headers["Content-Length"]


@pytest.mark.parametrize("address", ["/", "/matrix", diff("tf.json", "ana.json"), document("tf.json"), "/nowhere"])
def test_every_answer_forbids_what_no_page_needs(team: Client, address: str) -> None:
    """Neither framing nor sniffing, caching, referring, foreign scripts, styles, images or forms."""
    headers = team.get(address).headers
    policy = headers["Content-Security-Policy"]
    for rule in ("default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"):
        assert rule in policy
    assert "unsafe" not in policy and "http" not in policy and "*" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cache-Control"] == "no-store"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"


def test_another_host_is_refused(team: Client) -> None:
    """A page elsewhere whose name points here gets nothing of the folder."""
    answer = team.get("/", headers={"Host": "evil.example"})
    assert answer.status_code == 421
    assert "tf.json" not in answer.text


def test_the_token_opens_a_session(tmp_path: Path) -> None:
    """Without the token nothing is told; with it once, a cookie does, which no script and no other site can use."""
    write_team(tmp_path)
    guard = guard_for("0.0.0.0", "0.0.0.0", "box", asks_token=False)
    browser = client(tmp_path, guard)
    for address in (
        "/",
        "/matrix",
        "/document?id=x",
        "/nowhere",
        "/?token=",
        f"/?token={guard.token[:-1]}",
        f"/?token={guard.session}",
    ):
        answer = browser.get(address)
        assert answer.status_code == 403, address
        assert "Set-Cookie" not in answer.headers and "tf.json" not in answer.text
    welcome = browser.get(f"/matrix?token={guard.token}")
    cookie = welcome.headers["Set-Cookie"]
    assert welcome.headers["Refresh"] == "0; url=/"
    assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= set(cookie.split("; "))
    assert guard.token not in cookie and guard.token not in welcome.text
    assert browser.get("/").status_code == 200


def test_a_bug_is_one_answer(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """A page that fails says that it is our bug, tells the reader nothing of the machine, and the next one is answered."""

    def broken() -> float:
        raise ZeroDivisionError(HOSTILE)

    catalogue = Catalogue(tmp_path)
    application = Application(catalogue, Comparisons(catalogue, Config()), Guard(), clock=broken)
    answer = Client(application).get("/matrix")
    assert answer.status_code == 500
    assert "bug in envprobe" in answer.text and "ZeroDivisionError" not in answer.text
    said = capfd.readouterr().err
    assert "ZeroDivisionError" in said and "\u202e" not in said
    assert Client(application).get("/document").status_code == 404


def test_a_long_table_is_shown_in_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many documents there are, all are listed, the newest first, and each part leads to its neighbours as it is filtered."""
    monkeypatch.setattr(view, "ROWS", 2)
    for hour in range(10, 15):
        write(tmp_path / f"{hour}.json", experiment(0.5, f"2026-03-03T{hour}:00:00Z"))
    browser = client(tmp_path)
    for address in ("/?kind=run", "/runs?sort=x&"):
        first, last = browser.get(address).text, browser.get(f"{address}&page=3").text
        assert [place for place in range(10, 15) if f">{place}.json<" in first] == [13, 14]
        assert [place for place in range(10, 15) if f">{place}.json<" in last] == [10]
        assert "1 to 2 of 5" in first and 'rel="prev"' not in first
        assert "5 to 5 of 5" in last and 'rel="next"' not in last
        found = re.search(r'href="([^"]*)" rel="next"', first)
        assert found is not None
        assert "3 to 4 of 5" in browser.get(html.unescape(found[1])).text
    assert "5 to 5 of 5" in browser.get("/?page=99").text
    assert "1 to 2 of 5" in browser.get("/?page=-1").text
    assert "1 to 2 of 5" in browser.get("/?page=x").text
    assert 'aria-label="Rows"' not in browser.get("/?fingerprint=none").text


def test_a_folder_that_is_being_read_is_not_called_empty(team: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first look at many documents shows those that could be read in time, says so, and opens any that a bookmark names."""
    monkeypatch.setattr(app, "READING_S", 0.0)
    assert "Not looked at" not in text(team, "/"), "few are read at once, on a slow machine too"
    monkeypatch.setattr(catalogue, "AT_ONCE", 0)
    team = client(tmp_path)
    first = text(team, "/")
    assert "The folder is being read" in first
    assert "Not looked at: 8 files, which are read now: reload to see them" in first
    assert "docker://trainer" in text(team, document("tf.json"))
    until = time.monotonic() + 60
    while "are read now" in (seen := text(team, "/")) and time.monotonic() < until:
        pass
    assert "7 documents and 1 other JSON file" in seen
