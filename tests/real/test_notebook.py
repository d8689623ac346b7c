"""What a notebook shows, in a real browser: nothing of an environment that means harm acts there."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from envprobe.baseline import Baseline, to_json
from envprobe.fact import Known
from envprobe.fixes import Fix
from envprobe.notebook.display import of_report
from envprobe.policy import Severity
from envprobe.report import Difference, Kind, UnknownFact
from tests.notebook.running import run_cells
from tests.support.browser import Visit, visit
from tests.support.hostile import RUN, TEXTS
from tests.support.sample import fingerprint
from tests.unit.render.page.sample import report

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.real
NAME = f"<img/src=x/onerror={RUN}>"
VERSION = f"1</td></table><script>{RUN}</script><plaintext>"


@pytest.fixture
def visitor(browser: Browser) -> Iterator[Visit]:
    """A narrow window in the dark; whatever is shown, nothing is asked for and nothing goes wrong."""
    with visit(browser, viewport={"width": 600, "height": 900}, color_scheme="dark") as visitor:
        yield visitor
        assert [url for url in visitor.requests if not url.startswith("file:")] == []
        assert (visitor.errors, visitor.dialogs) == ([], [])


def front_end(visitor: Visit, folder: Path, htmls: list[str]) -> Page:
    """Open outputs as a front end shows those of a notebook that it trusts: as they are, scripts run, with nothing against them.

    A script that comes in through `innerHTML` is not run by itself; front ends make it anew so that it is.
    """
    coded = ",".join(f"'{base64.b64encode(html.encode()).decode()}'" for html in htmls)
    path = folder / "front_end.html"
    path.write_text(
        f"""<!doctype html><meta charset=utf-8><body style="background:#111;color:#eee"><main></main><script>
    for (const coded of [{coded}]) {{
      const output = document.querySelector('main').appendChild(document.createElement('div'));
      output.innerHTML = new TextDecoder().decode(Uint8Array.from(atob(coded), c => c.charCodeAt(0)));
      for (const script of output.querySelectorAll('script')) {{
        const anew = document.createElement('script'); anew.textContent = script.textContent; script.replaceWith(anew);
      }}
    }}</script>""",
        "utf-8",
    )
    return visitor.open(path)


def require_harmless(page: Page) -> None:
    """Require that only text came of what the environment said."""
    page.evaluate("document.querySelectorAll('main *').forEach(one => one.dispatchEvent(new Event('mouseover')))")
    assert page.evaluate("window.pwned") is None
    assert set(page.locator("main *").evaluate_all("found => found.map(one => one.tagName)")) <= {
        "DIV",
        "SPAN",
        "B",
        "TABLE",
        "TBODY",
        "TR",
        "TH",
        "TD",
        "CODE",
    }
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "a long word is wider than the notebook"


def test_a_trusting_front_end_would_run_a_script(visitor: Visit, tmp_path: Path) -> None:
    """What these tests look for can be found."""
    assert front_end(visitor, tmp_path, [f"<script>{RUN}</script>"]).evaluate("window.pwned") == 1


def test_nothing_of_a_report_acts(visitor: Visit, tmp_path: Path) -> None:
    """Paths, values, reasons, mends and names of a report are text, and a long one is cut."""
    differences = [
        Difference(
            path=f"packages.{text}.version",
            kind=Kind.CHANGED,
            severity=Severity.FAIL,
            why=text,
            expected=Known(text),
            observed=Known({text: [text]}),
            fix=Fix(f"python3 -m pip install {text}", is_command=True),
        )
        for text in TEXTS
    ]
    gaps = [UnknownFact(path=f"{text}.z", reason=text, severity=Severity.FAIL) for text in TEXTS]
    named = [
        report([], gaps[:1], expected_name=text, observed_name=text, skipped={text: text}, stale_waivers=[text]) for text in TEXTS
    ]
    htmls = [of_report(one, 1).data["text/html"] for one in [*named, report(differences, gaps)]]
    require_harmless(front_end(visitor, tmp_path, htmls))


def test_nothing_of_a_kernels_environment_acts(visitor: Visit, tmp_path: Path) -> None:
    """A package may give itself any name and version: a notebook that checks it, shows it and is exported stays safe."""
    package = tmp_path / "site" / "evil-1.dist-info"
    package.mkdir(parents=True)
    (package / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {NAME}\nVersion: {VERSION}\n")
    (tmp_path / "clean.json").write_bytes(to_json(Baseline(name="clean", kind="recorded", fingerprint=fingerprint())))
    quick = "--no-benchmark --no-integrity"
    notebook = run_cells(
        tmp_path,
        "%load_ext envprobe",
        f"%envprobe check --baseline clean.json {quick} -v",
        f"%envprobe show {quick} -v",
        f"%envprobe line {quick}",
        PYTHONPATH=str(tmp_path / "site"),
        LANG=NAME,
    )
    checked, shown, signed = (cell.outputs[0].data for cell in notebook.cells[1:])
    htmls = [checked["text/html"], shown["text/html"]]
    assert all("onerror" in html for html in htmls)
    assert not {"<", ">"} & set(signed["text/markdown"])
    require_harmless(front_end(visitor, tmp_path, htmls))
