"""Facts as words: safe to print, and never the same words for two facts that differ."""

from __future__ import annotations

import json
import unicodedata
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from envprobe.fact import Known, canonical
from envprobe.spelling import INVISIBLE, UNSAFE_CATEGORIES, contrast, cut, line, safe, safe_json, spell
from tests.property.environment import HOSTILE, texts, values

anything = st.one_of(st.text(), st.sampled_from(HOSTILE))


def _harmless(text: str) -> bool:
    return all(
        letter == " " or (letter not in INVISIBLE and unicodedata.category(letter) not in UNSAFE_CATEGORIES) for letter in text
    )


@given(anything)
def test_nothing_unsafe_is_left(text: str) -> None:
    """No control, format, surrogate, separator or invisible character survives, and safe text stays as it is."""
    assert _harmless(safe(text))
    assert safe(safe(text)) == safe(text)
    if _harmless(text):
        assert safe(text) == text


@given(st.dictionaries(anything, anything))
def test_json_is_safe_and_the_same_document(value: dict[str, str]) -> None:
    """A program reads what it read before, and a screen shows no character that turns the text around."""
    text = safe_json(json.dumps(value, ensure_ascii=False, indent=1))
    assert json.loads(text) == value
    assert _harmless(text.replace("\n", ""))


@given(values, st.integers(5, 400), st.integers(1, 10))
def test_spelled_facts_are_safe_and_short(value: Any, limit: int, items: int) -> None:
    """A spelled fact is never empty, holds nothing unsafe and is not much longer than asked for."""
    words = spell(Known(value), limit, items)
    assert words
    assert _harmless(words)
    assert len(words) <= limit + len("… (1,000,000,000 more characters)")


@given(values, values, st.integers(1, 400))
def test_two_that_differ_look_different(left: Any, right: Any, limit: int) -> None:
    """Values that differ are never shown as the same words, however alike and however long they are."""
    expected, observed = contrast(Known(left), Known(right), limit)
    if canonical(left) != canonical(right):
        assert expected != observed
    assert _harmless(expected + observed)


@given(texts, st.sampled_from(["a", "b\x1b", "a\\x1b"]), st.sampled_from(["a", "b\\x1b", "a\x1b", ""]), st.integers(0, 2000))
def test_late_differences_are_shown(shared: str, left: str, right: str, padding: int) -> None:
    """Where two texts agree for pages, what is shown begins shortly before they part."""
    start = shared + "=" * padding
    expected, observed = contrast(Known(start + left), Known(start + right), 120)
    if left != right:
        assert expected != observed
        assert len(expected) <= 200


@given(anything, st.integers(0, 100))
def test_a_cut_says_how_much_is_left_out(text: str, limit: int) -> None:
    """A cut text ends in the number of characters that were left out; a short one is whole."""
    short = cut(text, limit)
    assert short == text if len(text) <= limit else f"({len(text) - limit:,} more characters)" in short
    assert _harmless(line(text, limit))
