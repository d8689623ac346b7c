"""What pip says of an index, as a lock and as requirements with hashes."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from packaging.requirements import Requirement

from envprobe import toml
from envprobe.causes.locking import IndexAnswer, IndexFile, conflicts, hashed, locking_environment, pylock, read_pip_report
from tests.support.pylock import READS_PYLOCK

DIGEST = "8abb2f1d86890a2dfb989f9a77cfcfd3e47c2a354b01111771326f8aa26e0254"
WARNING = """\
WARNING: The candidate selected for download or install is a yanked version: 'requests' candidate (version 2.32.0 at https://x/y.whl)
Reason for being yanked: conflicts with a mitigation
"""
"""As pip 23.2 prints it."""


def item(name: str, version: str, url: str = "", sha256: str = DIGEST, requires: tuple[str, ...] = ()) -> dict[str, Any]:
    return {
        "metadata": {"name": name, "version": version, "requires_dist": list(requires)},
        "download_info": {
            "url": url or f"https://host/{name.lower()}-{version}-py3-none-any.whl",
            "archive_info": {"hashes": {"sha256": sha256}},
        },
        "requested": True,
    }


def read(*items: dict[str, Any], warnings: str = "") -> IndexAnswer:
    return read_pip_report(json.dumps({"version": "1", "install": items}).encode(), warnings)


def lock() -> str:
    answer = read(item("Six", "1.16.0"), item("requests", "2.32.0", "https://host/requests-2.32.0.tar.gz"), warnings=WARNING)
    return pylock(answer, ["a conflict"], "3.9", "x86_64")


def test_a_lock_is_one() -> None:
    """It is TOML, of the packages' own form, a wheel or a source archive each, and what was said of them is a comment."""
    text = lock()
    found = toml.read_toml(text.encode(), "pylock.toml")
    assert [package["name"] for package in found["packages"]] == ["requests", "six"]
    assert found["packages"][0]["sdist"]["hashes"] == {"sha256": DIGEST}
    assert found["packages"][1]["wheels"][0]["url"] == "https://host/six-1.16.0-py3-none-any.whl"
    assert "# yanked: requests==2.32.0: conflicts with a mitigation" in text.splitlines()
    assert "# conflict: a conflict" in text.splitlines()


@pytest.mark.skipif(not READS_PYLOCK, reason="packaging before 26 has no model of a lock")
def test_a_lock_is_one_to_packaging() -> None:
    from packaging.pylock import Pylock

    assert len(Pylock.from_dict(toml.read_toml(lock().encode(), "pylock.toml")).packages) == 2


def test_requirements_have_the_hash_of_the_file_that_fits() -> None:
    """pip takes no file but that one."""
    rows = hashed(IndexAnswer(files=read(item("six", "1.16.0")).files, missing={"gone==1": "why"}), [], "3.9").splitlines()
    assert rows[1:] == ["# not there: gone==1: why", f"six==1.16.0 --hash=sha256:{DIGEST}"]
    assert Requirement(rows[2].partition(" --hash")[0])


def test_what_an_index_answers_is_no_more_than_it_says() -> None:
    """Names, versions, digests and addresses that are none are left out, and what is no report is refused."""
    evil = [
        item("x\ny", "1"),
        item("x", "1\n[a]"),
        item("x", "1", sha256="0"),
        item("x", "1", "https://h/a b"),
        item("x", "1", "file:///x"),
    ]
    assert read(*evil).files == []
    with pytest.raises(msgspec.MsgspecError):
        read_pip_report(b"{", "")


def test_pins_that_contradict_each_other_are_named() -> None:
    """What a marker leaves out for that Python, and what is not pinned, is no contradiction."""
    files = [
        IndexFile(
            "tensorflow", "2.9.1", "", "", ("protobuf (<3.20,>=3.9.2)", "dill>=1; python_version < '3'", "absl-py>=1", "??")
        ),
        IndexFile("protobuf", "4.21.12", "", ""),
        IndexFile("dill", "0.3", "", ""),
    ]
    (words,) = conflicts(IndexAnswer(files=files), locking_environment("3.9.2", "x86_64"))
    assert words.startswith("tensorflow 2.9.1 asks for protobuf") and words.endswith("and protobuf is 4.21.12")
