"""Any JSON object: the record as its member `envprobe`, everything else as it was, to the byte."""

from __future__ import annotations

from pathlib import Path

import msgspec

from . import Carrier, splice
from .carried import AGAIN, Carried, damaged
from .file import Format, ReportFile

NAME = "envprobe"


def open_carrier(name: str) -> Carrier:
    """Open a JSON document."""
    return ReportFile(Path(name), Format(find, put))


def put(report: bytes, record: Carried, where: str) -> bytes:
    """Return the report with the member set. Raises DocumentError where the report is no object."""
    text = splice.decode(report, where)
    return splice.put_member(text, splice.start_of(text, where), NAME, to_json(record), where).encode("utf-8")


def find(report: bytes, where: str) -> Carried | None:
    """Return what the member says, None where there is none. Raises DocumentError."""
    text = splice.decode(report, where)
    found = splice.member(text, splice.start_of(text, where), NAME, where)
    return None if found is None else from_json(splice.value_of(text, found, where), where)


def to_json(record: Carried) -> dict[str, object]:
    """Return a record as a member."""
    return {"signature": record.line, "metrics": record.exact, "record": record.packed}


def from_json(value: object, where: str) -> Carried:
    """Read a member. Raises DocumentError where it is not one of ours."""
    if not isinstance(value, dict) or not isinstance(value.get("record"), str):
        raise damaged(where, f"{NAME}: not a record that envprobe attached", AGAIN)
    metrics = value.get("metrics")
    exact = {name: str(number) for name, number in metrics.items()} if isinstance(metrics, dict) else {}
    found = Carried(line=str(value.get("signature")), exact=exact, packed=value["record"])
    return msgspec.structs.replace(found, edited=value != to_json(found))
