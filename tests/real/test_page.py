"""The page in a real browser: it is read, searched, copied from and printed there, and nothing from a target acts in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from markupsafe import Markup

from envprobe.baseline.waiver import Waiver
from envprobe.claim import Claim, ClaimResult, ClaimVerdict
from envprobe.fact import ABSENT, Known
from envprobe.fixes import Fix
from envprobe.metric import Band, History, MetricRuns, RunValue
from envprobe.numerics.comparison import compare
from envprobe.numerics.pattern import Guess
from envprobe.output.comparison import OutputComparison, OutputDifference, OutputVerdict, Place
from envprobe.policy import Severity
from envprobe.render.page import render
from envprobe.render.page.shell import document
from envprobe.report import Difference, Kind, OutputResult, QuotedLine, Report, UnknownFact
from tests.support.browser import Visit, visit
from tests.support.hostile import AWAY, RUN, TEXTS
from tests.support.trace_sample import moved, trace
from tests.unit.render.page.sample import deviation, output, report

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.real
LONG = 500


def _difference(path: str, severity: Severity = Severity.FAIL, **given: Any) -> Difference:
    members: dict[str, Any] = {
        "kind": Kind.UPGRADED,
        "expected": Known("1.22.4"),
        "observed": Known("1.23.5"),
        "why": "other code",
    }
    return Difference(path=path, severity=severity, **{**members, **given})


def _rich() -> Report:
    """A report with something under every heading."""
    return report(
        [
            _difference("packages.numpy.version", fix=Fix("python3 -m pip install numpy==1.22.4", is_command=True)),
            _difference("packages.numpy.record", because="packages.numpy.version"),
            _difference("environment.TZ", Severity.WARN, expected=ABSENT, why="dates are read in another time zone"),
            _difference("system.kernel", Severity.NOTE, expected=Known("6.1.0"), observed=Known("5.4.0")),
            *[_difference(f"ospackages.lib{index}", Severity.NOTE) for index in range(20)],
        ],
        [UnknownFact(path="gpu.driver", reason="nvidia-smi gave no answer", severity=Severity.WARN)],
        trace=compare(trace(), moved({("training", "forward"): (1.0, 0.5, 0.2500002), ("training", "loss"): (1.1, 0.5, 0.25)})),
        outputs=[output(deviation())],
        skipped={"stdlib.*": "left out by --no-integrity"},
        stale_waivers=["gpu.* (cy): expired on 2025-06-30"],
        observed=QuotedLine("envprobe:1|py:3.9.2|tf:2.9.0"),
        metrics=[_metric("metrics.json:accuracy")],
        histories=[_history("metrics.json:a.long.name.of.a.metric.in.a.history.of.some.training")],
    )


def _metric(name: str) -> MetricRuns:
    recorded = [RunValue(0.8 + index / 100, index) for index in range(5)]
    new = [RunValue(0.86 + index / 90, index) for index in range(5)]
    return MetricRuns(metric=name, recorded=recorded, new=new, effect=0.06, interval=(0.05, 0.07), paired=True)


def _history(name: str) -> History:
    band = Band(mean=[3.0, 2.0, None], low=[2.5, 1.5, None], high=[3.5, 2.5, None], runs=5)
    return History(metric=name, steps=[0, 1, 2], recorded=band, new=band)


def _claims(metric: str, why: str = "") -> list[ClaimResult]:
    return [
        ClaimResult(
            claim=Claim(metric, ">=", 0.05),
            verdict=verdict,
            effect=0.06,
            interval=(0.05, 0.07),
            means=(0.8, 0.86),
            runs=(5, 5),
            why=why,
        )
        for verdict in ClaimVerdict
    ]


def _hostile() -> Report:
    """A report in which every text that a target, a baseline or a configuration could give means harm."""
    found = compare(trace(), moved({("training", "loss"): (1.1, 0.5, 0.25)}))
    text = "".join(TEXTS[:30])
    found.guesses.append(Guess(switch=text, why=text, source=text))
    return report(
        [
            _difference(
                f"packages.{text}.version",
                fix=Fix(f"python3 -m pip install {text}", is_command=True),
                why=text,
                expected=Known(text),
                observed=Known({text: [text, {text: text}]}),
                waiver=Waiver(path="*", owner=text, reason=text, expires="2027-01-01"),
            )
            for text in TEXTS
        ]
        + [_difference(f"{text}.x", Severity.WARN, because=f"packages.{TEXTS[0]}.version") for text in TEXTS]
        + [_difference(f"{text}.y", Severity.NOTE, fix=Fix(text)) for text in TEXTS],
        [UnknownFact(path=f"{text}.z", reason=text, severity=Severity.FAIL) for text in TEXTS],
        expected_name=text,
        observed_name=text,
        expected_id=text,
        observed_id=text,
        observed=QuotedLine(text),
        trace=found,
        outputs=[
            OutputResult(
                comparison=OutputComparison(
                    name=text,
                    type="json",
                    compared_by=f"bytes because {text}",
                    verdict=OutputVerdict.DIFFERS,
                    same_bytes=False,
                    hint=text,
                    count=1,
                    differences=[
                        OutputDifference(
                            path=text,
                            kind="changed",
                            expected=text,
                            observed=text,
                            why=text,
                            deviation=deviation(first=[Place(text, text, text)], worst=[Place(text, text, text)]),
                        )
                    ],
                )
            )
            for text in TEXTS
        ],
        claims=[claim for text in TEXTS for claim in _claims(text, text)],
        metrics=[_metric(text) for text in TEXTS],
        histories=[_history(text) for text in TEXTS],
        skipped={text: text for text in TEXTS},
        stale_waivers=TEXTS,
    )


@pytest.fixture(scope="module")
def rich(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("page") / "rich.html"
    path.write_text(render(_rich()), "utf-8")
    return path


@pytest.fixture
def visitor(browser: Browser) -> Iterator[Visit]:
    """A window; whatever a test does in it, the page asks nobody for anything and nothing goes wrong in it."""
    with visit(browser, viewport={"width": 1280, "height": 900}) as visitor:
        yield visitor
        assert [url for url in visitor.requests if not url.startswith(("file:", "data:"))] == []
        assert visitor.errors == []
        assert visitor.dialogs == []


def _shown(page: Page) -> list[str]:
    """Return the titles of the items that can be seen."""
    return page.locator(".item .path:visible").all_inner_texts()


def test_nothing_from_a_target_acts(visitor: Visit, tmp_path: Path) -> None:
    """No text of a report runs, loads or navigates anything, wherever it stands, also when the page is used."""
    path = tmp_path / "hostile.html"
    path.write_text(render(_hostile()), "utf-8")
    assert path.stat().st_size < 2_000_000
    page = visitor.open(path)
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    for event in ("mouseover", "focus", "click"):
        page.evaluate("name => document.querySelectorAll('main *').forEach(one => one.dispatchEvent(new Event(name)))", event)
    for name in page.locator("#section option").evaluate_all("options => options.map(option => option.value)"):
        page.select_option("#section", name)
    page.select_option("#section", "")
    page.fill("#find", "<img")
    assert page.locator(".item:not([hidden])").count() > 0
    assert page.evaluate("window.pwned") is None
    assert page.url == path.as_uri()
    assert page.locator("main").locator("img, iframe, object, form, base, link, script, style, a").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "a long word makes the page wider than the window"


def test_the_policy_is_a_second_wall(browser: Browser, tmp_path: Path) -> None:
    """Were a text to become markup for an error of ours, the browser would still neither run it nor call anybody."""
    path = tmp_path / "broken.html"
    path.write_text(document("t", Markup("".join(text for text in TEXTS[3:16] if "refresh" not in text))), "utf-8")
    with visit(browser) as visitor:
        page = visitor.open(path)
        page.wait_for_load_state()
        assert page.evaluate("window.pwned") is None
        assert [error for error in visitor.errors if "violation: script-src" in error]
        loaded = page.evaluate("performance.getEntriesByType('resource').map(one => one.name + one.transferSize)")
        assert [name for name in loaded if name.startswith(AWAY) and not name.endswith("0")] == []
        assert RUN in path.read_text("utf-8")


def test_search_narrows_to_what_matches(visitor: Visit, rich: Path) -> None:
    """A word that is searched for leaves what holds it, unfolds where it is, and is forgotten with Escape."""
    page = visitor.open(rich)
    everything = len(_shown(page))
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "find"
    page.keyboard.type("LIB7 ")
    assert _shown(page) == ["ospackages: 20 upgraded"]
    assert page.locator(".row:visible th").all_inner_texts() == ["lib7"]
    assert page.locator("#found").inner_text() == "1 of 6 shown"
    page.keyboard.press("Escape")
    assert len(_shown(page)) == everything
    assert not page.locator("#notes + details").get_attribute("open")
    assert page.locator("#found").inner_text() == ""


def test_words_are_searched_together(visitor: Visit, rich: Path) -> None:
    """Several words narrow further; a word that is nowhere says so instead of leaving a blank page."""
    page = visitor.open(rich)
    page.fill("#find", "time zone tz")
    assert _shown(page) == ["environment.TZ"]
    page.fill("#find", "zone numpy")
    assert _shown(page) == []
    assert page.locator("#found").inner_text() == "0 of 6 shown"


def test_filters_by_severity_and_section(visitor: Visit, rich: Path) -> None:
    """Each severity can be left out and taken in again, by mouse or keyboard, and one section can be looked at alone."""
    page = visitor.open(rich)
    page.locator(".chip", has_text="fail").click()
    assert _shown(page) == ["environment.TZ", "gpu.driver"]
    page.locator(".chip", has_text="fail").focus()
    page.keyboard.press("Space")
    assert "packages.numpy.version" in _shown(page)
    page.select_option("#section", "environment")
    assert _shown(page) == ["environment.TZ"]
    assert not page.locator("h3").get_by_text("packages", exact=True).is_visible()


def test_copying(browser: Browser, rich: Path) -> None:
    """The fix and the summary line are on the clipboard after one click, to the letter."""
    with visit(browser, permissions=["clipboard-read", "clipboard-write"]) as visitor:
        page = visitor.open(rich)
        for text in ("python3 -m pip install numpy==1.22.4", "envprobe:1|py:3.9.2|tf:2.9.0"):
            place = page.locator(".copyable", has_text=text)
            place.locator("button").click()
            place.locator("button", has_text="Copied").wait_for()
            assert page.evaluate("navigator.clipboard.readText()") == text


def test_keyboard_alone(visitor: Visit, rich: Path) -> None:
    """The first stop leads past the controls, every stop can be seen, and what is folded opens with Enter."""
    page = visitor.open(rich)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to what was found"
    assert page.locator(".skip").bounding_box()["x"] >= 0  # type: ignore[index]
    summary = page.locator("summary", has_text="also changes 1 more fact")
    summary.focus()
    page.keyboard.press("Enter")
    assert page.locator(".row", has_text="packages.numpy.record").is_visible()


def test_without_scripts(browser: Browser, rich: Path) -> None:
    """With scripts off all is there to read and to unfold, and no control that would do nothing."""
    with visit(browser, java_script_enabled=False) as visitor:
        page = visitor.open(rich)
        assert {"packages.numpy.version", "environment.TZ", "weights.npz", "gpu.driver"} <= set(_shown(page))
        assert not page.locator("#find").is_visible() and not page.locator(".copy").first.is_visible()
        page.locator("summary", has_text="of no consequence").click()
        assert page.locator(".path", has_text="system.kernel").is_visible()


@pytest.mark.parametrize("has_scripts", [True, False])
def test_print(browser: Browser, rich: Path, tmp_path: Path, has_scripts: bool) -> None:
    """On paper everything is unfolded, in light colours, without controls; with scripts off too."""
    from pypdf import PdfReader

    with visit(browser, java_script_enabled=has_scripts, color_scheme="dark") as visitor:
        visitor.open(rich).pdf(path=tmp_path / "page.pdf", print_background=True)
    text = " ".join(page.extract_text() for page in PdfReader(tmp_path / "page.pdf").pages)
    for words in ("packages.numpy.record", "system.kernel", "lib19", "forward", "left out by --no-integrity", "worst"):
        assert words in text, words
    for words in ("Search", "Copy", "Dark", "Light", "Section"):
        assert words not in text, words


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_it_fits_the_window(browser: Browser, rich: Path, width: int) -> None:
    """On a telephone and on a desk nothing lies outside of the window."""
    with visit(browser, viewport={"width": width, "height": 800}) as visitor:
        page = visitor.open(rich)
        page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_themes(browser: Browser, rich: Path) -> None:
    """The page follows the reader's system, and a button turns it over."""
    with visit(browser, color_scheme="dark") as visitor:
        page = visitor.open(rich)
        color = "getComputedStyle(document.body).backgroundColor"
        dark = page.evaluate(color)
        page.get_by_role("button", name="Light").click()
        light = page.evaluate(color)
        assert light != dark
        page.get_by_role("button", name="Dark").click()
        assert page.evaluate(color) == dark


def test_where_the_runs_part_is_marked(visitor: Visit, rich: Path) -> None:
    """The picture of the benchmark has both sides, the step where the losses part and the stage where the runs do."""
    page = visitor.open(rich)
    chart = page.locator("figure", has_text="loss classes").first
    assert chart.locator(".circle .dot").count() == chart.locator(".diamond .dot").count() == 4
    assert chart.locator("text.parted").text_content() == "losses part here"
    assert page.locator(".cell.first").inner_text().startswith("forward in 1/1")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_runs_and_claims_can_be_seen(browser: Browser, tmp_path: Path, scheme: Any, width: int) -> None:
    """Every run is a mark with its seed, pairs are joined, the interval has words, and each verdict on a claim has a word of its own."""
    path = tmp_path / "runs.html"
    claims = _claims("metrics.json:accuracy")
    path.write_text(
        render(report(claims=claims, metrics=[_metric("metrics.json:accuracy")], histories=[_history("m:loss")])), "utf-8"
    )
    with visit(browser, color_scheme=scheme, viewport={"width": width, "height": 800}) as visitor:
        page = visitor.open(path)
        assert page.locator(".claim .severity").all_inner_texts() == ["✓\nholds", "✕\nrefuted", "?\nundecided"]
        points = page.locator("figure", has_text="metrics.json:accuracy")
        assert points.locator("svg .dot").count() == 10
        assert points.locator(".joined").count() == 5
        assert "95 % interval +0.050 to +0.070" in points.inner_text()
        box, frame = points.locator(".interval").bounding_box(), points.bounding_box()
        assert box is not None and frame is not None
        assert frame["x"] < box["x"] and box["x"] + box["width"] < frame["x"] + frame["width"]
        course = page.locator("figure", has_text="m:loss")
        assert course.locator(".band").count() == 2
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert visitor.errors == []


def test_many_differences(visitor: Visit, tmp_path: Path) -> None:
    """Five hundred differences are a page that can be mailed, and a word among them is found."""
    path = tmp_path / "many.html"
    mixed = [_difference(f"numerics.n{index}", Severity.WARN) for index in range(LONG // 2)]
    path.write_text(render(report([*mixed, *[_difference(f"packages.p{index}.version") for index in range(LONG // 2)]])), "utf-8")
    assert path.stat().st_size < 1_000_000
    page = visitor.open(path)
    page.fill("#find", "p249")
    assert _shown(page) == [f"packages: {LONG // 2} upgraded"]
    page.fill("#find", "n249")
    assert _shown(page) == ["numerics.n249"]
