"""The floating-point environment of a real interpreter, and the library that changes it, compiled here."""

from __future__ import annotations

import os
import shutil
import struct
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from probes.collectors.floating_point import collect as floating_point
from probes.fast_math import mapped, sets_flush_to_zero
from probes.floating_point import USUAL, of_python, spelled
from tests.support.engine import missing

from .fake import facts
from .machine import Machine
from .sent import answer, send

FLUSHED = "rounds to nearest, takes subnormal results and operands as zero"
MAPS = """\
7f0000000000-7f0000001000 r--p 00000000 00:00 1                          /usr/lib/libc.so.6
7f0000001000-7f0000002000 r-xp 00000000 00:00 1                          /usr/lib/libc.so.6
7f0000002000-7f0000003000 r--p 00000000 00:00 2                          /site/with a space/libfast.so
7ffc00000000-7ffc00001000 rw-p 00000000 00:00 0                          [stack]
"""


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Compile a library, with the fast-math constructor or without."""
    if shutil.which("gcc") is None or os.uname().machine != "x86_64":
        missing("no gcc for x86-64 to compile libraries with")
    folder = tmp_path_factory.mktemp("libraries")

    def compiled(*options: str) -> Path:
        path = folder / f"lib{'-'.join(options).strip('-') or 'plain'}.so".replace(",", "")
        command = ["gcc", "-shared", "-fPIC", *options, "-x", "c", "-", "-o", path]
        subprocess.run(command, input=b"int x(void) { return 1; }", check=True)
        return path

    return compiled


def start(tmp_path: Path, code: str) -> dict[str, Any]:
    """Return the section `numerics` of an interpreter that runs `code` as it starts."""
    (tmp_path / "sitecustomize.py").write_text(code)
    environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(tmp_path)}
    found: dict[str, Any] = answer(send(sys.executable, sections=["numerics"], env=environment))["sections"]["numerics"]
    return found


def test_arithmetic_is_as_usual_and_nothing_is_looked_for(tmp_path: Path) -> None:
    """The usual state is one fact, and no library is opened."""
    found = start(tmp_path, "")
    assert found["known"]["floating_point.python"] == USUAL == of_python()
    assert "floating_point.set_by" in found["absent"]


@pytest.mark.parametrize(
    "options", [("-ffast-math",), ("-ffast-math", "-O2", "-s"), ("-ffast-math", "-Wl,-z,pack-relative-relocs")]
)
def test_the_library_that_flushes_is_named(options: tuple[str, ...], library: Any, tmp_path: Path) -> None:
    """A library that a `.pth` file or sitecustomize loads is named, its place without the machine's path, stripped or with packed relocations too."""
    path = library(*options)
    found = start(tmp_path, f"import ctypes; ctypes.CDLL({str(path)!r})")
    assert found["known"]["floating_point.python"] == FLUSHED
    assert found["known"]["floating_point.set_by"] == [f"{{elsewhere}}/{path.name}"]
    assert path.name in found["known"]["diagnosis.floating_point"]


@pytest.mark.parametrize("options", [(), ("-O3",)])
def test_another_library_is_not_blamed(options: tuple[str, ...], library: Any) -> None:
    """What has no such constructor did not do it."""
    assert not sets_flush_to_zero(library(*options))


def test_where_no_library_did_it_that_is_said(tmp_path: Path) -> None:
    """Code that sets the rounding mode is no library: the reason says that `python3 -S` is without it, and nothing is guessed."""
    found = start(tmp_path, "import ctypes; ctypes.CDLL('libm.so.6').fesetround(0x800)")
    assert found["known"]["floating_point.python"] == "rounds upward, keeps subnormal numbers"
    assert "floating_point.set_by" not in found["known"]
    assert "no mapped library" in found["unknown"]["floating_point.set_by"]


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        ((0, "False\n", ""), "-S is without it"),
        ((0, "True\n", ""), "Python starts with it"),
        (OSError(11, "no process"), "no mapped"),
    ],
)
def test_what_starts_with_it_is_told_apart_from_what_site_loads(tmp_path: Path, outcome: Any, words: str) -> None:
    """An interpreter without its site module shows which of the two it is, where it can be started."""

    class Flushing(Machine):
        def floating_point(self) -> str:
            return FLUSHED

        def run(self, argv: list[str], *args: Any, **given: Any) -> Any:
            if isinstance(outcome, OSError):
                raise outcome
            return outcome

    found = facts(floating_point, Flushing(tmp_path, {"/proc/self/maps": MAPS, "/usr/lib/libc.so.6": "not an ELF file"}))
    assert words in found["unknown"]["floating_point.set_by"]


def test_mapped_libraries_are_told_once_and_whole() -> None:
    """A path may hold spaces, and a library is mapped in several pieces."""
    assert mapped(MAPS) == ["/usr/lib/libc.so.6", "/site/with a space/libfast.so"]


@pytest.mark.parametrize(
    "content", [b"", b"\x7fELF", b"\x7fELF\x02\x01" + bytes(12) + struct.pack("<H", 62) + b"\xff" * 44, b"#!/bin/sh\n"]
)
def test_no_file_stops_the_search(content: bytes, tmp_path: Path) -> None:
    """A damaged library, or something else, is passed over with an error that the search expects."""
    file = tmp_path / "lib.so"
    file.write_bytes(content)
    with pytest.raises((ValueError, struct.error)):
        sets_flush_to_zero(str(file))


@pytest.mark.parametrize(
    ("rounded", "words"),
    [
        ((1.0, -1.0, 1.5), "to nearest"),
        ((1.5, -1.0, 1.5), "upward"),
        ((1.0, -1.5, 1.0), "downward"),
        ((1.0, -1.0, 1.0), "toward zero"),
    ],
)
def test_every_rounding_has_its_word(rounded: tuple[float, float, float], words: str) -> None:
    """Four directions, as IEEE 754 has them."""
    assert spelled(rounded, False, False) == f"rounds {words}, keeps subnormal numbers"
