"""Comparators know that they saw everything: one byte that changes anywhere is a difference, or nothing of what a reader sees."""

from __future__ import annotations

import csv
import gzip
import io
import json
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tomli
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from envprobe.output import OutputVerdict, Tolerance, compare_outputs

CORPUS = Path(__file__).resolve().parents[1] / "data" / "outputs" / "corpus" / "recorded"
WITHOUT_SLACK = (
    "m.msgpack",
    "train.tfrecord",
)
"""Files of which every byte is content."""


def _members(data: bytes) -> Any:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {item.filename: archive.read(item) for item in archive.infolist()}, archive.comment


def _arrays(data: bytes) -> Any:
    with np.load(io.BytesIO(data)) as archive:
        return {name: (archive[name].dtype.str, archive[name].shape, archive[name].tobytes()) for name in archive.files}


def _picture(data: bytes) -> Any:
    with Image.open(io.BytesIO(data)) as image:
        return image.mode, image.size, image.tobytes(), image.info.get("gamma"), image.info.get("transparency")


def _array(data: bytes) -> Any:
    array = np.load(io.BytesIO(data))
    return array.dtype.str, array.shape, array.tobytes()


def _tensors(data: bytes) -> Any:
    end = 8 + int.from_bytes(data[:8], "little")
    return json.loads(data[8:end]), data[end:]


def _lines(data: bytes) -> Any:
    return [json.loads(item) for item in data.splitlines()]


def _cells(data: bytes) -> Any:
    return list(csv.reader(io.StringIO(data.decode(), newline="")))


def _toml(data: bytes) -> Any:
    return tomli.loads(data.decode())


def _yaml(data: bytes) -> Any:
    return yaml.load(data, yaml.BaseLoader)


def _words(data: bytes) -> Any:
    return data.decode().split()


WITH_SLACK: dict[str, Callable[[bytes], Any]] = {
    "metrics.json": json.loads,
    "large.json": json.loads,
    "items.json": json.loads,
    "events.jsonl": _lines,
    "a.npy": _array,
    "days.npy": _array,
    "w.safetensors": _tensors,
    "history.csv": _cells,
    "patients.csv": _cells,
    "comments.csv": _cells,
    "config.toml": _toml,
    "tagged.yaml": _yaml,
    "styled.html": _words,
    "p.csv.gz": gzip.decompress,
    "out.zip": _members,
    "p.csv.zip": _members,
    "w.npz": _arrays,
    "plot.png": _picture,
    "gray16.png": _picture,
}
"""Files with times, sizes, checksums or white space between what they hold, beside what another library reads of them."""


def _mutated(name: str, draw: Callable[[st.SearchStrategy[int]], int]) -> tuple[bytes, bytes, OutputVerdict]:
    data = (CORPUS / name).read_bytes()
    observed = bytearray(data)
    observed[draw(st.integers(0, len(data) - 1))] ^= draw(st.integers(1, 255))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, name)
        path.write_bytes(observed)
        return data, bytes(observed), compare_outputs(CORPUS / name, path, Tolerance(), name).verdict


@pytest.mark.parametrize("name", WITHOUT_SLACK)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_no_byte_of_a_file_goes_unseen(name: str, data: st.DataObject) -> None:
    """Whatever one byte becomes, the file is never told the same."""
    *_, verdict = _mutated(name, data.draw)
    assert verdict in (OutputVerdict.DIFFERS, OutputVerdict.UNDETERMINED)


@pytest.mark.parametrize("name", WITH_SLACK)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_what_is_told_the_same_is_the_same_to_another_library(name: str, data: st.DataObject) -> None:
    """A byte that another reader sees is seen here."""
    expected, observed, verdict = _mutated(name, data.draw)
    read = WITH_SLACK[name]
    if verdict is OutputVerdict.IDENTICAL:
        try:
            seen = read(observed)
        except Exception:  # noqa: BLE001 - the other library is stricter about checksums: nothing is read there
            return
        assert seen == read(expected)
