"""Byte code that says something else than its source, wherever import would take it from."""

from __future__ import annotations

import importlib.util
import os
import py_compile
import sys
from pathlib import Path

import pytest

from probes.stale_bytecode import EACH
from tests.probe.installation import install
from tests.probe.sent import answer, send

CLEAN = {"PATH": "/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE": "1"}
SECTIONS = ["packages", "modules", "integrity"]


def lie(source: Path, cache: Path | None = None) -> None:
    """Put byte code of another program where import takes it for that of a source."""
    text, status = source.read_text(), source.stat()
    source.write_text(text.replace("1", "2"))
    os.utime(source, ns=(status.st_atime_ns, status.st_mtime_ns))
    place = importlib.util.cache_from_source(str(source))
    if cache is not None:
        place = f"{cache}{source.parent}/{Path(place).name}"
    py_compile.compile(str(source), place, doraise=True)
    source.write_text(text)
    os.utime(source, ns=(status.st_atime_ns, status.st_mtime_ns))


def sections(path: Path, **variables: str) -> dict[str, dict[str, object]]:
    """Return what is known of an environment with one more folder on the path."""
    environ = {**CLEAN, "PYTHONPATH": str(path), **variables}
    found = answer(send(sys.executable, sections=SECTIONS, integrity=True, env=environ))["sections"]
    return {name: found[name]["known"] for name in ("packages", "modules", "integrity")}


def test_of_modules_that_nobody_brought(tmp_path: Path) -> None:
    """A package and a module on PYTHONPATH."""
    (tmp_path / "own").mkdir()
    for name in ("own/__init__.py", "own/core.py", "alone.py"):
        (tmp_path / name).write_text("X = 1\n")
    before = sections(tmp_path)["modules"]
    py_compile.compile(str(tmp_path / "own/core.py"))
    assert sections(tmp_path)["modules"] == before
    lie(tmp_path / "own/core.py")
    lie(tmp_path / "alone.py")
    after = sections(tmp_path)["modules"]
    assert after["own"]["stale_pyc"] == ["core.py"] and after["own"]["digest"] != before["own"]["digest"]
    assert after["alone"] == {**before["alone"], "stale_pyc": ["alone.py"]}


def test_of_a_distribution_without_record(tmp_path: Path) -> None:
    """What `setup.py install` left, or a packager took the RECORD of."""
    install(tmp_path, "envprobe-sample", "1.0", {"envprobe_sample/__init__.py": "X = 1\n"})
    (tmp_path / "envprobe_sample-1.0.dist-info/RECORD").unlink()
    before = sections(tmp_path)["packages"]["envprobe-sample.files"]
    lie(tmp_path / "envprobe_sample/__init__.py")
    assert sections(tmp_path)["packages"]["envprobe-sample.files"] != before


def test_a_large_module_leaves_the_next_its_share(tmp_path: Path) -> None:
    """Files that are compiled are counted for each: a clone with hundreds of them is looked at before it in the alphabet."""
    (tmp_path / "large").mkdir()
    for number in range(EACH + 5):
        source = tmp_path / f"large/m{number}.py"
        source.write_text("X = 1\n")
        py_compile.compile(str(source))
    (tmp_path / "next.py").write_text("X = 1\n")
    lie(tmp_path / "next.py")
    assert sections(tmp_path)["modules"]["next"]["stale_pyc"] == ["next.py"]


@pytest.mark.parametrize("kind", ["prefix", "link of the cache", "link of the source"])
def test_outside_of_this_python(tmp_path: Path, kind: str) -> None:
    """PYTHONPYCACHEPREFIX, a `__pycache__` that is a link, and the links of uv."""
    site, elsewhere = tmp_path / "site", tmp_path / "elsewhere"
    install(site, "envprobe-sample", "1.0", {"envprobe_sample/__init__.py": "X = 1\n"})
    source, variables = site / "envprobe_sample/__init__.py", {}
    if kind == "prefix":
        variables["PYTHONPYCACHEPREFIX"] = str(elsewhere)
    elif kind == "link of the cache":
        elsewhere.mkdir()
        (source.parent / "__pycache__").symlink_to(elsewhere)
    else:
        elsewhere.mkdir()
        source.rename(elsewhere / "source.py")
        source.symlink_to(elsewhere / "source.py")
    assert sections(site, **variables)["integrity"]["envprobe-sample"] == "ok"
    lie(source, elsewhere if kind == "prefix" else None)
    (stale,) = sections(site, **variables)["integrity"]["envprobe-sample"]["stale_pyc"]
    assert stale.startswith("envprobe_sample/")
