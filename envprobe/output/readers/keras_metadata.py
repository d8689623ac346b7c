"""Compare the configuration that Keras puts beside a SavedModel: JSON texts in a message (saved_metadata.proto of Keras 2)."""

from __future__ import annotations

from pathlib import Path

from .. import protobuf
from ..finding import Findings, Unreadable
from ..plain import digest_without_numbers, metrics
from ..summary import Summary, spelled
from ..tree import compare_trees
from .document import read_bytes, read_json

NODE_PATH, METADATA = 3, 5


def read_metadata(path: Path) -> dict[str, object]:
    """Return the configuration of each object by its path in the model. Raises Unreadable for anything else."""
    found: dict[str, object] = {}
    for data in protobuf.repeated(read_bytes(path), 1):
        node = protobuf.message(data)
        name = protobuf.binary(node, NODE_PATH).decode("utf-8")
        if name in found:
            raise Unreadable(f"two objects are called {name[:80]!r}")
        found[name] = read_json(protobuf.binary(node, METADATA))
    if not found:
        raise Unreadable("it holds no configuration")
    return found


def compare(expected: Path, observed: Path, findings: Findings) -> None:
    """Compare the configurations as nested values."""
    compare_trees(read_metadata(expected), read_metadata(observed), findings)


def summarize(path: Path, type_name: str) -> Summary:
    """Return every number as a metric, and the digest of everything else."""
    value = read_metadata(path)
    return Summary(spelled(metrics(value)), {"all but numbers": digest_without_numbers(value)}, is_complete=True)
