"""Facts as short words that are safe to print."""

from __future__ import annotations

from typing import Any

import pytest

from envprobe.fact import ABSENT, Known, Unknown
from envprobe.spelling import LINES_LIMIT, contrast, contrast_lines, cut, line, safe, spell, spell_lines

DIGEST = "sha256:" + "1" * 64


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain text", "plain text"),
        ("naïve 日本 😀", "naïve 日本 😀"),
        ("\x1b[31mred\x07", "\\x1b[31mred\\x07"),
        ("a\nb\r\tc\0", "a\\nb\\r\\tc\\x00"),
        ("\u202eevil\u2066", "\\u202eevil\\u2066"),
        ("zero\u200bwidth\ufeff", "zero\\u200bwidth\\ufeff"),
        ("no\u00a0break\u3000", "no\\xa0break\\u3000"),
        ("\x9b31m\x7f", "\\x9b31m\\x7f"),
        ("\ud800\ue000\U000e0041", "\\ud800\\ue000\\U000e0041"),
        ("num\ufe0fpy\u3164\U000e0100\u034f", "num\\ufe0fpy\\u3164\\U000e0100\\u034f"),
    ],
)
def test_safe(text: str, shown: str) -> None:
    """Letters of every script stay; what moves a cursor, hides text or passes for a space becomes an escape."""
    assert safe(text) == shown


@pytest.mark.parametrize(
    ("fact", "words"),
    [
        (Known("1.22.4"), "1.22.4"),
        (Known(""), "(empty)"),
        (Known(True), "true"),
        (Known(0), "0"),
        (Known([]), "(empty)"),
        (Known({}), "(empty)"),
        (Known(DIGEST), "sha256:111111111111"),
        (Known("sha256:short"), "sha256:short"),
        (Known(["a", "b"]), "a, b"),
        (Known(list("abcdef")), "a, b, c, d and 2 more"),
        (Known({"b": 1, "a": [True, DIGEST]}), "a true, sha256:111111111111, b 1"),
        (ABSENT, "absent"),
        (Unknown("no \x1b permission"), "unknown: no \\x1b permission"),
        (Known("x" * 20), "xxxxxxxxxx… (10 more characters)"),
        (Unknown("x" * 20), "unknown: x… (19 more characters)"),
    ],
)
def test_spell(fact: Any, words: str) -> None:
    """Each fact has words, short ones, never none."""
    assert spell(fact, 10 if "more characters" in words else 300) == words


@pytest.mark.parametrize(
    ("expected", "observed", "words"),
    [
        ("1.22.4", "1.23.5", ("1.22.4", "1.23.5")),
        ({"a": 1, "b": 2}, {"a": 1, "b": 3}, ("b 2", "b 3")),
        ({"a": 1}, {"a": 1, "b": 3}, ("(empty)", "b 3")),
        (["a", "b"], ["b", "c"], ("a", "c")),
        (["a", "b"], ["b", "a"], ("a, b", "b, a")),
        (["a"], ["a", "a"], ("a", "a, a")),
        (True, 1, ("true", "1")),
        ("1", 1, ('"1" (string)', "1 (integer)")),
        ("true", True, ('"true" (string)', "true (boolean)")),
        ({"a": True, "c": 1}, {"a": 1, "c": 1}, ("a true", "a 1")),
        ([True, "x"], [1, "x"], ("true", "1")),
        ("", "(empty)", ('"" (string)', '"(empty)" (string)')),
        ([], {}, ("[] (list)", "{} (object)")),
        ("\x1b", "\\x1b", ('"\\u001b" (string)', '"\\\\x1b" (string)')),
        (DIGEST, DIGEST[:-1] + "2", (f'"{DIGEST}" (string)', f'"{DIGEST[:-1]}2" (string)')),
    ],
)
def test_contrast(expected: Any, observed: Any, words: tuple[str, str]) -> None:
    """Only what differs is shown, and two that differ never look alike."""
    assert contrast(Known(expected), Known(observed)) == words


def test_contrast_of_states() -> None:
    """A fact that is only on one side is shown whole, the other side says absent or unknown."""
    assert contrast(ABSENT, Known({"a": 1})) == ("absent", "a 1")
    assert contrast(Known("absent"), ABSENT) == ('"absent" (string)', "absent")
    assert contrast(Known("a"), Unknown("crashed")) == ("a", "unknown: crashed")


def test_long_texts_are_shown_from_where_they_part() -> None:
    """Two texts that agree for pages are shown from shortly before their difference."""
    start = "/opt/lib:" * 100
    expected, observed = contrast(Known(start + "a"), Known(start + "b" * 300), 60)
    assert expected == "…" + start[-20:] + "a"
    assert observed.startswith("…" + start[-20:] + "b")
    assert observed.endswith("more characters)")


def test_cut_and_line() -> None:
    """What is left out is counted; one line stays one line."""
    assert cut("abc", 3) == "abc"
    assert cut("x" * 5000, 10) == "xxxxxxxxxx… (4,990 more characters)"
    assert line("a\nb") == "a\\nb"


def test_a_long_value_has_a_line_for_each_item() -> None:
    """What is too long for a line has one for each item; files of one folder stand under it, and no word is broken."""
    digest = "sha256:" + "1" * 64
    files = {f"numpy/core/{name}.py": digest for name in ("numeric", "multiarray")} | {"setup.cfg": digest, "numpy/a.py": digest}
    assert spell_lines(Known({"modified": files, "missing": ["x.py"]})) == [
        "missing x.py",
        "modified:",
        "  numpy/a.py sha256:111111111111",
        "  numpy/core/",
        "    multiarray.py sha256:111111111111",
        "    numeric.py sha256:111111111111",
        "  setup.cfg sha256:111111111111",
    ]
    assert spell_lines(Known(["a", "b"])) == ["a, b"]
    assert spell_lines(ABSENT) == ["absent"]
    assert len(spell_lines(Known([f"file{number}" for number in range(9000)]))) == LINES_LIMIT + 1


def test_two_long_values_are_shown_where_they_differ() -> None:
    """Of two long lists only the items that one side has are shown, each on its line."""
    common = [f"/opt/shared/{number}" for number in range(50)]
    ours, theirs = contrast_lines(Known([*common, "/etc/hosts"]), Known([*common, *(f"/srv/data/{n}/part" for n in range(9))]))
    assert ours == ["/etc/hosts"]
    assert theirs == [f"/srv/data/{n}/part" for n in range(9)]
