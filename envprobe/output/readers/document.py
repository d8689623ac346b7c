"""Compare JSON, YAML and TOML files as nested values."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ...toml import parse_toml
from ..finding import Findings, Unable, Unreadable
from ..number import Wide, read_float
from ..plain import check_depth, digest_without_numbers, metrics, plain
from ..summary import Summary, spelled
from ..tree import compare_trees

LIMIT_BYTES = 1 << 30


def read_bytes(path: Path, limit_bytes: int = LIMIT_BYTES) -> bytes:
    """Read a whole file. Raises Unable where it is larger than what is compared value by value."""
    with path.open("rb") as stream:
        data = stream.read(limit_bytes + 1)
    if len(data) > limit_bytes:
        raise Unable(f"it is larger than the {limit_bytes >> 20} MiB that are compared value by value")
    return data


def read_json(data: bytes) -> object:
    """Parse JSON as Python writes it: NaN and Infinity are numbers; one that no float holds is Wide. Raises ValueError."""
    return check_depth(json.loads(data.decode("utf-8-sig"), object_pairs_hook=_without_duplicates, parse_float=read_float))


def _without_duplicates(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise Unreadable("an object has the same key twice")
    return members


def read_toml(data: bytes) -> object:
    """Parse TOML. Raises ValueError for anything else."""
    return plain(parse_toml(data, _toml_float))


def _toml_float(text: str) -> float | Wide:
    return read_float(text.replace("_", ""))


def read_yaml(data: bytes) -> object:
    """Parse one or more YAML documents; see yaml_nodes."""
    from ..yaml_nodes import read

    return read(data)


READERS: dict[str, Callable[[bytes], Any]] = {"json": read_json, "yaml": read_yaml, "toml": read_toml}


def compare(expected: Path, observed: Path, findings: Findings) -> None:
    """Compare two documents of the findings' type."""
    read = READERS[findings.type_name]
    compare_trees(read(read_bytes(expected)), read(read_bytes(observed)), findings)


def summarize(path: Path, type_name: str) -> Summary:
    """Return every number of the document as a metric, and the digest of everything else."""
    value = READERS[type_name](read_bytes(path))
    return Summary(spelled(metrics(value)), {"all but numbers": digest_without_numbers(value)}, is_complete=True)
