"""The files that globs of an experiment name."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path
from typing import Any

import pytest

SOURCE = Path(__file__).resolve().parents[2] / "probes" / "listing.py"


@pytest.fixture
def listing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The listing of a folder with a file, a link to it, one to nowhere, and folders that lead in a circle."""
    (tmp_path / "out" / "epoch1").mkdir(parents=True)
    (tmp_path / "out" / "epoch1" / "m.json").write_text("1")
    (tmp_path / "out" / "latest").symlink_to("epoch1")
    (tmp_path / "out" / "epoch1" / "again.json").symlink_to("m.json")
    (tmp_path / "out" / "epoch1" / "gone.json").symlink_to("nowhere.json")
    (tmp_path / "out" / "epoch1" / "loop").symlink_to("../..")
    (tmp_path / "out" / "epoch1" / "loop2").symlink_to(".")
    (tmp_path / "elsewhere.json").write_text("2")
    (tmp_path / "out" / "outside.json").symlink_to("../elsewhere.json")
    monkeypatch.chdir(tmp_path)
    spec = importlib.util.spec_from_file_location("listing", SOURCE)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.list_files


@pytest.mark.parametrize(
    ("glob", "names", "dangling"),
    [
        ("out/**/*.json", ["out/epoch1/m.json", "out/outside.json"], ["out/epoch1/gone.json"]),
        ("out/**", ["out/epoch1/m.json", "out/outside.json"], ["out/epoch1/gone.json"]),
        ("out/*/*.json", ["out/epoch1/m.json"], ["out/epoch1/gone.json"]),
        ("out", ["out/epoch1/m.json", "out/outside.json"], ["out/epoch1/gone.json"]),
        ("out/latest/m.json", ["out/latest/m.json"], []),
        ("out/latest", ["out/latest/m.json"], ["out/latest/gone.json"]),
        ("out/epoch1/again.json", ["out/epoch1/again.json"], []),
        ("none/*.json", [], []),
    ],
)
def test_links_are_no_second_output(listing: Any, glob: str, names: list[str], dangling: list[str]) -> None:
    """Circles end, a link that leads nowhere is named, and one that the glob names is followed."""
    found = listing([glob])
    assert sorted(found["files"]) == names
    assert found["globs"] == [names]
    assert found["dangling"] == dangling


def test_an_absolute_glob_names_files_below_its_fixed_folder(listing: Any, tmp_path: Path) -> None:
    """So that a name is the same wherever the folder lies."""
    found = listing([f"{tmp_path}/out/*/m.json"])
    assert list(found["files"]) == ["epoch1/m.json"]
    assert found["files"]["epoch1/m.json"][0] == os.path.realpath("out/epoch1/m.json")
