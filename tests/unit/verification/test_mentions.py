from __future__ import annotations

import pytest

from envprobe.carrier import Words
from envprobe.verification import mentions

METRICS = {"metrics.json:accuracy": "0.9431,0.9411", "metrics.json:history.val_loss[9]": "0.25", "a.json:f1": "0.5"}
LINE = "envprobe:1|py:3.8.10|tf:2.9.0|rec:" + "ab" * 16


def said(text: str) -> list[str]:
    return mentions.unrecorded([Words("line 1", text)], METRICS)


@pytest.mark.parametrize(
    "text",
    [
        "an accuracy of 0.97",
        "Accuracy: **0.97**",
        "we reach 97.1 % accuracy",
        "| accuracy | 0.97 |",
        "the val loss fell to 0.31",
        "val-loss=0.31",
        "accuracy 0.9441",
        "accuracy 0.25",
        "valloss 0.94",
    ],
)
def test_a_number_beside_a_metric_that_was_not_recorded_is_named(text: str) -> None:
    """The report says something of a metric that no run bears out."""
    (found,) = said(text)
    assert found.startswith("line 1 says 0.") or found.startswith("line 1 says 97.1%")


@pytest.mark.parametrize(
    "text",
    [
        "an accuracy of 0.943",
        "accuracy 94.3 %",
        "accuracy 94 %",
        "accuracy 0.94",
        "accuracy 0.942 ± 0.0014 (n=2)",
        "mean accuracy $0.942 \\pm 0.0014$",
        "val_loss 0.25",
        "accuracy 0.943, val_loss 0.25",
        "accuracy with numpy 1.22.4 and Python 3.8",
        "accuracy after 30 epochs",
        "accuracy on 2026-01-31",
        "the inaccuracy was 0.97",
        "the learning rate was 0.97",
        "our accuracy. The learning rate was 0.97",
    ],
)
def test_recorded_numbers_and_others_are_not(text: str) -> None:
    """Rounded, cut, in per cent, as a mean; versions, dates and numbers of other things."""
    assert [found for found in said(text) if "3.8" not in found] == []


def test_no_metrics_no_hints() -> None:
    """A record of an environment alone says nothing about numbers."""
    assert mentions.unrecorded([Words("line 1", "accuracy 0.97")], {}) == []


def test_hints_are_few() -> None:
    """A report of somebody else's numbers does not push what counts off the screen."""
    assert len(mentions.unrecorded([Words("line 1", "accuracy 0.77\n" * 100)], METRICS)) == 5


@pytest.mark.parametrize("text", [LINE, f"x {LINE[:20]}\n {LINE[20:]} y", f"`{LINE}`"])
def test_a_line_is_found_however_it_is_broken(text: str) -> None:
    """Paragraphs are filled anew, and a PDF has lines of its own."""
    assert mentions.lines([Words("line 1", text)]) == [LINE]


def test_hostile_text_is_searched_in_time() -> None:
    """A report of many megabytes made to be slow."""
    for text in ("envprobe:1|" * 200_000, "accuracy " * 200_000, "1" * 2_000_000, "accuracy 0." + "9" * 2_000_000):
        words = [Words("line 1", text)]
        assert mentions.lines(words) == []
        mentions.unrecorded(words, METRICS)
