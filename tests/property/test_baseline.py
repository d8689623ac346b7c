"""What is true of every baseline, and of every file that claims to be one."""

from __future__ import annotations

import json
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from envprobe.baseline import Baseline, read_baseline, to_json
from envprobe.baseline.declaration import Declaration
from envprobe.baseline.waiver import Waiver
from envprobe.error import DocumentError
from envprobe.fact import ABSENT, Known, Unknown
from tests.support.sample import fingerprint

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
values = st.recursive(
    st.one_of(texts, st.integers(-(2**53), 2**53), st.booleans()),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(texts, inner, max_size=3)),
    max_leaves=6,
)
specifiers = st.sampled_from(["==1.0", ">=1,<2", "~=2.9.0", "===odd", "!=3", ">=1rc1"])
markers = st.sampled_from(["", 'python_version < "3.9"', 'platform_machine == "arm64"', 'os_name == "posix"'])
forms = st.one_of(
    st.fixed_dictionaries({"equals": values}),
    st.fixed_dictionaries({"specifier": specifiers}),
    st.fixed_dictionaries({"one_of": st.lists(values, min_size=1, max_size=3)}),
    st.sampled_from([{"present": True}, {"absent": True}, {"origin": "git+https://h/a@0123abc"}, {"hashes": ["sha256:aa"]}]),
)
declarations = st.builds(
    lambda form, **rest: Declaration(**form, **rest), forms, when=markers, optional=st.booleans(), source=texts, note=texts
)
facts = st.one_of(st.just(ABSENT), values.map(Known), texts.map(Unknown))
declared = st.builds(
    Baseline,
    name=texts,
    kind=st.just("declared"),
    description=texts,
    declared=st.dictionaries(texts.map("packages.x".__add__), declarations, min_size=1, max_size=4),
    complete=st.lists(texts, max_size=2),
    policy=st.sampled_from([{}, {"gpu.*": "note"}]),
    waivers=st.lists(
        st.builds(Waiver, path=st.just("gpu.*"), owner=st.just("ann"), reason=st.just("r"), expires=st.dates().map(str)),
        max_size=2,
    ),
)
recorded = st.builds(
    Baseline,
    name=texts,
    kind=st.just("recorded"),
    fingerprint=st.dictionaries(texts.map("environment.".__add__), values, max_size=4).map(fingerprint),
)


def damaged(value: Any, data: st.DataObject) -> Any:
    """Return a JSON value with one member anywhere in it replaced by something drawn."""
    place = value
    while isinstance(place, dict | list) and place:
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        key = data.draw(st.sampled_from(keys))
        if not isinstance(place[key], dict | list) or not place[key] or data.draw(st.booleans()):
            place[key] = data.draw(st.one_of(values, st.none(), st.floats(allow_nan=False)))
            break
        place = place[key]
    return value


@given(st.one_of(declared, recorded))
def test_round_trip(baseline: Baseline) -> None:
    """What is written is read back equal, and written again byte for byte."""
    data = to_json(baseline)
    assert read_baseline(data, "b") == baseline
    assert to_json(read_baseline(data, "b")) == data


@given(declarations, st.lists(declarations, max_size=2), texts)
def test_no_unknown_fact_is_ever_accepted(first: Declaration, also: list[Declaration], reason: str) -> None:
    """A fact that could not be looked up is neither accepted nor refused, unless nothing is declared for this target."""
    whole = msgspec.structs.replace(first, also=also)
    observed = fingerprint()
    if whole.applies(observed):
        assert whole.accepts(Unknown(reason), observed) is None


@given(declarations, st.lists(declarations, max_size=2), facts)
def test_more_declarations_accept_no_more(first: Declaration, also: list[Declaration], fact: Any) -> None:
    """Adding an expectation can turn a yes into a no, never a no into a yes."""
    observed = fingerprint()
    if first.accepts(fact, observed) is not True:
        assert msgspec.structs.replace(first, also=also).accepts(fact, observed) is not True


@given(st.binary(max_size=200))
def test_any_bytes_are_a_baseline_or_a_sentence(data: bytes) -> None:
    """No file makes a traceback."""
    try:
        read_baseline(data, "b")
    except DocumentError as error:
        assert error.message.startswith("b: ")


@given(declared, st.data())
def test_a_damaged_baseline_is_a_baseline_or_a_sentence(baseline: Baseline, data: st.DataObject) -> None:
    """One member anywhere replaced by something else: still no traceback."""
    value = damaged(json.loads(to_json(baseline)), data)
    try:
        read_baseline(json.dumps(value).encode(), "b")
    except DocumentError as error:
        assert error.message.startswith("b: ")
