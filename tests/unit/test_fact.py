"""Facts in three states."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envprobe.fact import ABSENT, Absent, Known, Section, Unknown, canonical, in_utf8, sha256


def test_states_are_never_equal() -> None:
    """No state equals another, nor anything that programs use for `nothing`."""
    states = [Known(""), Known(False), Known(0), Known([]), Known({}), Absent(), Unknown("")]
    for index, one in enumerate(states):
        others = [other for position, other in enumerate(states) if position != index and type(other) is not type(one)]
        assert all(one != other for other in others)
        assert one not in (None, "", False)


def test_get() -> None:
    """Each key has the state it was told in; what nobody mentions is absent."""
    section = Section({"version": "3.9"}, ["sitecustomize"], {"path": "no permission"})
    assert section.get("version") == Known("3.9")
    assert section.get("sitecustomize") == section.get("anything") == ABSENT
    assert section.get("path") == Unknown("no permission")


def test_a_failed_collector_speaks_for_the_rest() -> None:
    """Where `*` is unknown, what was found before it failed stays, and all the rest is unknown, not absent."""
    section = Section({"version": "3.9"}, ["sitecustomize"], {"*": "crashed"})
    assert section.get("version") == Known("3.9")
    assert section.get("sitecustomize") == ABSENT
    assert section.get("anything") == Unknown("crashed")


def test_keys_leave_the_star_out() -> None:
    """`*` is not a key; every other mentioned key is one."""
    assert sorted(Section({"a": 1}, ["b"], {"c": "x", "*": "y"}).keys()) == ["a", "b", "c"]


def test_digest_does_not_depend_on_order() -> None:
    """The order in which facts were told does not change a section's digest; a fact does."""
    one = Section({"a": 1, "b": {"x": 1, "y": 2}}, ["c", "d"], {"e": "x", "f": "y"})
    other = Section({"b": {"y": 2, "x": 1}, "a": 1}, ["d", "c"], {"f": "y", "e": "x"})
    assert one.digest() == other.digest()
    changed = [
        Section({**one.known, "a": True}, one.absent, one.unknown),
        Section({**one.known, "b": {"x": 1}}, one.absent, one.unknown),
        Section(one.known, ["c"], one.unknown),
        Section(one.known, one.absent, {"e": "x"}),
    ]
    assert one.digest() not in {section.digest() for section in changed}


@pytest.mark.parametrize(
    ("section", "faults"),
    [
        (Section({"a": "x", "b": {"c": [1, True, "y"]}}, ["d"], {"e": "z", "*": "w"}), []),
        (Section({"a": "x"}, ["a"]), ["a: in more than one of known, absent and unknown"]),
        (Section({"a": "x"}, [], {"a": "y"}), ["a: in more than one of known, absent and unknown"]),
        (Section({}, ["a"], {"a": "y"}), ["a: in more than one of known, absent and unknown"]),
        (Section({"a": {"b": [None]}}), ["known.a.b[0]: a fact is made of strings, integers and booleans, not null"]),  # type: ignore[dict-item]
        (Section({"a": [1, 1.5]}), ["known.a[1]: a fact is made of strings, integers and booleans, not 1.5"]),  # type: ignore[list-item]
    ],
)
def test_faults(section: Section, faults: list[str]) -> None:
    """A key has one state, and a value holds no null and no float at any depth."""
    assert list(section.faults()) == faults


def test_canonical_spelling() -> None:
    """A value has one spelling: sorted, without spaces, ASCII; what JSON does not know is refused."""
    assert canonical({"b": [True, 1], "a": "é\u202e"}) == b'{"a":"\\u00e9\\u202e","b":[true,1]}'
    with pytest.raises(ValueError, match="not JSON compliant"):
        canonical(float("nan"))
    assert sha256(b"") == "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(), lambda each: st.lists(each) | st.dictionaries(st.text(), each)
    )
)
def test_values_that_utf_8_can_hold_stay_as_they_are(value: Any) -> None:
    """Only what no document could be written of is spelled otherwise."""
    assert in_utf8(value) == value


def test_bytes_of_a_name_become_escapes() -> None:
    """In keys and values, at any depth."""
    assert in_utf8({"\udcff": ["a\udcff", 1]}) == {r"\udcff": [r"a\udcff", 1]}
