"""Baselines as files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from envprobe.baseline import Baseline, Provenance, read_baseline, to_json
from envprobe.baseline.declaration import Declaration
from envprobe.baseline.waiver import Waiver
from envprobe.error import DocumentError
from tests.support.sample import fingerprint

DATA = Path(__file__).parents[2] / "data" / "baselines"
RECORDED = Baseline(
    name="team",
    kind="recorded",
    fingerprint=fingerprint(),
    traces={"cpu/avx512": [{"schema": "x"}]},
    policy={"gpu.*": "note"},
    waivers=[Waiver(path="packages.x.*", owner="ann", reason="r", expires="2027-01-31")],
    provenance=Provenance(recorded="2026-01-31T12:00:00Z", envprobe="0.1.0", target="docker://c"),
)
DECLARED = Baseline(
    name="needs",
    kind="declared",
    complete=["packages.*"],
    declared={"packages.numpy.version": Declaration(specifier="<2,>=1.20", source="requirements.txt:1")},
)


@pytest.mark.parametrize("baseline", [RECORDED, DECLARED])
def test_a_baseline_reads_as_it_was_written(baseline: Baseline) -> None:
    """What is saved is what is loaded, byte for byte."""
    data = to_json(baseline)
    assert read_baseline(data, "b.json") == baseline
    assert to_json(read_baseline(data, "b.json")) == data


def test_a_recorded_baseline_keeps_nothing_of_the_machine() -> None:
    """Host name, user and times do not go into a file that is committed, and the id does not depend on them."""
    here = msgspec.structs.replace(fingerprint(), context={"host_name": "secret-host", "user": "ann"})
    baseline = msgspec.structs.replace(RECORDED, fingerprint=here)
    assert to_json(baseline) == to_json(RECORDED)
    assert baseline.id == RECORDED.id == fingerprint().id


def test_the_id_of_a_declared_baseline_is_what_it_declares() -> None:
    """Another name or description is the same expectation; another specifier is not."""
    assert msgspec.structs.replace(DECLARED, name="x", description="y").id == DECLARED.id
    other = {"packages.numpy.version": Declaration(specifier="<3", source="requirements.txt:1")}
    assert msgspec.structs.replace(DECLARED, declared=other).id != DECLARED.id


def test_a_reader_can_review_it() -> None:
    """One line a fact, sorted, empty members left out: what a pull request shows is what changed."""
    lines = to_json(DECLARED).decode().splitlines()
    assert lines[:4] == ["{", ' "schema": "envprobe.baseline/1",', ' "name": "needs",', ' "kind": "declared",']
    assert '   "specifier": "<2,>=1.20"' in lines
    assert not any("fingerprint" in line or "waivers" in line for line in lines)


def test_an_edited_fingerprint_is_noticed() -> None:
    """A recorded fact cannot be changed by hand without a trace: the id would be false."""
    data = to_json(RECORDED).replace(b'"1.22.4"', b'"1.23.5"')
    with pytest.raises(DocumentError, match=r"b\.json: fingerprint: id: says"):
        read_baseline(data, "b.json")


def test_all_faults_are_said_at_once() -> None:
    """Declarations and waivers are checked together, each fault with its path."""
    value = json.loads(to_json(DECLARED))
    value["declared"] = {"numpy": {"specifier": "==1"}, "packages.a.version": {}, "packages.b.version": {"specifier": "x"}}
    value["waivers"] = [{"path": "*", "owner": "", "reason": "r", "expires": "never"}]
    with pytest.raises(DocumentError) as caught:
        read_baseline(json.dumps(value).encode(), "b.json")
    starts = [line.removeprefix("b.json: ").split(": ")[0] for line in caught.value.message.splitlines()]
    assert starts == [
        "declared.numpy",
        "declared.packages.a.version",
        "declared.packages.b.version",
        "waivers[0].owner",
        "waivers[0].path",
        "waivers[0].expires",
    ]


def changed(**members: Any) -> bytes:
    """Return the declared sample with some members replaced; None takes one out."""
    value = {**json.loads(to_json(DECLARED)), **members}
    return json.dumps({name: member for name, member in value.items() if member is not None}).encode()


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "empty"),
        (b" \n", "empty"),
        (to_json(DECLARED)[:200], "not JSON"),
        (b"[1]", "schema: expected"),
        (b"null", "schema: expected"),
        (changed(schema="envprobe.baseline/2"), "newer than envprobe.baseline/1"),
        (changed(schema="envprobe.report/1"), "schema: expected"),
        (changed(name=None), "name: missing"),
        (changed(kind="guessed"), "kind"),
        (changed(kind="recorded"), "kind: a recorded baseline has a fingerprint"),
        (changed(declared={}), "declared: empty"),
        (changed(surprise=1), "surprise"),
        (changed(policy={"gpu.*": "fatal"}), "policy: gpu.*: expected one of"),
        (changed(policy=[]), "policy"),
        (changed(traces={"a": "not a trace"}), "traces"),
        (changed(fingerprint={"schema": "envprobe.fingerprint/1"}), "fingerprint"),
        (changed(fingerprint=[]), "fingerprint"),
        (changed(description="x" * (2 << 20)), "a string of 2,097,152 characters"),
        (changed(declared={"packages.a.version": {"equals": 1.5}}), "declared.packages.a.version"),
        (b'{"schema": "envprobe.baseline/1", "name": "a", "name": "b"}', "duplicate key 'name'"),
        (b'{"schema": "envprobe.baseline/1", "name": NaN}', "NaN is not JSON"),
        (b'{"a":' * 100 + b"1" + b"}" * 100, "nested more than"),
        (b"[" * 100_000, "nested too deeply"),
        (b"\xff\xfe", "not UTF-8"),
    ],
)
def test_a_broken_or_hostile_file_is_a_sentence(data: bytes, message: str) -> None:
    """Whatever the file holds, the error names it and says what is wrong."""
    with pytest.raises(DocumentError) as caught:
        read_baseline(data, "b.json")
    assert caught.value.message.startswith("b.json: ")
    assert message in caught.value.message
    assert len(caught.value.message) < 10_000


@pytest.mark.parametrize("file", sorted(DATA.glob("*.json")), ids=lambda path: path.name)
def test_published_baselines_stay_readable(file: Path) -> None:
    """A schema that was published once can be read for ever, and is written as it was."""
    assert to_json(read_baseline(file.read_bytes(), file.name)) == file.read_bytes()


WAIVER = {"path": "gpu.*", "owner": "ana", "reason": "r", "expires": "2027-01-01"}


@pytest.mark.parametrize(
    ("members", "fault"),
    [
        ({"declared": {f"packages.p{number}.version": {"equals": "1"} for number in range(10_001)}}, "declared: 10,001"),
        ({"complete": ["packages.*"] * 1001}, "complete: 1,001"),
        ({"traces": {str(number): [] for number in range(1001)}}, "traces: 1,001"),
        ({"waivers": [WAIVER] * 1001}, "waivers: 1,001"),
        ({"policy": {f"packages.p{number}": "warn" for number in range(1001)}}, "policy: 1,001"),
    ],
)
def test_what_would_cost_too_much_to_compare_is_refused(members: dict[str, Any], fault: str) -> None:
    """Each of these is held against each fact or difference: a small file could ask for hours."""
    document = {"schema": "envprobe.baseline/1", "name": "b", "kind": "declared", "declared": {"gpu.count": {"equals": 1}}}
    with pytest.raises(DocumentError, match=fault):
        read_baseline(json.dumps({**document, **members}).encode(), "b.json")
