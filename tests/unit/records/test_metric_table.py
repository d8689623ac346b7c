from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envprobe.records.metric_table import in_order, rows, spell


@pytest.mark.parametrize(
    ("text", "spelled"),
    [
        ("0.943", "0.943"),
        ("0.9430000185966492", "0.9430"),
        ("0.99996", "1.000"),
        ("30", "30"),
        ("123456789", "123456789"),
        ("1234.567", "1235"),
        ("1e-07", "1e-07"),
        ("1.23456e-12", "1.235e-12"),
        ("-0.000123456", "-0.0001235"),
        ("0.943,0.941,0.948", "0.9440 ± 0.0036 (n=3)"),
        ("0.943,-,0.95", "0.9465 ± 0.0049 (n=2)"),
        ("0.943,-", "0.943 (n=1)"),
        ("1,1,1", "1 ± 0 (n=3)"),
        ("0.943,nan,0.95,inf", "0.9465 ± 0.0049 (n=2, 2 not finite)"),
        ("nan,nan", "nan,nan"),
        ("100,120,150", "123 ± 25 (n=3)"),
        ("0.00001,0.00002", "0.0000150 ± 0.0000071 (n=2)"),
        ("1e30,2e30", "1.5e30 ± 7.1e29 (n=2)"),
    ],
)
def test_a_metric_is_shown_as_a_person_writes_it(text: str, spelled: str) -> None:
    """Few digits, several attempts as mean and standard deviation to the digits that mean something."""
    assert spell(text) == spelled


@pytest.mark.parametrize("text", ["nan", "inf,1", "-", "<b>", "1_000", "\uff10.\uff19", "1e99999,2", "0x10"])
def test_what_is_no_plain_number_is_shown_as_it_is(text: str) -> None:
    """A record comes from somebody else; nothing of it is guessed, and none of it is markup."""
    assert "±" not in spell(text)
    assert not set(spell(text)) & set("<>&`|")


def test_of_a_list_the_last_item_is_shown() -> None:
    """The last epoch is what people report, after the numbers that stand alone."""
    metrics = {"h:loss[2]": "0.3", "h:loss[10]": "0.1", "h:accuracy": "0.9", "h:b[0][1]": "3", "h:b[1][0]": "4"}
    assert [name for name, _ in rows(metrics)] == ["h:accuracy", "h:loss[10]", "h:b[0][1]", "h:b[1][0]"]


@given(st.lists(st.text("ab:[]01", max_size=6)))
def test_no_name_is_lost(names: list[str]) -> None:
    """The order is one of all names."""
    assert sorted(in_order(names)) == sorted(set(names))


@given(st.lists(st.from_regex(r"-?[0-9]{1,20}(\.[0-9]{1,20})?(e-?[0-9]{1,3})?", fullmatch=True), min_size=1, max_size=5))
def test_any_numbers_have_a_text(numbers: list[str]) -> None:
    """However large, small or many."""
    assert spell(",".join(numbers)).isprintable()
