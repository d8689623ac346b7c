"""A container's own layer, read from folders as overlay2 keeps them."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from envprobe.targets.container_change import ContainerChange
from envprobe.targets.layer import read_layer

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root may read a container's layer, or make a whiteout")


@pytest.fixture
def layers(tmp_path) -> tuple[Path, Path, Path]:
    """A container's upper folder over an image's two: `top` hides what `base` has under the same name."""
    upper, top, base = tmp_path / "upper", tmp_path / "top", tmp_path / "base"
    for folder in (upper, top, base):
        (folder / "lib").mkdir(parents=True)
    (base / "lib/a.py").write_text("a")
    (base / "lib/b.py").write_text("b")
    (base / "lib/sub").mkdir()
    (base / "lib/sub/c.py").write_text("c")
    (top / "lib/b.py").write_text("newer b")
    return upper, top, base


def changes(layers: tuple[Path, Path, Path]) -> list[ContainerChange] | None:
    upper, top, base = layers
    return read_layer({"GraphDriver": {"Name": "overlay2", "Data": {"UpperDir": str(upper), "LowerDir": f"{top}:{base}"}}})


def whiteout(path: Path) -> None:
    os.mknod(path, 0o20000, os.makedev(0, 0))


def test_nothing_changed(layers):
    """A folder that is only there to hold nothing is no change."""
    assert changes(layers) == []


def test_changed_added_and_deleted(layers):
    """Files that differ, are new, or are covered by a whiteout are told; a whiteout over nothing is not."""
    upper = layers[0]
    (upper / "lib/a.py").write_text("patched")
    (upper / "new/deep").mkdir(parents=True)
    whiteout(upper / "lib/b.py")
    whiteout(upper / "lib/never_was.py")
    assert changes(layers) == [
        ContainerChange("/lib/a.py", "changed"),
        ContainerChange("/lib/b.py", "deleted"),
        ContainerChange("/new", "added"),
        ContainerChange("/new/deep", "added"),
    ]


def test_a_file_that_was_only_copied_up_is_no_change(layers):
    """Opening a file for writing copies it up; the same content, owner, mode and time is no change, other content is one."""
    upper, top, base = layers
    shutil.copy2(base / "lib/a.py", upper / "lib/a.py")
    shutil.copy2(top / "lib/b.py", upper / "lib/b.py")
    assert changes(layers) == []
    (upper / "lib/a.py").write_text("z")
    shutil.copystat(base / "lib/a.py", upper / "lib/a.py")
    assert changes(layers) == [ContainerChange("/lib/a.py", "changed")]


def test_mode_and_kind_are_changes(layers):
    """Another mode, or a link where a file was, is a change."""
    upper, _, base = layers
    shutil.copy2(base / "lib/a.py", upper / "lib/a.py")
    (upper / "lib/a.py").chmod(0o600)
    (upper / "lib/b.py").symlink_to("/elsewhere")
    (upper / "lib").chmod(0o700)
    assert changes(layers) == [
        ContainerChange("/lib", "changed"),
        ContainerChange("/lib/a.py", "changed"),
        ContainerChange("/lib/b.py", "changed"),
    ]


def test_a_folder_that_was_replaced(layers):
    """A folder that was removed and made anew hides all that the image had in it."""
    upper = layers[0]
    (upper / "lib/sub").mkdir()
    try:
        os.setxattr(upper / "lib/sub", "trusted.overlay.opaque", b"y")
    except OSError:
        pytest.skip("no trusted attributes on this file system")
    (upper / "lib/sub/new.py").write_text("new")
    assert changes(layers) == [ContainerChange("/lib/sub/c.py", "deleted"), ContainerChange("/lib/sub/new.py", "added")]


def test_what_an_upper_image_layer_deleted_is_not_there(layers):
    """A file that a layer of the image itself covers is new when the container has one."""
    upper, top, _ = layers
    whiteout(top / "lib/a.py")
    (upper / "lib/a.py").write_text("again")
    assert changes(layers) == [ContainerChange("/lib/a.py", "added")]


@pytest.mark.parametrize(
    "driver",
    [
        None,
        {"Name": "btrfs", "Data": {}},
        {"Name": "overlay2", "Data": None},
        {"Name": "overlay2", "Data": {"UpperDir": "/no/such", "LowerDir": "/no/such"}},
    ],
)
def test_a_layer_that_is_not_here_is_not_guessed(driver):
    """Another machine's engine, or another storage driver, is asked for its diff instead."""
    assert read_layer({"GraphDriver": driver}) is None
