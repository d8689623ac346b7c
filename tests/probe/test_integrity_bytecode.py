"""Bytecode that says something else than the source beside it."""

from __future__ import annotations

import importlib.util
import marshal
import os
import py_compile
import struct
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from probes.bytecode import Bytecode, Moment, same_code
from probes.collectors.integrity import collect
from probes.fact import Section
from probes.regular import Reader
from probes.stdlib import digest
from tests.probe.fake import FakeHost, facts
from tests.probe.installation import install
from tests.probe.test_integrity import sections

SOURCE = "def rate():\n    return 0.1\n"
PATCHED = "def rate():\n    return 0.2\n"
PYC = "demo/__pycache__/__init__." + str(importlib.util.cache_from_source("x.py")).rsplit("x.", 1)[1]


@pytest.fixture
def demo(site: Path) -> Path:
    """The folder of an installed and compiled package."""
    install(site, "demo", "1.0", {"demo/__init__.py": SOURCE}, compiled=True)
    return site / "demo"


def pyc_of(folder: Path) -> Path:
    return folder.parent / PYC


def patch(folder: Path, source: str = PATCHED, header: bytes | None = None) -> None:
    """Give the package bytecode of another source, under the header of the bytecode that is there."""
    pyc = pyc_of(folder)
    code = compile(source, str(folder / "__init__.py"), "exec", dont_inherit=True)
    pyc.write_bytes((header or pyc.read_bytes()[:16]) + marshal.dumps(code))


def found(site: Path) -> object:
    return facts(collect, FakeHost(path=[site]))["known"]["demo"]


def answer(host: FakeHost, **options: object) -> dict[str, Any]:
    """Return the sections that the collector fills beside its own."""
    sections: dict[str, Any] = collect(host, Section(), {"integrity": True, **options})["sections"]
    return sections


def test_bytecode_of_the_source_is_ok(demo: Path) -> None:
    """Compiled by the installer, or by import."""
    assert found(demo.parent) == "ok"


def test_patched_bytecode_beside_an_untouched_source_is_found(demo: Path) -> None:
    """The header names the source's time and size, so import runs the patch and never looks at the source."""
    patch(demo)
    assert found(demo.parent) == {"stale_pyc": [PYC]}


def test_patched_bytecode_with_its_old_time_is_found(demo: Path) -> None:
    """A program can set a file's modification time, but not the time of the change itself."""
    pyc = pyc_of(demo)
    status = pyc.stat()
    patch(demo)
    os.utime(pyc, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert found(demo.parent) == {"stale_pyc": [PYC]}


def test_bytecode_of_another_time_is_not_used_and_no_finding(demo: Path) -> None:
    """import compiles anew where time or size in the header do not fit the source."""
    patch(demo, header=pyc_of(demo).read_bytes()[:8] + struct.pack("<II", 1, len(SOURCE)))
    assert found(demo.parent) == "ok"


def test_bytecode_of_another_python_is_not_used_and_no_finding(demo: Path) -> None:
    """import ignores a magic number that is not its own."""
    patch(demo, header=b"\0\0\r\n" + pyc_of(demo).read_bytes()[4:16])
    assert found(demo.parent) == "ok"


def test_unchecked_hash_bytecode_of_another_source_is_found(demo: Path) -> None:
    """PEP 552: import believes an unchecked .pyc whatever the source says."""
    source = demo / "__init__.py"
    original, times = source.read_text(), source.stat()
    source.write_text(PATCHED)
    py_compile.compile(str(source), invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)
    source.write_text(original)
    os.utime(source, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert found(demo.parent) == {"stale_pyc": [PYC]}


def test_checked_hash_bytecode_of_another_source_is_no_finding(demo: Path) -> None:
    """PEP 552: import hashes the source, sees that it does not fit, and compiles it."""
    source = demo / "__init__.py"
    source.write_text(PATCHED)
    py_compile.compile(str(source), invalidation_mode=py_compile.PycInvalidationMode.CHECKED_HASH)
    source.write_text(SOURCE)
    assert found(demo.parent) == "ok"


def test_checked_hash_bytecode_with_a_patch_is_found(demo: Path) -> None:
    """The hash in the header is the source's, the code is not."""
    py_compile.compile(str(demo / "__init__.py"), invalidation_mode=py_compile.PycInvalidationMode.CHECKED_HASH)
    patch(demo)
    assert found(demo.parent) == {"stale_pyc": [PYC]}


@pytest.mark.parametrize("rest", [b"", b"\xff" * 100, marshal.dumps(7), marshal.dumps("x" * 100)[:20]])
def test_bytecode_that_is_none_is_found(demo: Path, rest: bytes) -> None:
    """import would fail on it; nothing in it is executed here."""
    pyc_of(demo).write_bytes(pyc_of(demo).read_bytes()[:16] + rest)
    assert found(demo.parent) == {"stale_pyc": [PYC]}


def test_bytecode_of_a_source_that_does_not_compile_is_found(site: Path) -> None:
    """No compiler made it of that source."""
    install(site, "demo", "1.0", {"demo/__init__.py": SOURCE}, compiled=True)
    source = site / "demo/__init__.py"
    times = source.stat()
    source.write_text("def rate(:\n    return 0.1\n"[: len(SOURCE)].ljust(len(SOURCE), "#"))
    os.utime(source, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert PYC in found(site)["stale_pyc"]  # type: ignore[index]


def test_a_patched_source_with_the_old_time_and_size_is_found_twice(demo: Path) -> None:
    """The source differs from RECORD, and import runs the bytecode of the old one."""
    source = demo / "__init__.py"
    times = source.stat()
    source.write_text(PATCHED)
    os.utime(source, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert set(found(demo.parent)) == {"modified", "stale_pyc"}  # type: ignore[call-overload]


def test_patched_bytecode_of_the_standard_library_is_found(tmp_path: Path) -> None:
    """Every module of the standard library is compiled and compared."""
    stdlib = tmp_path / "python3"
    stdlib.mkdir()
    (stdlib / "random.py").write_text(SOURCE)
    pyc = Path(py_compile.compile(str(stdlib / "random.py"), doraise=True))
    pyc.write_bytes(pyc.read_bytes()[:16] + marshal.dumps(compile(PATCHED, "x", "exec", dont_inherit=True)))
    assert sections(FakeHost(stdlib=stdlib))["stdlib"]["random"]["stale_pyc"] == ["__pycache__/" + pyc.name]


def swap_bytecode(folder: Path) -> None:
    """Give two modules each other's bytecode, under the headers that are there."""
    (first, one), (second, other) = ((path, path.read_bytes()) for path in sorted(folder.glob("__pycache__/*.pyc"))[:2])
    first.write_bytes(one[:16] + other[16:])
    second.write_bytes(other[:16] + one[16:])


def patch_bytecode(folder: Path) -> None:
    """Give a module bytecode of another source, under the header that is there."""
    pyc = next(folder.glob("__pycache__/a.*"))
    pyc.write_bytes(pyc.read_bytes()[:16] + marshal.dumps(compile(PATCHED, "x", "exec", dont_inherit=True)))


def change_both(folder: Path) -> None:
    """Change a source and compile it again."""
    (folder / "a.py").write_text(PATCHED)
    py_compile.compile(str(folder / "a.py"), doraise=True)


CHANGES: dict[str, Callable[[Path], object]] = {
    "nothing": lambda folder: None,
    "source": lambda folder: (folder / "a.py").write_text(PATCHED + "# longer"),
    "both": change_both,
    "bytecode": patch_bytecode,
    "bytecode gone": lambda folder: next(folder.glob("__pycache__/a.*")).unlink(),
    "bytecode cut": lambda folder: os.truncate(next(folder.glob("__pycache__/a.*")), 40),
    "bytecode of another time": lambda folder: os.utime(folder / "a.py", (1, 1)),
    "swapped": swap_bytecode,
    "one more": lambda folder: (folder / "c.py").write_text("x = 1\n"),
    "one less": lambda folder: (folder / "b.py").unlink(),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=list(CHANGES))
def test_what_was_proved_changes_no_fact(change: Callable[[Path], object], tmp_path: Path) -> None:
    """Byte code that a baseline holds for proved is not compiled again, and anything else is judged as without it."""
    stdlib = tmp_path / "python3"
    (stdlib / "module").mkdir(parents=True)
    for name, source in {"__init__": "", "a": SOURCE, "b": "x = 1\n"}.items():
        (stdlib / f"module/{name}.py").write_text(source)
        py_compile.compile(str(stdlib / f"module/{name}.py"), doraise=True)
    host = FakeHost(stdlib=stdlib)
    proved = answer(host)["stdlib"].context["proved"]
    assert set(proved) == {"module"}
    change(stdlib / "module")
    compiled, trusted = answer(host)["stdlib"], answer(host, proved=proved)["stdlib"]
    assert trusted.as_json() == compiled.as_json()
    assert trusted.context == compiled.context


def test_what_was_proved_is_not_compiled_again(tmp_path: Path) -> None:
    """It is believed, so only a baseline may say so, and only of byte code that it saw without fault."""
    stdlib = tmp_path / "python3"
    (stdlib / "module").mkdir(parents=True)
    (stdlib / "module/a.py").write_text(SOURCE)
    py_compile.compile(str(stdlib / "module/a.py"), doraise=True)
    patch_bytecode(stdlib / "module")
    host, bytecode = FakeHost(stdlib=stdlib), Bytecode(FakeHost(stdlib=stdlib).interpreter, Reader([str(stdlib)]))
    stale = answer(host)["stdlib"]
    assert "stale_pyc" in stale.as_json()["known"]["module"]
    assert stale.context == {}
    files = [os.fsencode(stdlib / "module/a.py")]
    pairs = digest(os.fsencode(stdlib), files, Reader([str(stdlib)]), bytecode)[2]
    assert isinstance(answer(host, proved={"module": pairs})["stdlib"].as_json()["known"]["module"], str)


def test_warnings_of_the_compiler_stay_away(site: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """An invalid escape in somebody's source is no business of the probe."""
    install(site, "demo", "1.0", {"demo/__init__.py": "x = '\\d'\ny = 1 is 1\n"})
    source = site / "demo/__init__.py"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        py_compile.compile(str(source), doraise=True)
    assert found(site) == "ok"
    assert capfd.readouterr().err == ""


def test_a_moment_believes_only_what_is_older(tmp_path: Path) -> None:
    """A file changed later, or in the same tick of the clock, is not believed."""
    early, late = tmp_path / "early", tmp_path / "late"
    early.write_text("")
    late.write_text("")
    os.utime(early, ns=(0, early.stat().st_mtime_ns + 10**9))
    assert not Moment([late]).is_after(early.stat())
    assert not Moment([late]).is_after(late.stat())


def test_code_is_compared_by_what_it_does() -> None:
    """File names and the identity of constants do not matter; the smallest constant does."""
    source = "def f(x=-0.0, *, y={1, 2}):\n    return x in {1, 2.5, 'a'}, lambda: 1e999 - 1e999\n"
    one, other = (compile(source, name, "exec", dont_inherit=True) for name in ("a.py", "b.py"))
    assert same_code(one, other)
    for old, new in (("-0.0", "0.0"), ("2.5", "2"), ("'a'", "b'a'"), ("1, 2}", "1.0, 2}")):
        assert not same_code(one, compile(source.replace(old, new), "a.py", "exec", dont_inherit=True))
