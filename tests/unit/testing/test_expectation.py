"""Expectations of tests: what is stored, what passes, what is kept."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from envprobe.error import UsageError
from envprobe.output import Rule, Tolerance
from envprobe.testing.expectation import Expectations, folder_of, stored, without_repeat

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)


def expectations(folder: Path, *, record: bool = False, tolerance: Tolerance | None = None) -> Expectations:
    return Expectations(folder / "test_it", tolerance=tolerance or Tolerance(), test="test_it.py::test_it", record=record)


def files(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


class Frame:
    """A data frame in miniature."""

    def __init__(self, loss: float) -> None:
        self.loss = loss

    def to_csv(self, path: Path, na_rep: str) -> None:
        path.write_text(f"step,loss\n0,{self.loss!r}\n")


@given(VALUES)
def test_value_is_as_it_was_recorded(tmp_path_factory: pytest.TempPathFactory, value: Any) -> None:
    """Any value of numbers, texts, lists and dicts passes against itself, and leaves nothing behind."""
    folder = tmp_path_factory.mktemp("expectations")
    assert expectations(folder, record=True).check(value, "value") == ""

    assert expectations(folder).check(value, "value") == ""
    assert files(folder) == ["test_it/value.json"]


@pytest.mark.parametrize(
    ("expected", "obtained"),
    [
        (1, 1.0),
        (0.1 + 0.2, 0.3),
        (0.0, -0.0),
        (float("nan"), 0.0),
        ("accuracy 0.9", "accuracy 0.8"),
        ({"loss": [1.0, 0.5]}, {"loss": [1.0, 0.25]}),
        (None, False),
        (numpy.zeros(3), numpy.zeros(3, "float32")),
        (numpy.arange(3), numpy.array([0, 1, 3])),
        (numpy.float32(0.1), numpy.float32(0.2)),
        (Frame(0.5), Frame(0.25)),
    ],
)
def test_other_value_differs(tmp_path: Path, expected: Any, obtained: Any) -> None:
    """Another value differs, however close or alike; it is kept beside the expected one, which stays."""
    expectations(tmp_path, record=True).check(expected, "value")
    (name,) = files(tmp_path)
    before = (tmp_path / name).read_bytes()

    trouble = expectations(tmp_path).check(obtained, "value")

    assert trouble.startswith("value: differs")
    assert "pytest --envprobe-record 'test_it.py::test_it'" in trouble
    assert files(tmp_path / "test_it/obtained") == [".gitignore", Path(name).name]
    assert (tmp_path / name).read_bytes() == before


def test_missing_expectation_is_said_and_not_recorded(tmp_path: Path) -> None:
    """Without an expectation a check fails, and only keeps what was obtained."""
    trouble = expectations(tmp_path).check(0.5, "loss")

    assert trouble.startswith("loss: no expectation is recorded")
    assert files(tmp_path) == ["test_it/obtained/.gitignore", "test_it/obtained/loss.json"]


def test_passing_removes_what_an_earlier_run_kept(tmp_path: Path) -> None:
    """What was obtained once does not lie there after it has been mended."""
    expectations(tmp_path, record=True).check(1, "value")
    expectations(tmp_path).check(2, "value")

    expectations(tmp_path).check(1, "value")

    assert files(tmp_path) == ["test_it/value.json"]


def test_tolerance_accepts(tmp_path: Path) -> None:
    """A difference within the rules passes."""
    expectations(tmp_path, record=True).check({"loss": 1.0}, "metrics")
    tolerance = Tolerance({"*.loss": Rule(relative=1e-3)})

    assert expectations(tmp_path, tolerance=tolerance).check({"loss": 1.0001}, "metrics") == ""


def test_folder_is_compared_file_by_file(tmp_path: Path) -> None:
    """A folder of outputs is recorded whole; one that lacks a file differs, and the message says which."""
    model = tmp_path / "model"
    model.mkdir()
    for name in ("weights.bin", "vocabulary.txt"):
        (model / name).write_text(name)
    expectations(tmp_path, record=True).check(model)
    assert expectations(tmp_path).check(model) == ""

    (model / "vocabulary.txt").unlink()

    assert "vocabulary.txt: a file != absent" in expectations(tmp_path).check(model)


def test_folder_is_recorded_again(tmp_path: Path) -> None:
    """A new recording of a folder replaces all of it, files that are gone among them."""
    model = tmp_path / "model"
    model.mkdir()
    (model / "old.txt").write_text("old")
    expectations(tmp_path, record=True).check(model)
    (model / "old.txt").rename(model / "new.txt")

    expectations(tmp_path, record=True).check(model)

    assert files(tmp_path / "test_it") == ["model/new.txt"]


def test_checkpoint_takes_its_shards_along(tmp_path: Path) -> None:
    """A checkpoint's index is stored with the shards that it lists, under the name that the check gives."""
    for name in ("ckpt-7.index", "ckpt-7.data-00000-of-00001"):
        (tmp_path / name).write_bytes(b"1")

    expectations(tmp_path, record=True).check(tmp_path / "ckpt-7.index", "model")

    assert files(tmp_path / "test_it") == ["model.data-00000-of-00001", "model.index"]


def test_value_of_another_kind_is_missing(tmp_path: Path) -> None:
    """A value that was a number and is an array now has no expectation, and the message names the old one."""
    expectations(tmp_path, record=True).check(1, "value")

    trouble = expectations(tmp_path).check(numpy.ones(1), "value")

    assert "there is value.json: the value was of another kind" in trouble


@pytest.mark.parametrize("value", [object(), 1j, numpy.array([object()]), numpy.ma.masked_array([1.0, 2.0], [True, False])])
def test_what_cannot_be_stored_exactly_is_refused(tmp_path: Path, value: Any) -> None:
    """Nothing is pickled, and nothing is stored without a part of it."""
    with pytest.raises(UsageError):
        expectations(tmp_path, record=True).check(value, "value")
    assert files(tmp_path) == []


@pytest.mark.parametrize("name", ["../loss", "a/b", "obtained", "-x", "a b"])
def test_name_that_leaves_the_folder_is_refused(tmp_path: Path, name: str) -> None:
    """A name becomes a file name, so it can name nothing else."""
    with pytest.raises(UsageError, match="is not a name of an expectation"):
        expectations(tmp_path, record=True).check(1, name)


def test_one_name_for_two_values_is_refused(tmp_path: Path) -> None:
    """Two checks of one name would overwrite each other."""
    found = expectations(tmp_path, record=True)
    found.check(1)

    with pytest.raises(UsageError, match="another value under this name"):
        found.check(2)


def test_missing_output_is_trouble(tmp_path: Path) -> None:
    """A path without a file is no value."""
    with pytest.raises(UsageError, match="cannot be read"):
        expectations(tmp_path).check(tmp_path / "nothing.json")


@given(st.text(), st.text())
def test_tests_do_not_share_a_folder(first: str, second: str) -> None:
    """Two sets of parameters, whatever is in them, have two folders, both inside that of the test's file."""
    file = Path("tests/test_it.py")
    folders = {folder_of(file, f"test_it[{parameters}]") for parameters in {first, second}}

    assert len(folders) == len({without_repeat(f"test_it[{parameters}]") for parameters in {first, second}})
    assert all(folder.parent == Path("tests/expectations/test_it") for folder in folders)


@pytest.mark.parametrize("name", ["test_it[repeat2of3]", "test_it[a-repeat2of3]", "test_it[repeat2of3-a]"])
def test_repetitions_share_their_expectations(name: str) -> None:
    """`repeat=` compares every run with the same expectation."""
    assert without_repeat(name) in ("test_it", "test_it[a]")


def test_stored_are_those_of_one_file(tmp_path: Path) -> None:
    """What was obtained, and what other files expect, is not among a file's expectations."""
    file = tmp_path / "test_it.py"
    for test, record in (("test_a", True), ("test_b", False)):
        Expectations(folder_of(file, test), tolerance=Tolerance(), test=test, record=record).check(1, "value")

    assert [path.relative_to(tmp_path).as_posix() for path in stored(file)] == ["expectations/test_it/test_a/value.json"]
    assert list(stored(tmp_path / "test_other.py")) == []
