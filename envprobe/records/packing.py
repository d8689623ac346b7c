"""The record that travels inside a report, or the link to one, compressed and bounded.

It is one run of base64 over zlib over canonical JSON (`envprobe.record/1`, `envprobe.link/1`), so that every carrier can hold it
as text.
What is read is untrusted: bounded before and after it is unpacked, and typed.
"""

from __future__ import annotations

import base64
import binascii
import re
import zlib
from collections.abc import Iterator
from pathlib import PurePosixPath

import msgspec

from .. import document, fingerprint
from ..error import DocumentError
from ..fact import canonical
from .link import Link, Results
from .record import SignedRecord, to_json

SCHEMA = "envprobe.record/1"
LINK_FAMILY = "envprobe.link/"
LINK_SCHEMA = LINK_FAMILY + "1"
TEXT_LIMIT = 16 << 20
"""Characters of base64: a whole TensorFlow image with its trace is about 100,000."""
RECORD_LIMIT_BYTES = 48 << 20
ITEM_LIMIT = 10_000
SIGNATURE_LIMIT = 32
DAMAGED = "the report was damaged or edited where the record lies; take the original, or attach it again"
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


def pack(carried: SignedRecord | Link) -> str:
    """Return it as base64 without line breaks. Raises DocumentError where it would be too large to be read again."""
    body = canonical(_to_json(carried))
    text = base64.b64encode(zlib.compress(body, 9)).decode("ascii")
    if len(body) > RECORD_LIMIT_BYTES or len(text) > TEXT_LIMIT:
        raise DocumentError(f"the record has {len(body):,} bytes, {len(text):,} compressed: too large for a report")
    return text


def unpack(text: str, where: str) -> SignedRecord | Link:
    """Read what `pack` wrote. Raises DocumentError for anything that pack does not write, zip bombs among it."""
    value = document.read_json(_inflate(_decode(text, where), where), where, limit_bytes=RECORD_LIMIT_BYTES)
    is_link = isinstance(value, dict) and str(value.get("schema")).startswith(LINK_FAMILY)
    document.check_schema(value, LINK_SCHEMA if is_link else SCHEMA, where)
    members = {name: member for name, member in value.items() if name != "schema"}
    found = document.convert(members, Link, where) if is_link else _whole(members, where)
    document.refuse(where, list(_faults(found)))
    return found


def _to_json(carried: SignedRecord | Link) -> dict[str, object]:
    members: dict[str, object] = msgspec.to_builtins(carried)
    if isinstance(carried, Link):
        return {"schema": LINK_SCHEMA, **members}
    return {"schema": SCHEMA, **members, "record": to_json(carried.record)}


def _whole(members: dict[str, object], where: str) -> SignedRecord:
    record = members.get("record")
    if not isinstance(record, dict) or "fingerprint" not in record:
        raise DocumentError(f"{where}: record.fingerprint: missing", DAMAGED)
    found = fingerprint.from_value(record["fingerprint"], f"{where}: record.fingerprint")  # its id must be true
    bare = {name: member for name, member in msgspec.to_builtins(found).items() if name not in ("schema", "id")}
    signed = document.convert({**members, "record": {**record, "fingerprint": bare}}, SignedRecord, where)
    return msgspec.structs.replace(signed, record=msgspec.structs.replace(signed.record, fingerprint=found))


def _decode(text: str, where: str) -> bytes:
    if len(text) > TEXT_LIMIT:
        raise DocumentError(f"{where}: a record of {len(text):,} characters, more than {TEXT_LIMIT:,}", DAMAGED)
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, ValueError):
        raise DocumentError(f"{where}: the record is not base64", DAMAGED) from None
    if base64.b64encode(data).decode("ascii") != text:  # the last digit has bits that a lenient decoder ignores
        raise DocumentError(f"{where}: the record's last digits are not as base64 is written", DAMAGED)
    return data


def _inflate(data: bytes, where: str) -> bytes:
    stream = zlib.decompressobj()
    try:
        body = stream.decompress(data, RECORD_LIMIT_BYTES + 1)
    except zlib.error:
        raise DocumentError(f"{where}: the record cannot be unpacked: not zlib, or damaged", DAMAGED) from None
    if len(body) > RECORD_LIMIT_BYTES:
        raise DocumentError(f"{where}: the record unpacks to more than {RECORD_LIMIT_BYTES:,} bytes; nothing of it was read")
    if not stream.eof or stream.unused_data:
        raise DocumentError(f"{where}: the record is cut short, or something follows it", DAMAGED)
    return body


def _faults(found: SignedRecord | Link) -> Iterator[str]:
    record = found.record if isinstance(found, SignedRecord) else found.results or Results()
    signatures = [signature for envelope in found.envelopes for signature in envelope.signatures]
    for name, count, limit in (
        ("outputs", len(record.outputs), ITEM_LIMIT),
        ("metrics", len(record.metrics), ITEM_LIMIT),
        ("signatures", len(found.envelopes) + len(found.bundles) + len(signatures), SIGNATURE_LIMIT),
    ):
        if count > limit:
            yield f"{name}: {count:,}, more than {limit:,}"
            return
    if isinstance(found, Link):
        digests = {"record": found.record, "fingerprint": found.fingerprint}
        yield from (f"{name}: {ascii(text)[:100]} is no digest" for name, text in digests.items() if not _DIGEST.fullmatch(text))
    if record.model is not None and (not _DIGEST.fullmatch(record.model.digest) or record.model.size_bytes < 0):
        yield f"model: {ascii(record.model.digest)[:100]} of {record.model.size_bytes} bytes is no digest of a model"
    for path, output in record.outputs.items():
        if not is_inside(path):
            yield f"outputs: {ascii(path)[:200]} is not a relative path that stays in its folder"
        if not _DIGEST.fullmatch(output.digest) or output.size_bytes < 0:
            yield f"outputs.{ascii(path)[:200]}: {ascii(output.digest)[:100]} of {output.size_bytes} bytes is no digest of a file"


def is_inside(path: str) -> bool:
    """Tell whether a path is relative and can name only something below the folder that it is joined to."""
    return bool(path) and "\0" not in path and not path.startswith("/") and ".." not in PurePosixPath(path).parts
