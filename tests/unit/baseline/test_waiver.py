"""Waivers: owner, reason and a last day."""

from __future__ import annotations

from datetime import date

import pytest

from envprobe.baseline.waiver import Waiver, read_waivers
from envprobe.error import DocumentError

GOOD = {"path": "packages.tensorboard.*", "owner": "ann", "reason": "only draws", "expires": "2027-01-31"}


def test_a_waiver_holds_on_its_last_day_and_not_after() -> None:
    """`expires` is the last day on which it counts."""
    waiver = Waiver(**GOOD)
    assert not waiver.expired(date(2027, 1, 31))
    assert waiver.expired(date(2027, 2, 1))


def test_a_waiver_speaks_of_the_paths_that_its_glob_matches() -> None:
    """`*` matches dots too."""
    assert Waiver(**GOOD).matches("packages.tensorboard.version")
    assert not Waiver(**GOOD).matches("packages.tensorboard-data-server.version")


def test_all_faults_of_all_waivers_are_said_at_once() -> None:
    """Each fault names the waiver and the member."""
    with pytest.raises(DocumentError) as caught:
        read_waivers([GOOD, {**GOOD, "owner": " ", "expires": "soon"}, {**GOOD, "path": "*", "reason": ""}], "w")
    assert [line.split(": ")[1] for line in caught.value.message.splitlines()] == [
        "[1].owner",
        "[1].expires",
        "[2].reason",
        "[2].path",
    ]


@pytest.mark.parametrize(
    "day", ["2027-02-30", "20270131", "2027-W01-1", "2027-1-31", "", "9999999-01-01", "\uff12\uff10\uff12\uff17-01-31"]
)
def test_a_day_has_one_spelling(day: str) -> None:
    """Only real days as YYYY-MM-DD: two spellings of one day would sort differently."""
    with pytest.raises(DocumentError, match="expires"):
        read_waivers([{**GOOD, "expires": day}], "w")


def test_a_waiver_of_a_section_that_is_none_is_refused() -> None:
    """A mistyped glob would waive nothing, and nobody would know before the review."""
    with pytest.raises(DocumentError, match=r"\[0\]\.path: no facts are called 'pacakges'; did you mean packages\?"):
        read_waivers([{**GOOD, "path": "pacakges.numpy.*"}], "w")
    assert read_waivers([{**GOOD, "path": "pa*.numpy.*"}], "w")


@pytest.mark.parametrize("missing", list(GOOD))
def test_nothing_of_a_waiver_may_be_left_out(missing: str) -> None:
    """A waiver without owner, reason or end is how a difference is forgotten."""
    with pytest.raises(DocumentError, match=missing):
        read_waivers([{name: value for name, value in GOOD.items() if name != missing}], "w")
