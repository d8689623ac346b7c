from __future__ import annotations

import base64
import zlib

import msgspec
import pytest

from envprobe.error import DocumentError
from envprobe.fact import canonical
from envprobe.records import packing
from envprobe.records.packing import pack, unpack
from envprobe.records.published import without_context
from envprobe.records.record import Experiment, Record, RecordedOutput, SignedRecord
from tests.support.attached import RECORD
from tests.support.sample import fingerprint


def packed(body: bytes) -> str:
    """Return any bytes as a packed record."""
    return base64.b64encode(zlib.compress(body, 9)).decode("ascii")


def changed(**members: object) -> str:
    """Return the sample's packed record with members of its record changed."""
    value = msgspec.json.decode(zlib.decompress(base64.b64decode(pack(SignedRecord(record=RECORD)))))
    value["record"].update(members)
    return packed(canonical(value))


def test_a_record_comes_back_whole() -> None:
    """What is packed is what is unpacked: every fact, output and metric."""
    found = unpack(pack(SignedRecord(record=RECORD)), "report").record
    assert found == RECORD
    assert found.digest == RECORD.digest


def test_the_same_record_gives_the_same_text() -> None:
    """Attaching again does not change a report."""
    other = Record(
        fingerprint=RECORD.fingerprint,
        outputs=dict(reversed(RECORD.outputs.items())),
        metrics=dict(reversed(RECORD.metrics.items())),
    )
    assert pack(SignedRecord(record=other)) == pack(SignedRecord(record=RECORD))


def test_nothing_private_is_published() -> None:
    """Host name, user, times and machine paths of fingerprint and trace are left out; what is compared is not."""
    found = msgspec.structs.replace(fingerprint(), context={"user": "ann"}, trace={"schema": "x", "context": {"seconds": 3}})
    bare = without_context(found)
    assert bare.context == {}
    assert bare.trace == {"schema": "x"}
    assert bare.id == found.id


def test_a_zip_bomb_is_refused() -> None:
    """A record that unpacks to gigabytes is refused before it does."""
    bomb = zlib.compressobj(9)
    data = b"".join(bomb.compress(bytes(1 << 20)) for _ in range(100)) + bomb.flush()
    with pytest.raises(DocumentError, match="unpacks to more than"):
        unpack(base64.b64encode(data).decode(), "report")


def test_a_record_of_100_mb_is_refused() -> None:
    """A record that is too long is refused before it is decoded."""
    with pytest.raises(DocumentError, match="characters, more than"):
        unpack("A" * (100 << 20), "report")


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("", r"cut short"),
        ("AAAA", "cannot be unpacked"),
        ("not base64!", "not base64"),
        ("é", "not base64"),
        (packed(b"{}")[:-8], r"cut short"),
        (packed(b""), "empty"),
        (packed(b"[]"), "schema"),
        (packed(b'{"schema": "envprobe.record/1"}'), "fingerprint: missing"),
        (packed(b'{"schema": "envprobe.record/2"}'), "newer"),
        (packed(b"[" * 100_000), "nested"),
        (base64.b64encode(zlib.compress(b"{}") + b"more").decode(), "something follows"),
    ],
)
def test_damaged_records_say_what_is_wrong(text: str, word: str) -> None:
    """Each kind of damage has its own sentence."""
    with pytest.raises(DocumentError, match=word):
        unpack(text, "report.md")


def test_unused_bits_of_base64_are_refused() -> None:
    """Two texts that a lenient decoder takes for the same bytes are not the same record."""
    text = base64.b64encode(zlib.compress(b"{} ")).decode()
    assert text.endswith("=")
    letter = chr(ord(text.rstrip("=")[-1]) + 1)
    with pytest.raises(DocumentError, match=r"last digits|base64"):
        unpack(text.rstrip("=")[:-1] + letter + "=" * text.count("="), "report")


@pytest.mark.parametrize(
    ("members", "word"),
    [
        ({"outputs": {"../../etc/passwd": {"digest": "sha256:" + "0" * 64, "size_bytes": 1}}}, "stays in its folder"),
        ({"outputs": {"/etc/passwd": {"digest": "sha256:" + "0" * 64, "size_bytes": 1}}}, "stays in its folder"),
        ({"outputs": {"a\0": {"digest": "sha256:" + "0" * 64, "size_bytes": 1}}}, "stays in its folder"),
        ({"outputs": {"a": {"digest": "md5:0", "size_bytes": 1}}}, "no digest"),
        ({"outputs": {"a": {"digest": "sha256:" + "0" * 64, "size_bytes": -1}}}, "no digest"),
        ({"outputs": {"a": {"digest": "sha256:" + "0" * 64}}}, "size_bytes: missing"),
        ({"metrics": {"a": 1}}, "metrics"),
        ({"surprise": 1}, "surprise"),
    ],
)
def test_a_record_is_typed(members: dict[str, object], word: str) -> None:
    """Paths that leave their folder, digests that are none and unknown members are refused, each with its place."""
    with pytest.raises(DocumentError, match=word):
        unpack(changed(**members), "report")


def test_a_changed_fact_is_refused() -> None:
    """A record whose fingerprint was edited does not have the id that it states."""
    text = zlib.decompress(base64.b64decode(pack(SignedRecord(record=RECORD)))).replace(b'"1.22.4"', b'"1.22.5"')
    with pytest.raises(DocumentError, match="its facts give"):
        unpack(packed(text), "report")


def test_too_many_outputs_are_refused() -> None:
    """A record of a million files is no record of an experiment."""
    many = {f"f{number}": {"digest": "sha256:" + "0" * 64, "size_bytes": 0} for number in range(packing.ITEM_LIMIT + 1)}
    with pytest.raises(DocumentError, match="more than 10,000"):
        unpack(changed(outputs=many), "report")


def test_every_part_of_a_record_moves_its_digest() -> None:
    """Environment, outputs, metrics and run are all bound by the digest that the line shows."""
    others = [
        msgspec.structs.replace(RECORD, fingerprint=fingerprint()),
        msgspec.structs.replace(RECORD, outputs={"a": RecordedOutput(digest="sha256:" + "0" * 64, size_bytes=0)}),
        msgspec.structs.replace(RECORD, metrics={**RECORD.metrics, "accuracy": "0.944"}),
        msgspec.structs.replace(
            RECORD, experiment=Experiment(run="r", command=["python"], target="local://", exit_status=0, state="complete")
        ),
    ]
    assert len({RECORD.digest, *(other.digest for other in others)}) == 5
