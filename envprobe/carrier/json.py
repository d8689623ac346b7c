"""Any JSON object: the record as its member `envprobe`, everything else as it was, to the byte."""

from __future__ import annotations

from typing import Any

from . import splice
from .block import Block, damaged

NAME = "envprobe"


def attach(report: bytes, block: Block, where: str) -> bytes:
    """Return the report with the member set. Raises DocumentError where the report is no object."""
    text = splice.decode(report, where)
    return splice.put_member(text, splice.start_of(text), NAME, to_json(block), where).encode("utf-8")


def read(report: bytes, where: str) -> Block | None:
    """Return what the member says, None where there is none. Raises DocumentError."""
    text = splice.decode(report, where)
    found = splice.member(text, splice.start_of(text), NAME, where)
    return None if found is None else from_json(splice.value_of(text, found), where)


def to_json(block: Block) -> dict[str, Any]:
    """Return a block as a member."""
    return {"signature": "".join(block.visible[:1]), "metrics": dict(block.metrics), "record": block.payload}


def from_json(value: Any, where: str) -> Block:
    """Read a member. Raises DocumentError where it is not one of ours."""
    if not isinstance(value, dict) or not isinstance(value.get("record"), str):
        raise damaged(where, f"{NAME}: not a record that envprobe attached")
    metrics = value.get("metrics")
    shown = [f"{name} {number}" for name, number in metrics.items()] if isinstance(metrics, dict) else []
    visible = [str(value.get("signature")), *shown]
    block = Block(visible, value["record"])
    return Block(visible, block.payload, foreign=value != to_json(block))
