"""Plain text."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from .case import OutputVerdict, compare, found, only


@pytest.mark.parametrize(
    ("expected", "observed", "expected_findings"),
    [
        ("a\nb\nc\n", "a\nx\nc\n", [("changed", "line 2")]),
        ("a\nb\nc\n", "a\nc\n", [("removed", "line 2")]),
        ("a\nc\n", "a\nb\nc\n", [("added", "line 2")]),
        ("a\nb\n", "a\r\nb\r\n", [("changed", "ends of lines")]),
        ("a\nb\n", "a\nb", [("changed", "ends of lines")]),
    ],
)
def test_lines_are_compared(tmp_path: Path, expected: str, observed: str, expected_findings: list[tuple[str, str]]) -> None:
    """A changed, a missing and an added line, and other ends of lines, are each told."""
    assert found(compare(tmp_path, "a.txt", expected, observed)) == expected_findings


def test_no_tolerance_applies_to_text(tmp_path: Path) -> None:
    """A number in a sentence is text."""
    comparison = compare(tmp_path, "a.txt", "accuracy 0.943", "accuracy 0.944", {"*": {"absolute": 1.0}})
    assert comparison.verdict is OutputVerdict.DIFFERS


def test_long_texts_are_compared_in_place(tmp_path: Path) -> None:
    """A hundred thousand changed lines are counted without aligning them."""
    comparison = compare(tmp_path, "a.log", "a\n" * 100_000, "b\n" * 100_000)
    assert comparison.count == 100_000


def test_what_is_no_text_is_compared_by_bytes(tmp_path: Path) -> None:
    """One side that is no text is told."""
    comparison = compare(tmp_path, "a.txt", b"cafe", b"caf\x00\x01")
    assert comparison.compared_by.startswith("bytes because it holds NUL bytes")
    assert only(comparison).kind == "type"


def test_a_difference_is_always_visible(tmp_path: Path) -> None:
    """A long line is cut around the place where it parts, whose column is told."""
    comparison = compare(tmp_path, "a.txt", "x" * 5000 + "a", "x" * 5000 + "b")
    difference = only(comparison)
    assert difference.path == "line 1, column 5001"
    assert (difference.expected[-2:], difference.observed[-2:]) == ("xa", "xb")


def test_one_line_that_was_left_out_is_one_difference(tmp_path: Path) -> None:
    """Of ten thousand."""
    lines = [f"line {number}\n" for number in range(10_000)]
    comparison = compare(tmp_path, "a.txt", "".join(lines), "".join(lines[:300] + lines[301:]))
    assert found(comparison) == [("removed", "line 301")]


@pytest.mark.parametrize(
    ("name", "rules", "verdict"),
    [
        ("train.log", {}, OutputVerdict.IDENTICAL),
        ("train.txt", {}, OutputVerdict.DIFFERS),
        ("train.txt", {"train.txt": {"mask": ["time"]}}, OutputVerdict.IDENTICAL),
        ("train.log", {"train.log": {"mask": []}}, OutputVerdict.DIFFERS),
        ("train.log", {"train.log": {"mask": ["\\d+"]}}, OutputVerdict.IDENTICAL),
    ],
)
def test_times_in_a_log_are_not_content(tmp_path: Path, name: str, rules: Any, verdict: OutputVerdict) -> None:
    """In a log by itself, in other texts where a rule says so, and nowhere where a rule says that."""
    lines = ["2024-01-02 10:20:30,123 INFO loss=0.5\n", "2025-03-04 11:21:31,456 INFO loss=0.5\n"]
    assert compare(tmp_path, name, *lines, rules).verdict is verdict
    assert compare(tmp_path, name, lines[0], lines[0].replace("0.5", "9.5"), {}).verdict is OutputVerdict.DIFFERS


def test_other_encodings_are_read(tmp_path: Path) -> None:
    """The same words in another encoding differ by it alone; other words are seen in any."""
    comparison = compare(tmp_path, "a.txt", "Größe: naïve café".encode("utf-16"), "Größe: naïve café".encode())
    assert found(comparison) == [("changed", "encoding")]
    assert compare(tmp_path, "a.txt", b"caf\xe9\n", b"caf\xea\n").verdict is OutputVerdict.DIFFERS


@pytest.mark.parametrize("name", ["p8724454410", "pabcdefabcd", "p0123456abc", "image0714112093", "C0_0_7707893000"])
def test_the_random_ids_of_a_drawing_do_not_count(tmp_path: Path, name: str) -> None:
    """Matplotlib names a clip path by a word and ten hexadecimal digits, which may all be decimal ones, or letters."""
    drawing = '<svg><g clip-path="url(#{0})"/><clipPath id="{0}"><rect width="{1}"/></clipPath></svg>\n'
    recorded = drawing.format(f"{name[:-10]}5f0a3c9d21", 5)
    assert compare(tmp_path, "fig.svg", recorded, drawing.format(name, 5)).verdict is OutputVerdict.IDENTICAL
    assert compare(tmp_path, "fig.svg", recorded, drawing.format(name, 6)).verdict is OutputVerdict.DIFFERS
