"""The published schemas: whole, up to date, and true of every sample there is."""

from __future__ import annotations

import base64
import copy
import json
import re
import subprocess
import sys
import zlib
from collections.abc import Callable, Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import msgspec
import pytest
from jsonschema import Draft202012Validator

from envprobe import runs, schemas, store
from envprobe.baseline import Baseline, Provenance, read_baseline
from envprobe.baseline import to_json as baseline_json
from envprobe.baseline.declaration import Declaration
from envprobe.baseline.waiver import Waiver
from envprobe.carrier import open_carrier
from envprobe.command.report import verify
from envprobe.error import DocumentError, UsageError
from envprobe.fingerprint import read_fingerprint
from envprobe.fingerprint import to_json as fingerprint_json
from envprobe.numerics.trace import numeric_class, read_trace, read_traces
from envprobe.records.packing import pack
from envprobe.records.record import SignedRecord
from envprobe.render import verification
from envprobe.signing import statement
from tests.support.attached import RECORD, REPORTS
from tests.support.run_sample import attempt, described, run
from tests.support.sample import fingerprint
from tests.support.schema import fits, problems
from tests.support.trace_sample import TRACE

REPOSITORY = Path(__file__).parents[2]
WRONG = 1.5
"""Of no type that a document has, but for what is never compared."""
SAID_BY_NO_SCHEMA = ("id: says sha256:", " do not fit ", "is of class ", "a seed of its own")
"""Faults of several members together: an id and what it is of, a sample and its shape, a trace and its class, the attempts."""
WAIVER = Waiver(path="gpu.*", owner="ana", reason="old cards", expires="2027-01-31")
DECLARED = Baseline(
    name="pins",
    kind="declared",
    policy={"gpu.*": "note", "tolerance": {"forward_scaled": 1e-4}},
    waivers=[WAIVER],
    declared={"packages.numpy.version": Declaration(specifier=">=1.22", also=[Declaration(one_of=["1.22.4", "1.23.0"])])},
    complete=["packages.*"],
    traces={numeric_class(read_trace(TRACE, "t")): [TRACE]},
    provenance=Provenance(source="requirements.txt"),
)
FINGERPRINT = msgspec.structs.replace(
    fingerprint({"python.path": ["{stdlib}"], "python.flags": {"utf8_mode": 1}}, unknown={"gpu.*": "no"}, absent=("cuda.nvcc",)),
    trace=TRACE,
    skipped={"integrity.*": "left out"},
)
RUN = run(attempt(described(loss=0.5), seed=0), attempt(described(loss=0.25), seed=1), seed_variable="SEED")


def _packed(signed: SignedRecord) -> Any:
    return json.loads(zlib.decompress(base64.b64decode(pack(signed))))


def _read_baseline(data: bytes) -> None:
    read_traces(read_baseline(data, "b.json").traces, "traces")


def _read_fingerprint(data: bytes) -> None:
    if isinstance(trace := json.loads(data).get("trace"), dict):  # first: whatever changes in it gives another id
        read_trace(trace, "trace")
    read_fingerprint(data, "f.json")


def _read_run(data: bytes) -> None:
    runs.from_value(json.loads(data), "run.json")


def _read_trace(data: bytes) -> None:
    read_trace(json.loads(data), "trace")


SAMPLES: dict[str, tuple[bytes, Callable[[bytes], Any]]] = {
    "baseline/1": (baseline_json(DECLARED), _read_baseline),
    "fingerprint/1": (fingerprint_json(msgspec.structs.replace(FINGERPRINT, skipped={})), _read_fingerprint),
    "fingerprint/2": (fingerprint_json(msgspec.structs.replace(FINGERPRINT, skipped={"a.*": "b"})), _read_fingerprint),
    "run/1": (runs.to_json(RUN), _read_run),
    "trace/1": (json.dumps(TRACE).encode(), _read_trace),
}


def test_every_document_of_the_code_has_a_schema() -> None:
    """Whatever calls itself envprobe.NAME/NUMBER in the code has a published schema of that name."""
    code = [path.read_text("utf-8") for folder in ("envprobe", "probes") for path in (REPOSITORY / folder).rglob("*.py")]
    found = {name for text in code for name in re.findall(r'"envprobe\.([a-z_]+/[0-9]+)"', text)}
    assert found <= set(schemas.names())
    assert {"run/1", "statement/1"} <= set(schemas.names())


@pytest.mark.parametrize("name", schemas.names())
def test_a_schema_is_one_and_needs_no_network(name: str) -> None:
    """Each is valid JSON Schema 2020-12, names itself, and refers to nothing outside of itself."""
    schema = json.loads(schemas.text(name))
    Draft202012Validator.check_schema(schema)
    assert (schema["$id"], schema["title"]) == (f"envprobe:schema/{name}", f"envprobe.{name}")
    references = re.findall(r'"\$ref": "#/\$defs/([^"]+)"', schemas.text(name))
    assert set(references) == set(schema.get("$defs", {}))
    assert schemas.text(name).count('"$ref"') == len(references)


def test_the_files_are_what_the_types_say() -> None:
    """Whoever changes a document runs `python docs/tools/schemas.py`, and sees in review what changed for its readers."""
    program = "import json, schemas; print(json.dumps(schemas.schemas()))"
    made = subprocess.run(
        [sys.executable, "-c", program], cwd=REPOSITORY / "docs" / "tools", capture_output=True, text=True, check=True
    ).stdout
    assert json.loads(made) == {path.name: path.read_text("utf-8") for path in schemas.FOLDER.glob("*.json")}


def test_a_schema_is_found_by_its_name() -> None:
    """With or without its family and its number; a mistyped one is told what was probably meant."""
    assert schemas.text("baseline") == schemas.text("baseline/1") == schemas.text("envprobe.baseline/1")
    with pytest.raises(UsageError) as caught:
        schemas.text("../baseline")
    assert caught.value.hint == "did you mean baseline/1?"


def _kept() -> Iterator[tuple[str, Path]]:
    for folder in (store.shipped(), REPOSITORY / "tests/data/baselines"):
        yield from (("baseline/1", path) for path in sorted(folder.glob("*.json")))
    yield from (("report/1", path) for path in sorted((REPOSITORY / "tests/golden").glob("*/all.json")))


@pytest.mark.parametrize(("name", "path"), [*_kept()], ids=lambda value: str(value).removeprefix(f"{REPOSITORY}/"))
def test_every_kept_document_fits(name: str, path: Path) -> None:
    """Shipped baselines, samples of published versions and golden reports are what the schemas say."""
    found = problems(name, path.read_bytes())
    if path.name == "recorded-1.json":  # it keeps a trace of a schema that never was: {"schema": "x"}
        found = [problem for problem in found if not re.match(r"\$\.traces\W+cpu/avx512\W", problem)]
    assert found == []


@pytest.mark.parametrize("name", SAMPLES)
def test_a_document_with_every_member_fits(name: str) -> None:
    """The samples below use as many members as there are, and fit."""
    assert problems(name, SAMPLES[name][0]) == []


def test_records_and_statements_fit() -> None:
    """What is in a report's record, in those that were published too, and what is signed of it."""
    assert problems("record/1", _packed(SignedRecord(record=RECORD))) == []
    for path in sorted((REPORTS / "schema-1").glob("report.*")):
        found = open_carrier(path).read()
        assert found is not None
        assert problems("record/1", zlib.decompress(base64.b64decode(found.packed))) == []
    for path in sorted((REPORTS / "links").glob("*.md")):
        link = open_carrier(path).read()
        assert link is not None
        assert problems("link/1", zlib.decompress(base64.b64decode(link.packed))) == []
    made = statement.make(RECORD.digest, str(RECORD.line), datetime(2026, 1, 31, tzinfo=timezone.utc))
    assert problems("statement/1", made) == []


@pytest.mark.parametrize("report", sorted((REPORTS / "schema-1").glob("report.*")), ids=lambda path: path.name)
def test_verifications_fit(report: Path) -> None:
    """What `verify --format json` prints, with and without a baseline."""
    for baseline in (None, "envprobe-host"):
        assert problems("verification/1", verification.json(verify(report, baseline=baseline))) == []


def test_what_the_probe_answers_fits() -> None:
    """An answer has no id, and says so in its schema."""
    answer = {**json.loads(SAMPLES["fingerprint/1"][0]), "schema": "envprobe.answer/1"}
    assert problems("answer/1", {name: member for name, member in answer.items() if name != "id"}) == []
    assert not fits("fingerprint/1", answer)


def _places(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, member in members:
        yield (*path, key)
        yield from _places(member, (*path, key))


def _with(value: Any, path: tuple[str | int, ...], change: Callable[[Any, str | int], None]) -> Any:
    changed = copy.deepcopy(value)
    parent = changed
    for key in path[:-1]:
        parent = parent[key]
    change(parent, path[-1])
    return changed


def _put_wrong(parent: Any, key: str | int) -> None:
    parent[key] = WRONG


def _remove(parent: Any, key: str | int) -> None:
    del parent[key]


def _add_member(parent: Any, key: str | int) -> None:
    if isinstance(parent[key], dict):
        parent[key]["new"] = []


def _accepts(read: Callable[[bytes], Any], value: Any) -> bool:
    try:
        read(json.dumps(value).encode())
    except DocumentError as error:
        return all(any(words in fault for words in SAID_BY_NO_SCHEMA) for fault in error.message.splitlines())
    return True


@pytest.mark.parametrize("name", SAMPLES)
def test_a_schema_refuses_what_the_reader_refuses(name: str) -> None:
    """A value of a wrong type anywhere, a member that is missing: the schema and the reader are of one mind, but for ids."""
    sample, read = json.loads(SAMPLES[name][0]), SAMPLES[name][1]
    for path in _places(sample):
        for change in (_put_wrong, _remove):
            changed = _with(sample, path, change)
            assert fits(name, changed) == _accepts(read, changed), (change.__name__, path)


@pytest.mark.parametrize("name", SAMPLES)
def test_a_schema_allows_more_members_where_the_reader_does(name: str) -> None:
    """Whether a later version may add a member is the reader's rule, place by place."""
    sample, read = json.loads(SAMPLES[name][0]), SAMPLES[name][1]
    for path in [(), *_places(sample)]:
        changed = _with({"": sample}, ("", *path), _add_member)[""]
        assert fits(name, changed) == _accepts(read, changed), path
