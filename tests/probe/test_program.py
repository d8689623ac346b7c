"""The interpreter's own files, and what package managers say of them."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from probes.collectors.integrity import collect
from probes.fact import Section
from tests.probe.fake import FakeHost

PROGRAM, LIBRARY = b"\x7fELF program", b"\x7fELF library"
PREFIX = "/opt/env"


def _sha256(data: bytes) -> str:
    return "sha256:" + hashlib.sha256(data).hexdigest()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A machine whose interpreter is /opt/env/bin/python3.11, with a libpython beside it."""
    for name, data in {"opt/env/bin/python3.11": PROGRAM, "opt/env/lib/libpython3.11.so.1.0": LIBRARY}.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(data)
    (tmp_path / "proc/self").mkdir(parents=True)
    (tmp_path / "proc/self/exe").symlink_to(f"{PREFIX}/bin/python3.11")
    maps = f"7f00-7f01 r-xp 00000000 08:01 1   {PREFIX}/bin/python3.11\n7f02-7f03 r-xp 00000000 08:01 2   {PREFIX}/lib/libpython3.11.so.1.0\n7f04-7f05 rw-p 00000000 00:00 0\n"
    (tmp_path / "proc/self/maps").write_text(maps)
    return tmp_path


def _stdlib(root: Path) -> dict[str, Any]:
    host = FakeHost(root, prefix=Path(PREFIX), stdlib=root)
    found: dict[str, Any] = collect(host, Section(), {"integrity": True})["sections"]["stdlib"].as_json()
    return found


def _conda_meta(root: Path, here: bytes) -> None:
    (root / "opt/env/conda-meta").mkdir()
    path = {"_path": "bin/python3.11", "sha256": "released", "sha256_in_prefix": hashlib.sha256(here).hexdigest()}
    (root / "opt/env/conda-meta/python-3.11.7-0.json").write_text(json.dumps({"paths_data": {"paths": ["?", path]}}))


def _dpkg(root: Path, there: bytes) -> None:
    (root / "var/lib/dpkg/info").mkdir(parents=True)
    line = f"{hashlib.md5(there).hexdigest()}  opt/env/bin/python3.11\n"
    (root / "var/lib/dpkg/info/python3.11-minimal.md5sums").write_text("0  usr/bin/other\n" + line)


def test_program_and_library_have_digests(root: Path) -> None:
    """A patched interpreter is another file, whichever of the two holds it."""
    found = _stdlib(root)
    assert found["known"]["interpreter"] == {"program": _sha256(PROGRAM), "library": _sha256(LIBRARY)}
    assert found["absent"] == ["altered"]
    (root / "opt/env/lib/libpython3.11.so.1.0").write_bytes(LIBRARY + b"!")
    assert _stdlib(root)["known"]["interpreter"] == {"program": _sha256(PROGRAM), "library": _sha256(LIBRARY + b"!")}


def test_a_program_that_holds_all_of_python_has_no_library(root: Path) -> None:
    """Debian's python3 and many others are linked statically."""
    (root / "proc/self/maps").write_text(f"7f00-7f01 r-xp 00000000 08:01 1   {PREFIX}/bin/python3.11\n")
    assert _stdlib(root)["known"]["interpreter"] == {"program": _sha256(PROGRAM)}


def test_what_conda_wrote_into_the_program_is_no_change(root: Path) -> None:
    """conda puts the folder of the environment into the file: two environments have the same interpreter all the same."""
    _conda_meta(root, PROGRAM)
    found = _stdlib(root)
    assert found["known"]["interpreter"]["program"] == "sha256:released"
    assert found["absent"] == ["altered"]


@pytest.mark.parametrize(("manager", "listed"), [("conda", _conda_meta), ("dpkg", _dpkg)])
def test_a_program_that_is_not_what_was_installed_is_named(root: Path, manager: str, listed: Any) -> None:
    """What a package manager put there is known to it: a patch is no other build, and fails."""
    listed(root, PROGRAM)
    assert _stdlib(root)["absent"] == ["altered"]
    (root / "opt/env/bin/python3.11").write_bytes(b"patched")
    known = _stdlib(root)["known"]
    assert known["altered"] == {"program": manager}
    assert known["interpreter"]["program"] == _sha256(b"patched")


def test_a_program_that_cannot_be_read_is_unknown(root: Path) -> None:
    """An update replaced it while it runs: neither its digest nor that nobody altered it is known."""
    (root / "proc/self/exe").unlink()
    (root / "proc/self/exe").symlink_to(f"{PREFIX}/bin/python3.11 (deleted)")
    assert {"interpreter", "altered"} <= _stdlib(root)["unknown"].keys()


@pytest.mark.parametrize("text", ["", "[]", "{", '{"paths_data": {"paths": 1}}', '{"paths_data": null}'])
def test_a_damaged_note_of_conda_vouches_for_nothing(root: Path, text: str) -> None:
    """What makes no sense there is passed over."""
    (root / "opt/env/conda-meta").mkdir()
    (root / "opt/env/conda-meta/python-3.11.7-0.json").write_text(text)
    assert _stdlib(root)["known"]["interpreter"]["program"] == _sha256(PROGRAM)
