"""What inside two nested values differs."""

from __future__ import annotations

import pytest

from envprobe.fact import ABSENT, Fact, Known
from envprobe.nested import inside


def test_each_difference_has_its_path() -> None:
    """Items that changed, came and went; True is not 1."""
    expected = Known({"mounts": [{"target": "/data", "ro": True}, {"target": "/x"}], "limits": {"cpus": "2", "old": 1}})
    observed = Known({"mounts": [{"target": "/data", "ro": 1}], "limits": {"cpus": "4", "new": [1]}})
    assert inside(expected, observed) == [
        "['limits']['cpus']: 2 != 4",
        "['limits']['new']: absent != 1",
        "['limits']['old']: 1 != absent",
        "['mounts'][0]['ro']: true != 1",
        "['mounts'][1]: target /x != absent",
    ]


@pytest.mark.parametrize("other", [ABSENT, Known("text"), Known(["flat"]), Known([[["x" * 70_000]]])])
def test_what_is_flat_or_too_large_has_no_inside(other: Fact) -> None:
    """The two values are shown beside each other anyway."""
    assert inside(Known([["a"]]), other) == []


def test_many_differences_are_cut_and_counted() -> None:
    """The screen of a reader is finite."""
    lines = inside(Known({"a": [[number] for number in range(90)]}), Known({"a": [[-1 - number] for number in range(90)]}))
    assert len(lines) == 21 and lines[-1] == "and 70 more"
