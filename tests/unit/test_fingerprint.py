"""A fingerprint, its id and its document."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from envprobe.error import DocumentError
from envprobe.fact import ABSENT, Known, Unknown
from envprobe.fingerprint import ANSWER_SCHEMA, Fingerprint, Probe, read_fingerprint, skip_reason, to_json
from tests.support.sample import fingerprint


def test_the_id_is_of_what_is_compared() -> None:
    """Facts, trace and what was left out make the id; the probe and the context do not."""
    plain = fingerprint()
    same = msgspec.structs.replace(plain, probe=Probe("9", "x"), context={"host_name": "h"})
    assert same.id == plain.id
    assert fingerprint(skipped={"a.*": "b"}).id not in (plain.id, fingerprint(skipped={"*": "b"}).id)
    with_trace = msgspec.structs.replace(plain, trace={"records": [1.5], "context": {"seconds": 1}})
    assert with_trace.id != plain.id
    assert msgspec.structs.replace(with_trace, trace={"records": [1.5], "context": {"seconds": 2}}).id == with_trace.id
    assert fingerprint({"python.version": "3.9.3"}).id != plain.id
    assert fingerprint(absent=("python.version",)).id != fingerprint(unknown={"python.version": "x"}).id


def test_the_id_is_stable() -> None:
    """The id of these facts is this one in every release: recorded baselines live as long as the project."""
    assert fingerprint().id == "sha256:55756cfa3b80919cf28829b68f585ba09cd695587dace629effed37c0dd6a6cc"


def test_get() -> None:
    """A fact is found by its path; a section that was left out on request, or that is not there, is unknown."""
    subject = fingerprint(skipped={"stdlib.*": "left out by --no-integrity"})
    assert subject.get("packages.numpy.version") == Known("1.22.4")
    assert subject.get("packages.torch.version") == ABSENT
    assert subject.get("invented.fact") == Unknown("the fingerprint has no such section")
    assert subject.get("stdlib.json") == Unknown("left out by --no-integrity")
    assert skip_reason("stdlib.json", subject.skipped) == "left out by --no-integrity"
    assert skip_reason("packages.numpy", subject.skipped) == skip_reason("x", {}) == ""


def test_the_document_is_reviewable() -> None:
    """The file starts with what it is, has one fact a line in order, and ends in a line end."""
    lines = to_json(fingerprint()).decode().splitlines(keepends=True)
    assert [line.split('"')[1] for line in lines[1:3]] == ["schema", "id"]
    versions = [line for line in lines if '.version"' in line]
    assert versions == sorted(versions)
    assert lines[-1].endswith("\n")


def test_an_answer_is_read_too() -> None:
    """What a colleague's probe wrote has no id and is read as it is."""
    body = {key: value for key, value in json.loads(to_json(fingerprint())).items() if key not in ("schema", "id")}
    answer = json.dumps({"schema": ANSWER_SCHEMA, **body}).encode()
    assert read_fingerprint(answer, "a.json") == fingerprint()


def _changed(**members: Any) -> bytes:
    return json.dumps({**json.loads(to_json(fingerprint())), **members}).encode()


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (_changed(id="sha256:" + "0" * 64), "id: says sha256:000"),
        (_changed(id=None), "id: says None"),
        (_changed(sections={}), "but its facts give"),
        (_changed(schema="envprobe.fingerprint/3"), "newer"),
        (_changed(schema="envprobe.fingerprint/2", skipped={"integrity.*": "added later"}), "id: says"),
        (_changed(sections={"python": {"known": {"a": None}}}), "sections.python.known.a: Expected"),
        (_changed(sections={"python": {"known": {"a": [None]}}}), "sections.python.known.a[0]: a fact is made of"),
        (_changed(sections={"python": {"known": {"a": 1}, "absent": ["a"]}}), "sections.python.a: in more than one"),
        (_changed(extra=1), "extra: not a member"),
        (b"[]", "schema: expected"),
    ],
)
def test_what_is_refused(data: bytes, fault: str) -> None:
    """A damaged, edited or newer fingerprint is refused with the place and the fault."""
    with pytest.raises(DocumentError, match=r"^a\.json: ") as caught:
        read_fingerprint(data, "a.json")
    assert fault in caught.value.message


def test_one_of_which_something_was_left_out() -> None:
    """It is written under the number whose id covers that; a whole one keeps the number that every envprobe reads."""
    partial = fingerprint(skipped={"stdlib.*": "asked"})
    assert json.loads(to_json(partial))["schema"] == "envprobe.fingerprint/2"
    assert json.loads(to_json(fingerprint()))["schema"] == "envprobe.fingerprint/1"
    assert read_fingerprint(to_json(partial), "a.json") == partial


def test_an_older_one_is_read_as_it_was_written() -> None:
    """The id of a `/1` says nothing of what was left out: it stays true, and nobody agreed to what stands there."""
    older = read_fingerprint(_changed(skipped={"integrity.*": "anybody's"}), "a.json")
    assert (older.id, older.agreed) == (fingerprint().id, {})
    assert json.loads(to_json(older)) == json.loads(_changed(skipped={"integrity.*": "anybody's"}))


def test_equal_fingerprints() -> None:
    """A fingerprint that was read equals the one that was written, whether or not its id was asked for."""
    assert fingerprint() == read_fingerprint(to_json(fingerprint()), "a.json")
    assert isinstance(fingerprint(), Fingerprint)


@pytest.mark.parametrize(
    ("members", "fault"),
    [
        (
            {"sections": {"packages": {"known": {str(number): "" for number in range(100_001)}}}},
            "facts: 100,001, more than 100,000",
        ),
        ({"sections": {"packages": {"absent": [str(number) for number in range(100_001)]}}}, "facts: 100,001, more than 100,000"),
        ({"sections": {str(number): {} for number in range(65)}}, "sections: 65, more than 64"),
        ({"skipped": {f"{number}.*": "" for number in range(65)}}, "skipped: 65, more than 64"),
    ],
)
def test_what_would_cost_too_much_to_compare_is_refused(members: dict[str, Any], fault: str) -> None:
    """A small document can ask for much work; it is refused before any is done."""
    with pytest.raises(DocumentError, match=fault):
        read_fingerprint(
            json.dumps({"schema": ANSWER_SCHEMA, "probe": {"version": "1", "digest": "d"}, "sections": {}, **members}).encode(),
            "a",
        )
