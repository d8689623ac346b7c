"""HDF5 files and Keras weights."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from envprobe.output import OutputVerdict, Tolerance, compare_outputs, describe

from .case import OTHER_RATE, RECORDED, compare, found, only

KERNEL = np.linspace(-1, 1, 12, dtype=np.float32).reshape(3, 4)


def _file(build: Callable[[Any], object]) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        with h5py.File(path, "w") as file:
            build(file)

    return write


def test_one_weight_of_a_real_model_off_by_one_ulp_is_named(tmp_path: Path) -> None:
    """The tensor, the place and the distance are told; the other tensors are not mentioned."""
    observed = shutil.copy(RECORDED / "weights.h5", tmp_path / "weights.h5")
    with h5py.File(observed, "r+") as file:
        kernel = file["hidden/hidden/kernel:0"]
        kernel[1, 2] = np.nextafter(kernel[1, 2], np.float32(9))
    comparison = compare_outputs(RECORDED / "weights.h5", Path(observed), Tolerance())
    difference = only(comparison)
    assert difference.path == "hidden/hidden/kernel:0"
    assert difference.deviation is not None
    assert (difference.deviation.differing, difference.deviation.max_ulp) == (1, 1)
    assert difference.deviation.first[0].where == "[1, 2]"


def test_another_learning_rate_moves_every_weight() -> None:
    """Four tensors differ, and none of the attributes."""
    comparison = compare_outputs(RECORDED / "weights.h5", OTHER_RATE / "weights.h5", Tolerance())
    assert [kind for kind, _ in found(comparison)] == ["number"] * 4


def test_storage_does_not_count(tmp_path: Path) -> None:
    """Chunks and compression are storage, not values."""
    plain = _file(lambda file: file.create_dataset("w", data=KERNEL))
    packed = _file(lambda file: file.create_dataset("w", data=KERNEL, chunks=(2, 3), compression="gzip", shuffle=True))
    assert compare(tmp_path, "w.h5", plain, packed).verdict is OutputVerdict.IDENTICAL


def test_large_arrays_in_chunks_are_walked_in_order(tmp_path: Path) -> None:
    """Blocks that do not fit the chunks still give every element its own place."""
    array = np.arange(3_000_000, dtype=np.float64).reshape(3, 1000, 1000)
    observed = array.copy()
    observed[2, 7, 999] = -1
    expected_file = _file(lambda file: file.create_dataset("w", data=array, chunks=(1, 300, 300)))
    observed_file = _file(lambda file: file.create_dataset("w", data=observed))
    difference = only(compare(tmp_path, "w.h5", expected_file, observed_file))
    assert difference.deviation is not None
    assert difference.deviation.first[0].where == "[2, 7, 999]"


def test_attributes_are_compared_and_json_in_them_is_parsed(tmp_path: Path) -> None:
    """Keras keeps the model's configuration as JSON text: order of keys does not count, a changed value is named."""

    def with_config(config: str) -> Callable[[Path], None]:
        return _file(lambda file: file.attrs.update({"model_config": config, "names": np.array([b"a", b"b"])}))

    assert (
        compare(tmp_path, "m.h5", with_config('{"a": 1, "b": 2}'), with_config('{"b": 2, "a": 1}')).verdict
        is OutputVerdict.IDENTICAL
    )
    difference = only(compare(tmp_path, "m.h5", with_config('{"rate": 0.1}'), with_config('{"rate": 0.2}')))
    assert difference.path.endswith("model_config.rate")


def test_texts_and_empty_datasets_are_compared(tmp_path: Path) -> None:
    """Texts of variable length are compared one by one; a dataset without a value is one without a value."""

    def build(word: str) -> Callable[[Path], None]:
        def fill(file: Any) -> None:
            file.create_dataset("labels", data=["cat", word], dtype=h5py.string_dtype())
            file.create_dataset("nothing", data=h5py.Empty("f4"))

        return _file(fill)

    assert compare(tmp_path, "l.h5", build("dog"), build("dog")).verdict is OutputVerdict.IDENTICAL
    assert found(compare(tmp_path, "l.h5", build("dog"), build("cow"))) == [("changed", "labels")]


@pytest.mark.parametrize(
    ("build", "reason"),
    [
        (lambda file: file.create_dataset("w", (4,), "f4", external=[("/etc/passwd", 0, 16)]), "data in another file"),
        (lambda file: file.create_dataset("w", (1 << 40,), "f4", chunks=(1 << 20,)), "unpacks to"),
    ],
)
def test_a_dataset_that_cannot_be_read_is_unread_itself(tmp_path: Path, build: Callable[[Any], object], reason: str) -> None:
    """Data in another file of the machine, and a few bytes that stand for terabytes; the other datasets are compared."""
    sides = [_file(lambda file, data=data: (file.create_dataset("x", data=data), build(file))) for data in (KERNEL, KERNEL + 1)]
    sound = _file(lambda file: [file.create_dataset(name, data=KERNEL) for name in ("w", "x")])
    comparison = compare(tmp_path, "w.h5", sound, sides[0])
    assert (comparison.verdict, only(comparison).kind) == (OutputVerdict.UNDETERMINED, "unread")
    assert reason in only(comparison).observed
    assert found(compare(tmp_path, "w.h5", *sides)) == [("number", "x")]


def test_links_out_of_the_file_are_not_followed(tmp_path: Path) -> None:
    """An external link is not opened, but another link is another."""

    def linked(name: str) -> Callable[[Path], None]:
        def fill(file: Any) -> None:
            file["w"] = KERNEL
            file["link"] = h5py.ExternalLink(name, "/")

        return _file(fill)

    assert only(compare(tmp_path, "w.h5", linked("/nowhere.h5"), linked("/elsewhere.h5"))).path == "link.file"


@pytest.mark.parametrize(
    ("expected", "observed", "path"),
    [
        (lambda file: file.update({"l": h5py.SoftLink("/a")}), lambda file: file.update({"l": h5py.SoftLink("/b")}), "l.to"),
        (lambda file: None, lambda file: file.create_group("empty"), "empty"),
        (lambda file: file.attrs.create("n", 1, dtype="i4"), lambda file: file.attrs.create("n", 1, dtype="i8"), ""),
        (lambda file: file.update({"t": np.dtype("f4")}), lambda file: file.update({"t": np.dtype("f8")}), "t.name"),
    ],
)
def test_nothing_of_a_file_goes_unseen(
    tmp_path: Path, expected: Callable[[Any], object], observed: Callable[[Any], object], path: str
) -> None:
    """Links, empty groups, types and those of attributes are content."""
    build = [_file(lambda file, fill=fill: (file.create_dataset("w", data=KERNEL), fill(file))) for fill in (expected, observed)]
    difference = only(compare(tmp_path, "w.h5", *build))
    assert difference.path == path or difference.path.startswith("types of attributes")


def test_a_damaged_file_is_compared_by_bytes(tmp_path: Path) -> None:
    """A file that was cut off is said to be no HDF5."""
    whole = (RECORDED / "weights.h5").read_bytes()
    comparison = compare(tmp_path, "w.h5", whole, whole[:5000])
    assert "cannot be read as hdf5" in comparison.compared_by


def test_weights_are_described_by_tensor() -> None:
    """Each tensor has type, shape and digest."""
    parts = describe(RECORDED / "weights.h5").parts
    assert {name for name in parts if "/" in name} == {
        "hidden/hidden/bias:0",
        "hidden/hidden/kernel:0",
        "logits/logits/bias:0",
        "logits/logits/kernel:0",
    }
    assert parts["hidden/hidden/kernel:0"].startswith("float32 (3, 4) sha256:")
