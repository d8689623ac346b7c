"""Keras archives."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np

from envprobe.output import OutputVerdict, Tolerance, compare_outputs

from .case import OTHER_RATE, RECORDED, compare, found, is_typed, only


def _rewritten(change: Callable[[str, bytes], bytes]) -> Callable[[Path], None]:
    """Return a function that writes the recorded archive with its members changed."""

    def write(path: Path) -> None:
        with zipfile.ZipFile(RECORDED / "model.keras") as source, zipfile.ZipFile(path, "w") as target:
            for name in source.namelist():
                target.writestr(name, change(name, source.read(name)))

    return write


def test_dates_and_addresses_in_memory_do_not_count() -> None:
    """The same seeded model saved by two processes of Keras 3 is identical, although its bytes are not."""
    comparison = compare_outputs(RECORDED / "model.keras", OTHER_RATE / "model.keras", Tolerance())
    assert is_typed(comparison)
    assert (comparison.verdict, comparison.same_bytes) == (OutputVerdict.IDENTICAL, False)


def test_configuration_and_version_are_compared(tmp_path: Path) -> None:
    """Another unit count and another Keras are each named."""

    def change(name: str, data: bytes) -> bytes:
        if name == "metadata.json":
            return json.dumps({**json.loads(data), "keras_version": "3.0.0"}).encode()
        return data.replace(b'"units": 4', b'"units": 5')

    keep = _rewritten(lambda name, data: data)
    names = [path.rpartition(".")[2] for _, path in found(compare(tmp_path, "m.keras", keep, _rewritten(change)))]
    assert sorted(names) == ["keras_version", "units"]


def test_weights_are_compared_by_tensor(tmp_path: Path) -> None:
    """One weight off by one ULP is named under `weights`."""

    def change(name: str, data: bytes) -> bytes:
        if not name.endswith(".h5"):
            return data
        path = tmp_path / "w.h5"
        path.write_bytes(data)
        with h5py.File(path, "r+") as file:
            kernel = file["layers/dense/vars/0"]
            kernel[0, 0] = np.nextafter(kernel[0, 0], np.float32(9))
        return path.read_bytes()

    difference = only(compare(tmp_path, "m.keras", _rewritten(lambda name, data: data), _rewritten(change)))
    assert difference.path == "weights.layers/dense/vars/0"
    assert difference.deviation is not None and difference.deviation.max_ulp == 1


def test_an_archive_without_weights_is_compared_by_bytes(tmp_path: Path) -> None:
    """A zip that is no Keras archive is said to be none."""

    def empty(path: Path) -> None:
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("metadata.json", "{}")

    comparison = compare(tmp_path, "m.keras", lambda path: shutil.copy(RECORDED / "model.keras", path), empty)
    assert comparison.compared_by == "bytes because it holds no model.weights.h5"
