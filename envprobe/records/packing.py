"""The record that travels inside a report: the whole fingerprint, the outputs' digests and the metrics, compressed and bounded.

A payload is one run of base64 over zlib over canonical JSON (`envprobe.record/1`), so that every carrier can hold it as text.
What is read is untrusted: bounded before and after it is unpacked, and typed.
"""

from __future__ import annotations

import base64
import binascii
import re
import zlib
from collections.abc import Iterator
from functools import cached_property
from pathlib import PurePosixPath
from typing import Any

import msgspec

from .. import document, fingerprint
from ..error import DocumentError
from ..fact import canonical, sha256
from ..fingerprint import Fingerprint
from ..signing.dsse import Envelope
from .line import Signature, escape, summarize

SCHEMA = "envprobe.record/1"
TEXT_LIMIT = 16 << 20
"""Characters of base64: a whole TensorFlow image with its trace is about 100,000."""
RECORD_LIMIT_BYTES = 48 << 20
ITEM_LIMIT = 10_000
SIGNATURE_LIMIT = 32
SHOWN_METRICS = 12
DAMAGED = "the report was damaged or edited where the record lies; take the original, or attach it again"
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


class Output(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One file that the experiment left."""

    digest: str
    """`sha256:` and 64 hexadecimal digits."""
    size_bytes: int
    kind: str = ""
    """What it was read as: `json`, `npz`, `tensorboard`."""


class Experiment(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """How the outputs came about."""

    run: str
    """The id of the run, `sha256:…`: what `envprobe run` recorded of it is more than is published."""
    command: list[str]
    """As it was typed, secrets masked."""
    target: str
    exit_status: int
    """That of the first attempt that failed, else 0."""
    state: str
    """`complete` or `interrupted`."""
    attempts: int = 1
    seeds: list[int] = []
    """What each attempt's seed was set to; empty where no seed was."""
    patch: str = ""
    """The digest of what of the code was in no commit; empty where there was nothing."""


class Record(msgspec.Struct, frozen=True, kw_only=True, dict=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a report's numbers were made in, and which files and numbers they are."""

    fingerprint: Fingerprint
    """Without its context: a report is published."""
    outputs: dict[str, Output] = {}
    """Relative POSIX path to the file."""
    metrics: dict[str, str] = {}
    """Name to the exact spelling of a number; of several attempts' numbers, with commas between."""
    experiment: Experiment | None = None
    """None where only an environment was attached."""

    @cached_property
    def digest(self) -> str:
        """The digest that the visible line and a signer commit to: of everything in the record."""
        return sha256(canonical(_to_json(self)))

    @property
    def outputs_digest(self) -> str | None:
        """The digest of all paths, digests and metrics; None where there are none."""
        if not self.outputs and not self.metrics:
            return None
        return sha256(canonical(msgspec.to_builtins({"metrics": self.metrics, "outputs": self.outputs})))

    @cached_property
    def signature(self) -> Signature:
        """The line that stands for this record."""
        return summarize(self.fingerprint, self.outputs_digest, self.digest)

    @property
    def shown_metrics(self) -> list[tuple[str, str]]:
        """The metrics that a report shows, escaped as the line is: single numbers before items of lists, then by name."""
        names = sorted(self.metrics, key=lambda name: (name.count("["), name))[:SHOWN_METRICS]
        return [(escape(name), escape(self.metrics[name])) for name in names]


class Attachment(msgspec.Struct, frozen=True, kw_only=True):
    """A record and who signed it."""

    record: Record
    envelopes: list[Envelope] = []
    """Signatures by keys."""
    bundles: list[dict[str, Any]] = []
    """Signatures through Sigstore, each a bundle as that library writes it."""


def pack(attachment: Attachment) -> str:
    """Return the payload as base64 without line breaks. Raises DocumentError where it would be too large to be read again."""
    body = canonical(
        {
            "schema": SCHEMA,
            "record": _to_json(attachment.record),
            "envelopes": msgspec.to_builtins(attachment.envelopes),
            "bundles": attachment.bundles,
        }
    )
    text = base64.b64encode(zlib.compress(body, 9)).decode("ascii")
    if len(body) > RECORD_LIMIT_BYTES or len(text) > TEXT_LIMIT:
        raise DocumentError(f"the record has {len(body):,} bytes, {len(text):,} compressed: too large for a report")
    return text


def unpack(text: str, where: str) -> Attachment:
    """Read a payload. Raises DocumentError for anything that pack does not write, zip bombs among it."""
    value = document.read_json(_inflate(_decode(text, where), where), where, limit_bytes=RECORD_LIMIT_BYTES)
    document.check_schema(value, SCHEMA, where)
    members = {name: member for name, member in value.items() if name != "schema"}
    record = members.get("record")
    if not isinstance(record, dict) or "fingerprint" not in record:
        raise DocumentError(f"{where}: record.fingerprint: missing", DAMAGED)
    found = fingerprint.from_value(record["fingerprint"], f"{where}: record.fingerprint")  # its id must be true
    bare = {name: member for name, member in msgspec.to_builtins(found).items() if name not in ("schema", "id")}
    attachment = document.convert({**members, "record": {**record, "fingerprint": bare}}, Attachment, where)
    document.refuse(where, list(_faults(attachment)))
    return attachment


def without_context(found: Fingerprint) -> Fingerprint:
    """Return a fingerprint as it may be published: without host name, user, times and machine paths."""
    trace = found.trace
    if trace is not None:
        trace = {name: member for name, member in trace.items() if name != "context"}
    return msgspec.structs.replace(found, context={}, trace=trace)


def _to_json(record: Record) -> dict[str, Any]:
    body: dict[str, Any] = msgspec.to_builtins(record)
    return {**body, "fingerprint": msgspec.json.decode(fingerprint.to_json(record.fingerprint))}


def _decode(text: str, where: str) -> bytes:
    if len(text) > TEXT_LIMIT:
        raise DocumentError(f"{where}: a payload of {len(text):,} characters, more than {TEXT_LIMIT:,}", DAMAGED)
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, ValueError):
        raise DocumentError(f"{where}: the payload is not base64", DAMAGED) from None
    if base64.b64encode(data).decode("ascii") != text:  # the last digit has bits that a lenient decoder ignores
        raise DocumentError(f"{where}: the payload's last digits are not as base64 is written", DAMAGED)
    return data


def _inflate(data: bytes, where: str) -> bytes:
    stream = zlib.decompressobj()
    try:
        body = stream.decompress(data, RECORD_LIMIT_BYTES + 1)
    except zlib.error:
        raise DocumentError(f"{where}: the payload cannot be unpacked: not zlib, or damaged", DAMAGED) from None
    if len(body) > RECORD_LIMIT_BYTES:
        raise DocumentError(f"{where}: the payload unpacks to more than {RECORD_LIMIT_BYTES:,} bytes; nothing of it was read")
    if not stream.eof or stream.unused_data:
        raise DocumentError(f"{where}: the payload is cut short, or something follows it", DAMAGED)
    return body


def _faults(attachment: Attachment) -> Iterator[str]:
    record = attachment.record
    marks = [mark for envelope in attachment.envelopes for mark in envelope.signatures]
    for name, count, limit in (
        ("outputs", len(record.outputs), ITEM_LIMIT),
        ("metrics", len(record.metrics), ITEM_LIMIT),
        ("signatures", len(attachment.envelopes) + len(attachment.bundles) + len(marks), SIGNATURE_LIMIT),
    ):
        if count > limit:
            yield f"{name}: {count:,}, more than {limit:,}"
            return
    for path, output in record.outputs.items():
        if not is_inside(path):
            yield f"outputs: {ascii(path)[:200]} is not a relative path that stays in its folder"
        if not _DIGEST.fullmatch(output.digest) or output.size_bytes < 0:
            yield f"outputs.{ascii(path)[:200]}: {ascii(output.digest)[:100]} of {output.size_bytes} bytes is no digest of a file"


def is_inside(path: str) -> bool:
    """Tell whether a path is relative and can name only something below the folder that it is joined to."""
    return bool(path) and "\0" not in path and not path.startswith("/") and ".." not in PurePosixPath(path).parts
