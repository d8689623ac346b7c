"""Pickles, joblib files and PyTorch's checkpoints: described by their opcodes, never loaded."""

from __future__ import annotations

import os
import pickle
from collections import OrderedDict
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from envprobe.output import OutputVerdict

from .case import compare, found, only


class Evil:
    """Runs a command where it is unpickled."""

    def __init__(self, marker: Path) -> None:
        self.marker = marker

    def __reduce__(self) -> Any:
        return os.system, (f"touch {self.marker}",)


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_nothing_in_a_pickle_is_run(tmp_path: Path, protocol: int) -> None:
    """What it would call is named with its arguments, under every protocol."""
    marker = tmp_path / "marker"
    sides = [pickle.dumps({"a": Evil(marker), "n": number}, protocol) for number in (1, 2)]
    assert found(compare(tmp_path, "m.pkl", *sides)) == [("number", "n")]
    other = pickle.dumps({"a": Evil(tmp_path / "other"), "n": 1}, protocol)
    assert only(compare(tmp_path, "m.pkl", sides[0], other)).path.startswith("a.arguments")
    assert not marker.exists()


@pytest.mark.parametrize("protocols", [(0, 5), (2, 4), (5, 3)])
def test_the_protocol_does_not_count(tmp_path: Path, protocols: tuple[int, int]) -> None:
    """The same objects written by another Python are the same."""
    value = {"w": np.arange(6.0).reshape(2, 3), "s": {1, 2}, "t": (b"x", None, True, 1 << 70, "é"), "o": OrderedDict(a=1)}
    sides = [pickle.dumps(value, protocol) for protocol in protocols]
    assert compare(tmp_path, "m.pkl", *sides).verdict is OutputVerdict.IDENTICAL


def test_arrays_in_a_pickle_have_their_tolerance(tmp_path: Path) -> None:
    """They are compared element by element, under the path where they lie."""
    sides = [pickle.dumps({"model": {"w": np.arange(4.0) + shift}}) for shift in (0, 1e-9)]
    assert found(compare(tmp_path, "m.pkl", *sides)) == [("number", '["model.w"]')] or found(
        compare(tmp_path, "m.pkl", *sides)
    ) == [("number", "model.w")]
    assert compare(tmp_path, "m.pkl", *sides, {"model.w": {"absolute": 1e-6}}).verdict is OutputVerdict.TOLERANCE


def test_an_object_that_holds_itself_is_described(tmp_path: Path) -> None:
    """And one whose references multiply is given up."""
    loop: list[Any] = [1]
    loop.append(loop)
    assert found(compare(tmp_path, "m.pkl", pickle.dumps(loop), pickle.dumps([1, [1]])))
    bomb: Any = ["x"]
    for _ in range(40):
        bomb = [bomb, bomb]
    comparison = compare(tmp_path, "m.pkl", pickle.dumps(bomb), pickle.dumps([bomb, 1]))
    assert comparison.verdict is OutputVerdict.UNDETERMINED


def test_a_cut_off_pickle_is_told(tmp_path: Path) -> None:
    """It is no sound pickle."""
    whole = pickle.dumps({"w": np.arange(100.0)})
    comparison = compare(tmp_path, "m.pkl", whole, whole[:-20])
    assert comparison.verdict is OutputVerdict.DIFFERS
    assert "no sound pickle" in comparison.compared_by
