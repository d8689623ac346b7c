"""Copies of an experiment's folder in which some files are another folder's."""

from __future__ import annotations

from pathlib import Path

from envprobe.fact import sha256
from envprobe.trial import folders


def made(folder: Path, **files: str) -> Path:
    folder.mkdir()
    for name, text in files.items():
        (folder / f"{name}.txt").write_text(text)
    return folder


def test_files_that_are_other_are_found_and_outputs_are_not(tmp_path: Path) -> None:
    """Changed, gone and new ones; what the experiment writes is none of them."""
    good = made(tmp_path / "good", changed="old", gone="was here", same="1", metrics="0.9")
    here = made(tmp_path / "here", changed="new", new="2", same="1", metrics="0.5")
    found = folders.differing(here, good, ["metrics.txt"])
    assert found == {"changed.txt": sha256(b"old"), "gone.txt": sha256(b"was here"), "new.txt": ""}


def test_a_copy_has_all_of_the_folder_and_the_files_of_the_good_one(tmp_path: Path) -> None:
    """Empty folders, links and environments are there; what is written in the copy leaves the folder as it is."""
    good = made(tmp_path / "good", changed="old")
    here = made(tmp_path / "here", changed="new", new="2", same="1")
    (here / "empty").mkdir()
    (here / "data").symlink_to(made(tmp_path / "elsewhere", rows="3"))
    (here / ".venv").mkdir()
    (here / ".venv" / "pyvenv.cfg").touch()
    (copy := tmp_path / "copy").mkdir()
    folders.assemble(here, str(good), {"changed.txt": sha256(b"old"), "new.txt": ""}, copy)
    assert sorted(path.name for path in copy.iterdir()) == [".venv", "changed.txt", "data", "empty", "same.txt"]
    assert ((copy / "changed.txt").read_text(), (copy / "data" / "rows.txt").read_text()) == ("old", "3")
    (copy / "same.txt").write_text("other")
    assert (here / "same.txt").read_text() == "1"


def test_what_is_large_and_what_git_keeps_is_not_copied(tmp_path: Path) -> None:
    """A large file is a link; .git and byte code are left out."""
    here = made(tmp_path / "here", small="1")
    (here / ".git").mkdir()
    (here / "code.pyc").touch()
    with (here / "large.bin").open("wb") as stream:
        stream.truncate(folders.COPIED_BYTES + 1)
    (copy := tmp_path / "copy").mkdir()
    folders.assemble(here, "", {}, copy)
    assert {path.name: path.is_symlink() for path in copy.iterdir()} == {"small.txt": False, "large.bin": True}
