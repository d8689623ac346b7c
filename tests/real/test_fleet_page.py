"""The page of a fleet of ten thousand in a real browser: a member is found, outliers are shown alone, two classes stand side by side."""

from __future__ import annotations

import pytest

from envprobe import cli
from envprobe.baseline import Baseline, to_json
from tests.support.fleets import spread, write_spool
from tests.support.sample import fingerprint

pytestmark = pytest.mark.real

SAME = fingerprint()


@pytest.fixture(scope="module")
def page(browser, tmp_path_factory):
    """The page, opened; whatever the browser complains about fails the test."""
    folder = tmp_path_factory.mktemp("fleet")
    (folder / "tf.json").write_bytes(to_json(Baseline(name="tf", kind="recorded", fingerprint=SAME)))
    odd = [(1, fingerprint({"packages.six.version": f"2.{number}.0"})) for number in range(200)]
    spool = write_spool(folder / "s.jsonl", spread([(9800, SAME), *odd], "node"), {"gone": "drained: bad fan"})
    argv = ["fleet", "check", "--on", f"file:{spool}", "--baseline", str(folder / "tf.json"), "--no-benchmark"]
    assert (
        cli.main([*argv, "--spool", str(folder / "again.jsonl"), "--format", "html", "--output", str(folder / "fleet.html")]) == 2
    )
    opened = browser.new_page()
    complaints: list[str] = []
    opened.on("console", lambda message: complaints.append(message.text))
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.goto(f"file://{folder}/fleet.html")
    yield opened
    assert complaints == []
    opened.close()


def test_a_member_is_found_by_its_name(page):
    """Names are folded on the page, and a name inside of a range is found all the same."""
    page.fill("#find", "node4711")
    assert page.inner_text("#count") == "1 of 201 classes"
    page.fill("#find", "")
    assert page.inner_text("#count") == "201 of 201 classes"


def test_outliers_are_shown_alone(page):
    """Two hundred of them, each with what differs."""
    page.select_option("#show", "outlier")
    assert page.inner_text("#count") == "200 of 201 classes"
    assert "packages.six.version 1.16.0 != 2." in page.inner_text(".matrix tbody tr:first-child")
    page.select_option("#show", "")


def test_any_two_classes_stand_side_by_side(page):
    """The facts in which they differ, with both values."""
    page.select_option("#left", "1")
    page.select_option("#right", "201")
    assert "packages.six.version" in page.inner_text("#pair") and "1.16.0" in page.inner_text("#pair")


def test_who_is_out_of_reach_stands_there_with_the_reason(page):
    """Nobody is dropped."""
    assert "drained: bad fan" in page.inner_text("main")
