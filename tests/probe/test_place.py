"""Paths without the machine in them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.place import place, printable
from tests.probe.fake import FakeHost


@pytest.fixture
def host(tmp_path: Path) -> FakeHost:
    """A machine on which every folder has another place."""
    home, prefix = tmp_path / "home", tmp_path / "prefix"
    site, second = prefix / "lib/site-packages", prefix / "lib/dist-packages"
    for folder in (home, site, second, tmp_path / "cwd", tmp_path / "front", tmp_path / "added", prefix / "lib/python3.9"):
        folder.mkdir(parents=True)
    return FakeHost(
        path=[tmp_path / "front", prefix / "lib/python3.9", site, second, tmp_path / "added"],
        site=[site, second],
        user=home / ".local/site",
        stdlib=prefix / "lib/python3.9",
        prefix=prefix,
        home=home,
        cwd=tmp_path / "cwd",
        environ={"PYTHONPATH": f"{tmp_path / 'front'}:../lib:"},
    )


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("prefix/lib/site-packages/numpy/core/a.so", "{site}/numpy/core/a.so"),
        ("prefix/lib/dist-packages/numpy", "{site:1}/numpy"),
        ("prefix/lib/python3.9/json", "{stdlib}/json"),
        ("home/.local/site/six.py", "{user}/six.py"),
        ("home/x", "{home}/x"),
        ("front/six.py", "{pythonpath:0}/six.py"),
        ("lib/six.py", "{pythonpath:1}/six.py"),
        ("cwd/six.py", "{pythonpath:2}/six.py"),
        ("prefix/bin/python", "{prefix}/bin/python"),
        ("added/x/y.py", "{path:0}/x/y.py"),
        ("other/secret/name.py", "{elsewhere}/name.py"),
        ("front", "{pythonpath:0}"),
        ("frontal/six.py", "{elsewhere}/six.py"),
        ("front/../home/x", "{home}/x"),
    ],
)
def test_the_longest_folder_names_a_path(host: FakeHost, tmp_path: Path, path: str, expected: str) -> None:
    """Each row of the table in place.py."""
    assert host.place(str(tmp_path / path)) == expected


@pytest.mark.parametrize(
    "path", ["/usr/lib/x86_64-linux-gnu/libcudnn.so.8", "/usr/local/cuda-11.2/lib64", "/opt/x", "/etc/hosts"]
)
def test_folders_that_every_linux_has_are_spelled_as_they_are(host: FakeHost, path: str) -> None:
    """Where a system library lies is a fact about the image, not about a machine."""
    assert host.place(path) == path


def test_a_prefix_of_usr_does_not_rename_the_system(tmp_path: Path) -> None:
    """The same library is spelled alike whether Python lives in /usr or elsewhere."""
    host = FakeHost(prefix=Path("/usr"), home=tmp_path)
    assert host.place("/usr/lib/libm.so.6") == "/usr/lib/libm.so.6"


def test_the_working_folder_is_used_only_where_nothing_else_names_a_path(tmp_path: Path) -> None:
    """No place may depend on the folder in which the probe was started, as long as there is another name."""
    added = tmp_path / "project"
    added.mkdir()
    inside, outside = (FakeHost(path=[added], cwd=cwd) for cwd in (added, tmp_path))
    assert inside.place(str(added / "x.py")) == outside.place(str(added / "x.py")) == "{path:0}/x.py"
    assert inside.place(str(added.parent / "project/y")) == "{path:0}/y"
    assert outside.place(str(tmp_path / "z")) == "{cwd}/z"


def test_a_path_behind_a_link_is_found(host: FakeHost, tmp_path: Path) -> None:
    """lib64 is lib: a path through the link is the same place."""
    (tmp_path / "link").symlink_to(tmp_path / "prefix/lib/site-packages")
    assert host.place(str(tmp_path / "link/six.py")) == "{site}/six.py"


@pytest.mark.parametrize("folder", ["/", ""])
def test_a_home_or_working_folder_of_the_root_swallows_nothing(folder: str) -> None:
    """Users without a home have "/", and a container without a working folder starts there."""
    host = FakeHost(home=Path(folder), cwd=Path(folder))
    assert host.place("/data/x.bin") == "{elsewhere}/x.bin"


@given(st.lists(st.text(st.characters(exclude_characters="/\0", exclude_categories=("Cs",)), min_size=1), min_size=1, max_size=5))
def test_no_place_holds_the_machines_own_folder(parts: list[str]) -> None:
    """Whatever a path below an unnamed folder is, the folder is not told."""
    host = FakeHost(path=["/unnamed-machine-folder/lib"], home=Path("/home-of-somebody"))
    told = place("/unnamed-machine-folder/lib/" + "/".join(parts), host)
    assert "unnamed-machine-folder" not in told


@given(st.binary())
def test_any_name_of_bytes_can_be_written_down(name: bytes) -> None:
    """File names are bytes; the answer is JSON that another program must be able to read."""
    printable(name.decode("utf-8", "surrogateescape")).encode("utf-8")


@given(st.text(st.characters()))
def test_any_text_can_be_written_down(text: str) -> None:
    """JSON may hold half a surrogate pair; the answer may not."""
    assert printable(text).encode("utf-8").decode("utf-8") == printable(text)
