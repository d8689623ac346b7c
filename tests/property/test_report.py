from __future__ import annotations

import base64
import contextlib
import tempfile
import zlib
from pathlib import Path

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from envprobe.carrier import markdown
from envprobe.carrier.carried import carried
from envprobe.command.report import verify
from envprobe.error import EnvprobeError
from envprobe.fact import canonical
from envprobe.records.packing import pack, unpack
from envprobe.records.record import Record, RecordedOutput, SignedRecord
from envprobe.signing.dsse import Envelope, Signature
from envprobe.verification.verification import Status
from tests.support.attached import RECORD, REPORTS, attached

TEXTS = ("report.md", "report.html", "report.tex", "report.json", "report.ipynb", "report.tfevents")
words = st.text(st.characters(exclude_categories=("Cs",)), max_size=20)
names = st.text("abc/._- é", min_size=1, max_size=12).filter(lambda name: not name.startswith("/") and ".." not in name)
outputs = st.builds(
    RecordedOutput,
    digest=st.binary(min_size=32, max_size=32).map(lambda data: "sha256:" + data.hex()),
    size_bytes=st.integers(0, 1 << 50),
    kind=words,
)
records = st.builds(
    Record,
    fingerprint=st.just(RECORD.fingerprint),
    outputs=st.dictionaries(names, outputs, max_size=4),
    metrics=st.dictionaries(words, words, max_size=4),
)
envelopes = st.lists(
    st.builds(Envelope, payload_type=words, payload=words, signatures=st.lists(st.builds(Signature, words, words), max_size=2)),
    max_size=2,
)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=8,
)


@given(records, envelopes)
def test_what_is_packed_is_unpacked(record: Record, signed: list[Envelope]) -> None:
    """Every record and every signature comes back."""
    whole = SignedRecord(record=record, envelopes=signed)
    assert unpack(pack(whole), "report") == whole


@given(st.text(max_size=300) | st.binary(max_size=300).map(lambda data: base64.b64encode(data).decode()))
def test_any_text_is_refused_with_an_error_of_ours(text: str) -> None:
    """A packed record of noise never ends in anything but a sentence."""
    with contextlib.suppress(EnvprobeError):
        unpack(text, "report")


@given(json_values, st.sampled_from(["record", "envelopes", "bundles", "schema", "more"]))
def test_any_json_is_refused_with_an_error_of_ours(value: object, member: str) -> None:
    """One that is well made and says something else is refused the same way."""
    whole = msgspec.json.decode(zlib.decompress(base64.b64decode(pack(SignedRecord(record=RECORD)))))
    for body in (value, {**whole, member: value}, {**whole, "record": {**whole["record"], "metrics": value}}):
        text = base64.b64encode(zlib.compress(canonical(body))).decode()
        with contextlib.suppress(EnvprobeError):
            unpack(text, "report")


@given(st.data())
def test_any_changed_character_of_a_packed_record_is_refused_or_harmless(data: st.DataObject) -> None:
    """A changed character either breaks it or leaves exactly the same record."""
    text = pack(SignedRecord(record=RECORD))
    place = data.draw(st.integers(0, len(text) - 1))
    changed = text[:place] + data.draw(st.characters(min_codepoint=32, max_codepoint=126)) + text[place + 1 :]
    with contextlib.suppress(EnvprobeError):
        assert unpack(changed, "report").record == RECORD


@given(st.data())
def test_any_changed_metric_in_the_record_is_told(data: st.DataObject) -> None:
    """A record whose metric was edited, and packed again as envprobe does, is not the one that the line stands for."""
    name = data.draw(st.sampled_from(sorted(RECORD.metrics)))
    value = RECORD.metrics[name]
    place = data.draw(st.integers(0, len(value) - 1))
    letter = data.draw(st.characters(min_codepoint=32, max_codepoint=126).filter(lambda letter: letter != value[place]))
    forged = msgspec.structs.replace(RECORD, metrics={**RECORD.metrics, name: value[:place] + letter + value[place + 1 :]})
    with tempfile.TemporaryDirectory() as folder:
        path = attached("report.md", Path(folder))
        shown = msgspec.structs.replace(carried(SignedRecord(record=RECORD)), packed=pack(SignedRecord(record=forged)))
        path.write_bytes(markdown.put(path.read_bytes(), shown, str(path)))
        assert verify(path).status is Status.ALTERED


@settings(max_examples=60)
@given(st.data())
def test_any_changed_character_of_a_visible_line_is_told(data: st.DataObject) -> None:
    """One character of the line in any kind of report: not intact."""
    name = data.draw(st.sampled_from(TEXTS))
    report = (REPORTS / "schema-1" / name).read_bytes()
    begin = report.index(b"envprobe:1|")
    end = begin + report[begin:].index(RECORD.digest[7:39].encode()) + 32
    place = data.draw(st.integers(begin, end - 1))
    letter = data.draw(st.integers(33, 126).filter(lambda code: code != report[place]))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(report[:place] + bytes([letter]) + report[place + 1 :])
        assert verify(path).status is not Status.INTACT


@settings(max_examples=60)
@given(st.sampled_from([*TEXTS, "report.pdf"]), st.binary(max_size=200), st.floats(0, 1), st.integers(0, 60))
def test_no_damage_to_a_report_raises_anything_else(name: str, noise: bytes, share: float, length: int) -> None:
    """Whatever is cut out of a report or written into it, the answer is a status."""
    report = (REPORTS / "schema-1" / name).read_bytes()
    place = int(share * len(report))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(report[:place] + noise + report[place + length :])
        assert verify(path).status in Status
