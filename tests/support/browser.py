"""Give tests a real browser: Chromium through Playwright, one process for a whole test run.

Where there is none, tests skip, or fail with ENVPROBE_REQUIRE_ENGINE set, as in CI.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.support.engine import missing

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
VIOLATIONS = (
    "document.addEventListener('securitypolicyviolation', event => console.error('violation: ' + event.violatedDirective))"
)


@contextmanager
def chromium() -> Iterator[Browser]:
    """Yield a headless Chromium that is found on PATH; nothing is downloaded."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        missing("no chromium on PATH: apt-get install chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield browser
        browser.close()


class Visit:
    """A window on one page, and all that it did: what it asked for, what went wrong, which dialogs it opened."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.requests: list[str] = []
        self.errors: list[str] = []
        """Uncaught exceptions, errors on the console, and violations of the Content-Security-Policy."""
        self.dialogs: list[str] = []
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", lambda said: self.errors.append(said.text) if said.type == "error" else None)
        page.on("dialog", self._dismiss)
        page.add_init_script(VIOLATIONS)

    def _dismiss(self, dialog: Any) -> None:
        self.dialogs.append(dialog.message)
        dialog.dismiss()

    def open(self, path: Path) -> Page:
        """Open a file, as from a mail attachment."""
        self.page.goto(path.as_uri())
        return self.page


@contextmanager
def visit(browser: Browser, **context: Any) -> Iterator[Visit]:
    """Yield a window with a fresh profile; `context` is what `Browser.new_context` takes, such as `color_scheme="dark"`."""
    fresh = browser.new_context(**context)
    yield Visit(fresh.new_page())
    fresh.close()
