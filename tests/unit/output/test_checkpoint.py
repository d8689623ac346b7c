"""TensorFlow checkpoints and the variables of SavedModels, all from a real TensorFlow 2.9.0."""

from __future__ import annotations

import shutil
import struct
from pathlib import Path

import numpy as np
import pytest

from envprobe.output import OutputVerdict, Tolerance, compare_outputs, describe
from envprobe.output.readers.checkpoint import tensors

from .case import OTHER_RATE, RECORDED, found, only

INDEX, SHARD = "ckpt.index", "ckpt.data-00000-of-00001"


def _copy(folder: Path) -> Path:
    return Path(shutil.copytree(RECORDED / "checkpoint", folder / "checkpoint"))


def test_tensors_are_those_that_keras_saved_as_hdf5() -> None:
    """Every value read from the checkpoint is the one in the weights file that the same process wrote."""
    import h5py

    read = tensors(RECORDED / "checkpoint" / INDEX)
    with h5py.File(RECORDED / "weights.h5") as file:
        for layer, name in ((0, "hidden"), (1, "logits")):
            for variable in ("kernel", "bias"):
                array = read[f"model/layer_with_weights-{layer}/{variable}"]
                values = np.concatenate(list(array.blocks())).reshape(array.shape)
                assert np.array_equal(values, file[f"{name}/{name}/{variable}:0"][()])


def test_one_weight_off_by_one_ulp_is_named(tmp_path: Path) -> None:
    """The tensor is named by its index, and its data lie in another file."""
    folder = _copy(tmp_path)
    kernel = b"".join(block.tobytes() for block in tensors(folder / INDEX)["model/layer_with_weights-0/kernel"].blocks())
    nudged = np.frombuffer(kernel, np.float32).copy()
    nudged[6] = np.nextafter(nudged[6], np.float32(9))
    shard = folder / SHARD
    shard.write_bytes(shard.read_bytes().replace(kernel, nudged.tobytes(), 1))
    for name in (SHARD, INDEX):
        comparison = compare_outputs(RECORDED / "checkpoint" / name, folder / name, Tolerance())
        if name == INDEX:
            assert not comparison.same_bytes  # although those of the index are: the values lie in the shard
        difference = only(comparison)
        assert difference.path == "model/layer_with_weights-0/kernel"
        assert difference.deviation is not None and difference.deviation.max_ulp == 1


def test_another_learning_rate_moves_the_variables() -> None:
    """Weights and the optimizer's slots differ; step and object graph do not."""
    comparison = compare_outputs(RECORDED / "checkpoint" / INDEX, OTHER_RATE / "checkpoint" / INDEX, Tolerance())
    names = [path for _, path in found(comparison)]
    assert "model/layer_with_weights-0/kernel" in names
    assert "_CHECKPOINTABLE_OBJECT_GRAPH" not in names


@pytest.mark.parametrize("place", [10, 700, -5])
def test_a_damaged_index_is_told(tmp_path: Path, place: int) -> None:
    """One flipped bit is seen by the checksum or the structure, and bytes decide."""
    folder = _copy(tmp_path)
    index = folder / INDEX
    data = bytearray(index.read_bytes())
    data[place] ^= 1
    index.write_bytes(data)
    comparison = compare_outputs(RECORDED / "checkpoint" / INDEX, index, Tolerance())
    assert comparison.compared_by.startswith("bytes because")
    assert comparison.verdict is OutputVerdict.DIFFERS


def test_a_shard_that_was_cut_off_is_told(tmp_path: Path) -> None:
    """Values that are not there are not made up."""
    folder = _copy(tmp_path)
    shard = folder / SHARD
    shard.write_bytes(shard.read_bytes()[:100])
    assert "ends before" in compare_outputs(RECORDED / "checkpoint" / INDEX, folder / INDEX, Tolerance()).compared_by


def test_variables_are_described_with_shape_and_digest() -> None:
    """Years later the digests tell which variable another run changed."""
    parts = describe(RECORDED / "saved" / "variables" / "variables.index").parts
    assert parts["layer_with_weights-0/kernel"].startswith("float32 (3, 4) sha256:")


def test_bfloat16_is_widened_exactly(tmp_path: Path) -> None:
    """The two bytes of a bfloat16 are the upper half of a float32."""
    from envprobe.output.readers.checkpoint import _blocks

    path = tmp_path / SHARD
    path.write_bytes(struct.pack("<f", 1.5)[2:] + struct.pack("<f", -2.0)[2:])
    (block,) = _blocks(path, 0, 4, np.dtype("<u2"), np.dtype("<f4"))
    assert block.tolist() == [1.5, -2.0]
