"""Compare JSON, YAML and TOML files: as nested values, so that spelling, indentation and the order of keys do not count."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..toml import parse_toml
from .finding import Findings, Unable, Unreadable, missing_extra
from .summary import Summary, spelled
from .tree import compare_trees, digest_without_numbers, metrics, plain

LIMIT_BYTES = 64 << 20
MERGE_LIMIT = 100_000
"""Members that `<<` may merge into one YAML document; each level of a bomb multiplies them."""
YAML_EVENT_LIMIT = 2_000_000
YAML_DEPTH_LIMIT = 100


def read_bytes(path: Path, limit_bytes: int = LIMIT_BYTES) -> bytes:
    """Read a whole file. Raises Unable where it is larger than what is compared value by value."""
    with path.open("rb") as stream:
        data = stream.read(limit_bytes + 1)
    if len(data) > limit_bytes:
        raise Unable(f"it is larger than the {limit_bytes >> 20} MiB that are compared value by value")
    return data


def read_json(data: bytes) -> Any:
    """Parse JSON as Python writes it: NaN and Infinity are numbers. Raises ValueError for anything else."""
    return plain(json.loads(data.decode("utf-8-sig"), object_pairs_hook=_without_duplicates))


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise Unreadable("an object has the same key twice")
    return members


def read_toml(data: bytes) -> Any:
    """Parse TOML. Raises ValueError for anything else."""
    return plain(parse_toml(data))


def read_yaml(data: bytes) -> Any:
    """Parse one or more YAML documents with the safe loader, which makes only plain values.

    The events are counted before anything is built: libyaml's composer recurses in C, and a deep document would end the process.
    """
    try:
        import yaml
    except ImportError:
        raise missing_extra("PyYAML", "yaml") from None
    fast = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    depth = 0
    for count, event in enumerate(yaml.parse(data, Loader=fast)):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > YAML_DEPTH_LIMIT:
            raise Unreadable(f"it is nested more than {YAML_DEPTH_LIMIT} levels deep")
        if count > YAML_EVENT_LIMIT:
            raise Unable(f"it holds more than {YAML_EVENT_LIMIT:,} YAML nodes")
    documents = list(yaml.load_all(data, Loader=_bounded_merge(fast)))  # a subclass of the safe loader
    return plain(documents[0] if len(documents) == 1 else documents)


def _bounded_merge(safe_loader: Any) -> Any:
    """Return the safe loader with a bound on what `<<` merges."""

    class Loader(safe_loader):  # type: ignore[misc]
        merged = 0

        def flatten_mapping(self, node: Any) -> None:
            before = len(node.value)
            super().flatten_mapping(node)
            self.merged += max(0, len(node.value) - before)
            if self.merged > MERGE_LIMIT:
                raise Unreadable(f"it merges more than {MERGE_LIMIT:,} members")

    return Loader


READERS: dict[str, Callable[[bytes], Any]] = {"json": read_json, "yaml": read_yaml, "toml": read_toml}


def compare(expected: Path, observed: Path, findings: Findings) -> None:
    """Compare two documents of the findings' type."""
    read = READERS[findings.type_name]
    compare_trees(read(read_bytes(expected)), read(read_bytes(observed)), findings)


def summarize(path: Path, type_name: str) -> Summary:
    """Return every number of the document as a metric, and the digest of everything else."""
    value = READERS[type_name](read_bytes(path))
    return Summary(spelled(metrics(value)), {"all but numbers": digest_without_numbers(value)}, is_complete=True)
