"""Files that crash or hang the library that reads them."""

from __future__ import annotations

from pathlib import Path

import pytest

from envprobe.output import OutputVerdict, Tolerance, compare_outputs
from envprobe.output.finding import Unable, Unreadable
from envprobe.output.isolation import Request, ask

from .case import OTHER_RATE, RECORDED, SAMPLES


def test_a_file_that_hangs_the_library_is_given_up() -> None:
    """A damaged file on which the HDF5 library never returns ends with the time limit, and nothing is said about it."""
    with pytest.raises(Unable, match="did not end within 3 s"):
        ask(Request("hdf5", "hdf5", [str(RECORDED / "weights.h5"), str(SAMPLES / "hostile" / "endless.h5")]), time_limit_s=3)


def test_a_child_that_dies_is_no_answer() -> None:
    """Whatever ends the child early lets bytes decide, with its status."""
    with pytest.raises(Unreadable, match="ended the process with status 1"):
        ask(Request("no_such_module", "hdf5", []))


def test_modules_in_the_current_folder_are_not_imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Outputs are often compared in the folder where they lie, and a file there may be called like a library."""
    (tmp_path / "msgspec.py").write_text("raise SystemExit(7)")
    monkeypatch.chdir(tmp_path)
    comparison = compare_outputs(RECORDED / "weights.h5", OTHER_RATE / "weights.h5", Tolerance())
    assert (comparison.verdict, comparison.compared_by) == (OutputVerdict.DIFFERS, "hdf5")
    assert [path.name for path in tmp_path.iterdir()] == ["msgspec.py"]
