"""TensorBoard event files."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from envprobe.output import OutputVerdict, Tolerance, compare_outputs, describe
from envprobe.output.checksum import mask

from .case import OTHER_RATE, RECORDED, compare, found, only

NAME = "events.out.tfevents.1795447985.host.1.0.v2"


def _real(folder: Path) -> Path:
    return next((folder / "logs" / "train").iterdir())


def _field(number: int, data: bytes) -> bytes:
    return bytes([number << 3 | 2, len(data)]) + data


def _scalar(step: int, tag: str, value: float, wall_time: float = 0.0) -> bytes:
    """Return a record with a simple value, as TensorFlow 1 and PyTorch write it."""
    summary = _field(1, _field(1, tag.encode()) + b"\x15" + struct.pack("<f", value))
    event = b"\x09" + struct.pack("<d", wall_time) + bytes([0x10, step]) + _field(5, summary)
    length = len(event).to_bytes(8, "little")
    return length + mask(length) + event + mask(event)


def test_wall_times_do_not_count(tmp_path: Path) -> None:
    """The same values at other times are identical."""
    expected, observed = (_scalar(1, "loss", 0.5, time) + _scalar(2, "loss", 0.25, time + 9) for time in (1e9, 2e9))
    comparison = compare(tmp_path, NAME, expected, observed)
    assert (comparison.verdict, comparison.compared_by, comparison.same_bytes) == (OutputVerdict.IDENTICAL, "events", False)


@pytest.mark.parametrize(
    ("observed", "expected_findings"),
    [
        (_scalar(1, "loss", 0.5) + _scalar(2, "loss", 0.75), [("number", "loss")]),
        (_scalar(1, "loss", 0.5) + _scalar(3, "loss", 0.25), [("number", "steps.loss")]),
        (_scalar(1, "loss", 0.5), [("shape", "loss"), ("removed", "steps.loss[1]")]),
        (_scalar(1, "loss", 0.5) + _scalar(2, "loss", 0.25) + _scalar(1, "f1", 1), [("added", "f1")]),
    ],
)
def test_values_steps_and_tags_are_compared(tmp_path: Path, observed: bytes, expected_findings: list[tuple[str, str]]) -> None:
    """Another value, another step, a missing step and a new tag are each named."""
    expected = _scalar(1, "loss", 0.5) + _scalar(2, "loss", 0.25)
    assert found(compare(tmp_path, NAME, expected, observed)) == expected_findings


def test_a_real_log_is_compared_with_its_histograms() -> None:
    """What the Keras callback wrote: another learning rate moves loss and histograms, not accuracy nor the model's text."""
    comparison = compare_outputs(_real(RECORDED), _real(OTHER_RATE), Tolerance())
    names = [path for _, path in found(comparison)]
    assert "epoch_loss" in names and "hidden/kernel_0" in names
    assert "epoch_accuracy" not in names and "keras" not in names


def test_a_real_log_is_described_by_its_last_scalars() -> None:
    """The final loss is the one that Keras's history has."""
    assert describe(_real(RECORDED)).metrics == {"epoch_accuracy": "1.0", "epoch_loss": "0.15334868431091309"}


@pytest.mark.parametrize("cut", [-1, -10])
def test_a_log_that_was_cut_off_is_told(tmp_path: Path, cut: int) -> None:
    """A checksum guards every record."""
    data = _scalar(1, "loss", 0.5)
    comparison = compare(tmp_path, NAME, data, data[:cut])
    assert comparison.compared_by == "bytes because a checksum is wrong: the file is damaged"


def test_a_small_tensor_that_claims_to_be_large_is_refused(tmp_path: Path) -> None:
    """One value may stand for all of a tensor, but not for more than a record could hold."""
    shape = _field(2, b"\x08\x80\x80\x80\x80\x20")  # 2**33 elements
    tensor = b"\x08\x01" + _field(2, shape) + b"\x2d" + struct.pack("<f", 1)
    event = _field(5, _field(1, _field(1, b"x") + _field(8, tensor)))
    length = len(event).to_bytes(8, "little")
    record = length + mask(length) + event + mask(event)
    comparison = compare(tmp_path, NAME, _scalar(1, "x", 1), record)
    assert only(comparison).kind == "type"
    assert "size is not that of its shape" in comparison.compared_by
