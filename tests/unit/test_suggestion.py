"""What a mistyped name probably meant."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envprobe.suggestion import closest, did_you_mean, suggest

BASELINES = ["pins", "tensorflow-2.9.0", "tensorflow-2.9.0-gpu", "tf-2.9"]


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("tf-29", "tf-2.9"),
        ("TF-2.9", "tf-2.9"),
        ("pin", "pins"),
        ("tensorflow", "tensorflow-2.9.0"),
        ("gpu", "tensorflow-2.9.0-gpu"),
    ],
)
def test_a_slip_of_the_finger_finds_its_name(word: str, meant: str) -> None:
    """Letters left out, swapped or in another case, and a part of a longer name, find what was meant."""
    assert closest(word, BASELINES) == [meant]


def test_where_nothing_is_close_all_are_listed() -> None:
    """A reader whose word is like no name sees those that there are, and no guess."""
    assert suggest("zzz", BASELINES) == "there are pins, tensorflow-2.9.0, tensorflow-2.9.0-gpu, tf-2.9"
    assert did_you_mean("zzz", BASELINES) == ""
    assert suggest("zzz", []) == "there are none yet"


def test_a_long_list_is_cut() -> None:
    """A folder of hundreds of baselines does not fill the screen."""
    assert suggest("zzz", [f"name-{index}" for index in range(300)]).endswith("name-19 and 280 more")


@given(st.text(max_size=300), st.lists(st.text(max_size=30), max_size=20))
def test_only_names_that_exist_are_suggested(word: str, names: list[str]) -> None:
    """Whatever was typed, what is suggested can be typed next; a name itself is suggested for itself."""
    assert set(closest(word, names, 3)) <= set(names)
    for name in names:
        assert name.casefold() in [found.casefold() for found in closest(name, names, 3)]


@given(st.text(max_size=20), st.lists(st.text(max_size=20), max_size=10))
def test_the_order_of_names_does_not_matter(word: str, names: list[str]) -> None:
    """Engines and folders list names in any order; the answer is the same."""
    assert closest(word, names, 3) == closest(word, names[::-1], 3)
