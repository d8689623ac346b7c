"""What is listed of a folder, and what is read of it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from envprobe.error import DocumentError
from envprobe.serve import folder
from envprobe.serve.folder import list_files, read_file


def places(root: Path) -> list[str]:
    return sorted(file.place for file in list_files(root).files)


def test_json_files_are_found_in_folders_too(tmp_path: Path) -> None:
    """A team keeps checks in a folder beside its baselines; other files and hidden ones are nobody's documents."""
    for place in ("a.json", "checks/b.json", "checks/deep/c.json", "notes.txt", ".hidden.json", ".git/d.json"):
        (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / place).write_text("{}")
    assert places(tmp_path) == ["a.json", "checks/b.json", "checks/deep/c.json"]


def test_no_link_leads_out(tmp_path: Path) -> None:
    """A link to a file or folder elsewhere is neither listed nor read, nor is a pipe waited for."""
    inside, outside = tmp_path / "inside", tmp_path / "outside"
    inside.mkdir()
    outside.mkdir()
    (outside / "secret.json").write_text("{}")
    (inside / "file.json").symlink_to(outside / "secret.json")
    (inside / "folder").symlink_to(outside)
    os.mkfifo(inside / "pipe.json")
    assert places(inside) == []
    for place in ("file.json", "folder/secret.json", "pipe.json", "gone.json"):
        with pytest.raises(DocumentError):
            read_file(inside, place, b"")


def test_a_file_is_read_up_to_a_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of gigabytes is refused with its limit, not read."""
    monkeypatch.setattr(folder, "FILE_LIMIT_BYTES", 10)
    (tmp_path / "fits.json").write_bytes(b"x" * 10)
    (tmp_path / "large.json").write_bytes(b"x" * 11)
    assert read_file(tmp_path, "fits.json", b"x") == b"x" * 10
    with pytest.raises(DocumentError, match="more than 10 bytes"):
        read_file(tmp_path, "large.json", b"x")


def test_of_a_foreign_file_only_the_beginning_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Annotations of a gigabyte beside the documents cost nothing and are no fault."""
    monkeypatch.setattr(folder, "FILE_LIMIT_BYTES", 10)
    (tmp_path / "annotations.json").write_bytes(b"y" * 1000)
    assert read_file(tmp_path, "annotations.json", b"x") is None


def test_the_newest_of_too_many_are_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a huge folder the newest files are shown, and it is said that there are more."""
    monkeypatch.setattr(folder, "FILES_LIMIT", 2)
    for number in range(4):
        (tmp_path / f"{number}.json").write_text("{}")
        os.utime(tmp_path / f"{number}.json", (number, number))
    listing = list_files(tmp_path)
    assert [file.place for file in listing.files] == ["3.json", "2.json"]
    assert listing.left_out == ["2 older files: the newest 2 are shown; serve a smaller folder"]


def test_folders_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither a deep nor a broad tree of folders keeps the reader waiting, and what was left out is said."""
    monkeypatch.setattr(folder, "DEPTH_LIMIT", 1)
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "deep.json").write_text("{}")
    assert list_files(tmp_path).left_out == ["a/b: folders are looked into 1 deep"]
    monkeypatch.setattr(folder, "FOLDERS_LIMIT", 1)
    assert list_files(tmp_path).left_out == ["the rest of more than 1 folders"]
