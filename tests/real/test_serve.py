"""The page over a folder in a real browser: what a reader clicks, and what hostile documents cannot do there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from tests.support.browser import Visit, visit
from tests.support.served import HOSTILE, Serving, serving, write_hostile, write_team

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def team(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """The folder of a team, served."""
    folder = tmp_path_factory.mktemp("team")
    write_team(folder)
    with serving(folder) as server:
        yield server


def require_quiet(window: Visit, server: Serving) -> None:
    """Require that a window asked nobody else for anything, and that nothing went wrong or was forbidden in it."""
    foreign = [
        url for url in window.requests if urlsplit(url).netloc != urlsplit(server.url).netloc and not url.startswith("data:")
    ]
    assert (foreign, window.errors, window.dialogs) == ([], [], [])


def test_from_the_timeline_to_what_differs(browser: Browser, team: Serving) -> None:
    """A reader chooses two documents, compares them, and finds the way back."""
    with visit(browser) as window:
        page = window.page
        page.goto(team.url)
        assert page.locator("tbody tr:not(.day)").count() == 7
        page.get_by_label("expected: tf.json").check()
        page.get_by_label("observed: ana.json").check()
        page.get_by_role("button", name="Compare").click()
        assert page.get_by_role("heading", level=1).inner_text().strip().endswith("differs")
        assert page.get_by_text("packages.numpy.version").first.is_visible()
        page.get_by_role("link", name="Timeline").click()
        page.get_by_role("link", name="checks/monday.json").click()
        assert page.get_by_text("1 failure").is_visible()
        require_quiet(window, team)


def test_the_search_of_a_report_works_when_it_is_served(browser: Browser, team: Serving) -> None:
    """The page of `--format html` keeps its own script under the server's policy."""
    with visit(browser) as window:
        page = window.page
        page.goto(team.url + "matrix")
        page.get_by_title("ana.json against tf.json").click()
        page.get_by_label("Search").fill("nothing like this")
        assert page.locator(".item:visible").count() == 0
        require_quiet(window, team)


def test_from_the_matrix_to_what_differs(browser: Browser, team: Serving) -> None:
    """A cell says its verdict without a colour, and leads to the differences behind it."""
    with visit(browser, forced_colors="active") as window:
        page = window.page
        page.goto(team.url)
        page.get_by_role("link", name="Drift").click()
        cell = page.get_by_title("ana.json against tf.json")
        assert cell.inner_text().split() == ["✕", "differs", "1"]
        cell.click()
        assert page.get_by_text("packages.numpy.version").first.is_visible()
        page.get_by_role("link", name="Drift").click()
        page.get_by_title("Every environment against this one").first.click()
        assert page.get_by_role("row").count() >= 4
        require_quiet(window, team)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", ["", "matrix", "?kind=run"])
def test_a_telephone_shows_the_whole_page(browser: Browser, team: Serving, scheme: str, path: str) -> None:
    """On a narrow screen nothing hangs over the edge, in either theme; a broad matrix is moved within its frame."""
    with visit(browser, color_scheme=scheme, viewport={"width": 360, "height": 740}) as window:
        window.page.goto(team.url + path)
        assert window.page.evaluate("document.documentElement.scrollWidth") == 360
        require_quiet(window, team)


def test_a_keyboard_is_enough(browser: Browser, team: Serving) -> None:
    """Whoever uses no mouse gets past the bar and chooses with the arrow keys."""
    with visit(browser) as window:
        page = window.page
        page.goto(team.url)
        page.keyboard.press("Tab")
        assert page.locator(":focus").inner_text() == "Skip to the content"
        page.get_by_label("observed: runs/run-2.json").focus()
        page.keyboard.press("ArrowDown")
        assert page.get_by_label("observed: runs/run-1.json").is_checked()


def test_hostile_documents_in_a_browser(browser: Browser, tmp_path: Path) -> None:
    """No script of a document runs, nothing is fetched, and every page of every document is there to be read."""
    write_hostile(tmp_path)
    with serving(tmp_path) as server, visit(browser) as window:
        page = window.page
        page.goto(server.url)
        rows = page.locator("tbody tr:not(.day)").count()
        assert rows == len(list(tmp_path.iterdir())) - 2, "all but the text and the empty file"
        addresses = [link.get_attribute("href") or "" for link in page.locator("a.doc").all()]
        page.goto(server.url + "matrix")
        addresses += [link.get_attribute("href") or "" for link in page.locator("a.pair").all()][:4]
        for address in addresses:
            page.goto(server.url.rstrip("/") + address)
            assert page.get_by_role("heading", level=1).count() == 1
        page.goto(server.url + "?kind=run")
        assert HOSTILE.partition("\u202e")[0] in page.locator(".about").first.inner_text()
        require_quiet(window, server)


def test_the_printed_address_opens_the_page_once_and_for_the_session(browser: Browser, tmp_path: Path) -> None:
    """With the token a browser goes on by a cookie and the address no longer carries it; another browser stays outside."""
    write_team(tmp_path)
    with serving(tmp_path, "--token") as server, visit(browser) as window, visit(browser) as stranger:
        plain = server.url.partition("?")[0]
        window.page.goto(server.url)
        window.page.wait_for_url(plain)
        window.page.get_by_role("link", name="tf.json").click()
        assert "token" not in window.page.url
        assert window.page.evaluate("document.cookie") == ""
        stranger.page.goto(plain)
        assert stranger.page.get_by_text("A token is needed").is_visible()
        assert stranger.page.get_by_text("tf.json").count() == 0


def test_a_click_in_a_chat_opens_the_page(browser: Browser, tmp_path: Path) -> None:
    """The printed address works as a link on another site, although the cookie is for no other site's requests."""
    write_team(tmp_path)
    with serving(tmp_path, "--token") as server, visit(browser) as window:
        window.page.route(
            "http://chat.example/", lambda route: route.fulfill(body=f'<a href="{server.url}">look</a>', content_type="text/html")
        )
        window.page.goto("http://chat.example/")
        window.page.get_by_role("link", name="look").click()
        window.page.wait_for_url(server.url.partition("?")[0])
        assert window.page.get_by_role("link", name="tf.json").is_visible()


def test_another_site_cannot_frame_or_read_it(browser: Browser, team: Serving) -> None:
    """A page elsewhere neither shows the folder in a frame nor fetches it."""
    with visit(browser) as window:
        window.page.route(
            "http://elsewhere.example/",
            lambda route: route.fulfill(body=f'<iframe src="{team.url}"></iframe>', content_type="text/html"),
        )
        window.page.goto("http://elsewhere.example/")
        frame = window.page.frames[-1]
        assert "tf.json" not in frame.content()
        read = f"fetch('{team.url}', {{mode: 'no-cors'}}).then(() => 'read', () => 'refused')"
        assert window.page.evaluate(read) == "refused"
