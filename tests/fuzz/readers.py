"""Every reader of what somebody else wrote, with what it reads: one row each."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from envprobe import config, fingerprint
from envprobe.audit.examine import examine
from envprobe.audit.kind import kind_of
from envprobe.audit.reading import read as read_audited
from envprobe.baseline import read_baseline
from envprobe.baseline import to_json as baseline_json
from envprobe.command.report import verify
from envprobe.document import read_json
from envprobe.numerics.trace import read_trace
from envprobe.output import Tolerance, compare_outputs, describe
from envprobe.probing.answer import read_answer
from envprobe.records.packing import pack, unpack
from envprobe.records.record import SignedRecord
from envprobe.redaction import redact
from envprobe.render import FORMATS, Style
from envprobe.render.json import render
from envprobe.requirement import declare
from envprobe.runs import from_value as run_from_value
from envprobe.runs import to_json as run_json
from envprobe.serve.saved_check import from_value as check_from_value
from envprobe.targets.protocol import Completed
from tests.fuzz.damage import Damage, of_bytes, of_either
from tests.golden.report import REPORTS
from tests.support.attached import NAMES, RECORD, attached
from tests.support.run_sample import attempt, described
from tests.support.run_sample import run as sample_run
from tests.support.sample import fingerprint as sample_fingerprint

DATA = Path(__file__).parents[1] / "data"
CORPUS = DATA / "outputs" / "corpus" / "recorded"
NONCE = "fuzz"


class Reader(NamedTuple):
    """One reader and a file that it reads."""

    name: str
    sample: bytes
    read: Callable[[bytes], object]
    """Reads damaged bytes; may raise EnvprobeError, and nothing else."""
    damage: Damage = of_bytes


def readers(folder: Path) -> Iterator[Reader]:
    """Yield all of them; files of theirs are written into a folder."""
    yield from documents()
    yield from carriers(folder)
    yield from requirements(folder)
    yield from audited()
    yield from outputs(folder)


def documents() -> Iterator[Reader]:
    answer = {**json.loads(fingerprint.to_json(sample_fingerprint())), "schema": fingerprint.ANSWER_SCHEMA}
    answer.pop("id")
    trace = (DATA / "traces" / "intel-amx-quick.json").read_bytes()
    record = base64.b64decode(pack(SignedRecord(record=RECORD, envelopes=[])))
    yield Reader("fingerprint", json.dumps(answer).encode(), lambda data: fingerprint.read_fingerprint(data, "f"), of_either)
    yield Reader("probe's answer", json.dumps(answer).encode(), lambda data: _answer(_framed(data)), of_either)
    yield Reader("frame of an answer", _framed(json.dumps(answer).encode()), _answer)
    for name in ("recorded-1.json", "declared-1.json"):
        sample = (DATA / "baselines" / name).read_bytes()
        yield Reader(f"baseline {name}", sample, lambda data: baseline_json(read_baseline(data, "b")), of_either)
    sample = run_json(sample_run(attempt(described(accuracy=0.5)), attempt(described(accuracy=0.6))))
    yield Reader("run", sample, lambda data: run_from_value(read_json(data, "r"), "r"), of_either)
    yield Reader("trace", trace, lambda data: read_trace(read_json(data, "t"), "t"), of_either)
    for name, report in REPORTS.items():
        yield Reader(f"saved check {name}", render(report).encode(), _check, of_either)
    yield Reader("record", zlib.decompress(record), _record, of_either)
    yield Reader("settings", (DATA.parents[1] / "pyproject.toml").read_bytes(), _settings)
    yield Reader("text with secrets", b"curl -u a:hunter2 https://u:p@h/x?token=ghp_0123456789abcdefghij sk-a1 password=x", _text)


def carriers(folder: Path) -> Iterator[Reader]:
    (folder / "reports").mkdir()
    for name in NAMES:
        path = attached(name, folder / "reports")

        def read(data: bytes, path: Path = path) -> object:
            path.write_bytes(data)
            return verify(path)

        yield Reader(f"report {name}", path.read_bytes(), read, of_either if path.suffix in (".json", ".ipynb") else of_bytes)


def requirements(folder: Path) -> Iterator[Reader]:
    for sample in sorted(path for path in (DATA / "requirements").glob("*/*") if path.is_file()):
        place = folder / f"requirements-{sample.parent.name}-{sample.name}"
        place.mkdir()

        def read(data: bytes, path: Path = place / sample.name) -> object:
            path.write_bytes(data)
            return declare(path)

        damage = of_either if sample.suffix == ".json" else of_bytes
        yield Reader(f"{sample.parent.name}/{sample.name}", sample.read_bytes(), read, damage)


def audited() -> Iterator[Reader]:
    chosen = {}
    for sample in sorted(path for path in (DATA / "audit").rglob("bad/*") if path.is_file()):
        kind = kind_of(sample.name, sample.read_text("utf-8", "replace"))
        if kind:
            chosen.setdefault((kind, sample.suffix), (sample, kind))
    for sample, kind in chosen.values():

        def read(data: bytes, name: str = sample.name, kind: str = kind) -> object:
            return examine(read_audited(name, kind, data.decode("utf-8-sig", "replace")))

        yield Reader(f"doctor {sample.name}", sample.read_bytes(), read)


def outputs(folder: Path) -> Iterator[Reader]:
    (folder / "expected").mkdir()
    (folder / "expected" / "model.keras").write_bytes(_keras())
    for sample in [*sorted(CORPUS.iterdir()), folder / "expected" / "model.keras"]:
        (folder / f"output-{sample.name}").mkdir()
        observed = folder / f"output-{sample.name}" / sample.name

        def read(data: bytes, expected: Path = sample, observed: Path = observed) -> object:
            observed.write_bytes(data)
            return compare_outputs(expected, observed, Tolerance()).verdict, describe(observed)

        yield Reader(f"output {sample.name}", sample.read_bytes(), read)


def _keras() -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("metadata.json", json.dumps({"keras_version": "3.0.0", "date_saved": "2026-01-01@00:00:00"}))
        archive.writestr("config.json", json.dumps({"class_name": "Sequential", "config": {"name": "s", "layers": []}}))
        archive.writestr("model.weights.h5", (CORPUS / "weights.h5").read_bytes())
    return data.getvalue()


def _framed(payload: bytes) -> bytes:
    return b"\n%s %d %s\n%s\n%s end\n" % (
        NONCE.encode(),
        len(payload),
        hashlib.sha256(payload).hexdigest().encode(),
        payload,
        NONCE.encode(),
    )


def _answer(data: bytes) -> object:
    return read_answer(Completed(0, data, data[-2000:], False), NONCE, "fuzz://target")


def _check(data: bytes) -> object:
    report = check_from_value(read_json(data, "c"), "c")
    return [FORMATS[form](report, Style()) for form in FORMATS]


def _record(data: bytes) -> object:
    return unpack(base64.b64encode(zlib.compress(data)).decode("ascii"), "r")


def _settings(data: bytes) -> object:
    from envprobe.toml import read_toml

    table = read_toml(data, "pyproject.toml").get("tool", {})
    return config.read_config(table["envprobe"], Path("pyproject.toml")) if isinstance(table.get("envprobe"), dict) else None


def _text(data: bytes) -> object:
    found = redact(data.decode("utf-8", "replace"))
    return redact(found)
