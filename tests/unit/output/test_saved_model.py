"""TensorFlow's SavedModel, read by its wire format."""

from __future__ import annotations

from pathlib import Path

import pytest

from envprobe.output import OutputVerdict

from .case import SAMPLES, compare

RECORDED, REWRITTEN, CHANGED = (
    (SAMPLES / "corpus" / version / "saved_model.pb").read_bytes() for version in ("recorded", "rewritten", "changed")
)


def _verdict(folder: Path, expected: bytes, observed: bytes, rules: object = None) -> OutputVerdict:
    return compare(folder, "saved_model.pb", expected, observed, rules).verdict


def test_what_changed_in_a_model_is_named(tmp_path: Path) -> None:
    """Another activation is an operation that went and one that came, by the function and the node."""
    found = compare(tmp_path, "saved_model.pb", RECORDED, CHANGED).differences
    assert {item.kind for item in found if item.path.endswith((".nodes.m/a/Relu", ".nodes.m/a/Tanh"))} == {"added", "removed"}


def test_no_tolerance_speaks_of_types_sizes_and_places(tmp_path: Path) -> None:
    """The numbers of a graph are no measurements: 8 units are not 9."""
    assert _verdict(tmp_path, RECORDED, CHANGED, {"*": {"absolute": 1e9}}) is OutputVerdict.DIFFERS


def test_numbers_behind_names_alone_are_undetermined(tmp_path: Path) -> None:
    """A second layer in one process is dense_1, and nobody knows whether it is the same one: never equal, never accused."""
    assert _verdict(tmp_path / "name", RECORDED, RECORDED.replace(b"m/a/Relu", b"m/a_1/Re")) is OutputVerdict.DIFFERS
    one, other = (RECORDED.replace(b"m/a/Relu", word) for word in (b"m/Rel_11", b"m/Rel_12"))
    assert _verdict(tmp_path / "number", one, other) is OutputVerdict.UNDETERMINED


@pytest.mark.parametrize("start", range(12))
def test_no_changed_byte_goes_unseen(tmp_path: Path, start: int) -> None:
    """Wherever one byte is another, the model is another, or which numbers belong together is not known."""
    for place in range(start * 61, len(RECORDED), 12 * 331):
        damaged = bytearray(RECORDED)
        damaged[place] ^= 1 << (place % 7)
        verdict = _verdict(tmp_path / str(place), RECORDED, bytes(damaged))
        assert verdict in (OutputVerdict.DIFFERS, OutputVerdict.UNDETERMINED), place


@pytest.mark.parametrize("data", [b"", b"\x0a", b"{}", b"\x12\x02\x12\x05", b"\x12" * 100])
def test_what_is_no_model_is_no_crash(tmp_path: Path, data: bytes) -> None:
    """Where one side is sound and the other is not, they differ."""
    assert _verdict(tmp_path, RECORDED, data) is OutputVerdict.DIFFERS
