"""Whatever bytes a file holds, comparing and describing it ends with an answer."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from envprobe.output import COMPARATORS, OutputVerdict, Tolerance, compare_outputs, describe

RECORDED = Path(__file__).resolve().parents[1] / "data" / "outputs" / "recorded"
SAMPLES = {
    "history.json": "history.json",
    "history.csv": "history.csv",
    "predictions.npz": "predictions.npz",
    "ckpt.index": "checkpoint/ckpt.index",
    "keras_metadata.pb": "saved/keras_metadata.pb",
    "saved_model.pb": "saved/saved_model.pb",
    "events.out.tfevents.1.h.1.0.v2": "logs/train/events.out.tfevents.1795447985.vm.21742.0.v2",
}
FILES = {"saved-model": "saved_model.pb", "events": "events.out.tfevents.1.h.1.0.v2", "keras-metadata": "keras_metadata.pb"}
"""Types that are recognised by the name."""


def _name(type_name: str) -> str:
    comparator = next(comparator for comparator in COMPARATORS if comparator.type == type_name)
    return FILES.get(type_name) or f"file{(comparator.suffixes or ('.bin',))[0]}"


def _judge(name: str, expected: bytes, observed: bytes) -> OutputVerdict:
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder, side, name) for side in ("expected", "observed")]
        for path, data in zip(paths, (expected, observed), strict=True):
            path.parent.mkdir()
            path.write_bytes(data)
        describe(paths[1])
        verdict = compare_outputs(*paths, Tolerance()).verdict
        assert compare_outputs(paths[1], paths[1], Tolerance()).verdict is OutputVerdict.IDENTICAL
        return verdict


@pytest.mark.parametrize("type_name", [comparator.type for comparator in COMPARATORS if not comparator.is_isolated])
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.binary(max_size=300), st.binary(max_size=300))
def test_any_bytes_are_judged_by_every_comparator(type_name: str, expected: bytes, observed: bytes) -> None:
    """Nothing is raised, and the sides may be exchanged."""
    name = _name(type_name)
    assert _judge(name, expected, observed) is _judge(name, observed, expected)


@pytest.mark.parametrize("name", SAMPLES)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_a_damaged_real_file_is_judged(name: str, data: st.DataObject) -> None:
    """A real file with some bytes changed or cut off has a verdict, and is never identical unless nothing that counts changed."""
    whole = (RECORDED / SAMPLES[name]).read_bytes()
    damaged = bytearray(whole)
    for place in data.draw(st.lists(st.integers(0, len(whole) - 1), max_size=4)):
        damaged[place] = data.draw(st.integers(0, 255))
    end = data.draw(st.just(len(whole)) | st.integers(0, len(whole)))
    assert _judge(name, whole, bytes(damaged[:end])) in set(OutputVerdict)


@pytest.mark.parametrize("name", ["weights.h5", "model.keras"])
@settings(max_examples=4, deadline=None)
@given(st.data())
def test_a_damaged_file_of_weights_is_judged(name: str, data: st.DataObject) -> None:
    """Its reader works in a process of its own; cut off, or with its first bytes changed, it is no HDF5 nor a zip."""
    whole = (RECORDED / name).read_bytes()
    damaged = data.draw(st.binary(min_size=1, max_size=8)) + whole[8 : data.draw(st.integers(9, len(whole)))]
    assert _judge(name, whole, damaged) in set(OutputVerdict)
