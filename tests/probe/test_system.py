"""The operating system: what is recorded, and that nothing in it changes by itself."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from probes.collectors.system import _codec
from probes.collectors.system import collect as system

from .fake import facts
from .machine import Machine

UBUNTU = 'NAME="Ubuntu"\nVERSION="20.04.4 LTS (Focal Fossa)"\nID=ubuntu\nID_LIKE=debian\nVERSION_ID="20.04"\n'


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path, {"/etc/os-release": UBUNTU})


def test_release_library_kernel_and_limits_are_recorded(machine: Machine) -> None:
    """The facts of a plain Ubuntu 20.04 container are what its own files and calls say."""
    known = facts(system, machine)["known"]
    assert known["os"] == "ubuntu 20.04"
    assert (known["libc"], known["kernel"], known["architecture"]) == ("glibc 2.31", "5.4.0-100-generic", "x86_64")
    assert (known["limits.stack"], known["limits.open_files"], known["limits.shm_bytes"]) == (8 << 20, 1024, 64 << 20)


def test_a_rolling_release_has_its_code_name(tmp_path: Path) -> None:
    """Debian testing has no VERSION_ID; its code name stands for it."""
    machine = Machine(tmp_path, {"/usr/lib/os-release": "ID=debian\nVERSION_CODENAME=trixie\n"})
    assert facts(system, machine)["known"]["os"] == "debian trixie"


def test_no_os_release_is_absent(tmp_path: Path) -> None:
    """An image from scratch has no release, which is another thing than not knowing it."""
    assert "os" in facts(system, Machine(tmp_path))["absent"]


def test_unlimited_is_a_word_and_no_shared_memory_is_absent(machine: Machine) -> None:
    """A limit without a limit and a machine without /dev/shm are told from numbers."""
    machine.limits["RLIMIT_STACK"], machine.shm_bytes = -1, None
    document = facts(system, machine)
    assert document["known"]["limits.stack"] == "unlimited"
    assert "limits.shm_bytes" in document["absent"]


def test_musl_says_its_version_through_its_loader(tmp_path: Path) -> None:
    """Alpine's C library knows no confstr name; its loader states the version when run without arguments."""
    said = "musl libc (x86_64)\nVersion 1.2.4\nDynamic Program Loader\nUsage: …\n"
    machine = Machine(tmp_path, {"/lib/ld-musl-x86_64.so.1": ""}, programs={"ld-musl-x86_64.so.1": (1, "", said)})
    machine.libc_name = None
    assert facts(system, machine)["known"]["libc"] == "musl 1.2.4"


def test_a_c_library_of_no_stated_version_is_unknown(tmp_path: Path) -> None:
    """A loader that hangs or says nothing leaves a reason, never a guess."""
    machine = Machine(
        tmp_path, {"/lib/ld-musl-x86_64.so.1": ""}, programs={"ld-musl-x86_64.so.1": subprocess.TimeoutExpired("ld", 5)}
    )
    machine.libc_name = None
    assert "timed out" in facts(system, machine)["unknown"]["libc"]


@pytest.mark.parametrize(
    ("environ", "locale"), [({"LANG": "C.UTF-8"}, "C.UTF-8"), ({"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0"}, "C")]
)
def test_trap_25_locale_is_the_one_in_effect(environ: dict[str, str], locale: str) -> None:
    """A real interpreter started under a locale records that locale, not the variable."""
    program = (
        "import json, sys; sys.path.insert(0, '.')\nfrom probes.fact import Section; from probes.host import Host\n"
        "from probes.collectors.system import collect\nsection = Section(); collect(Host(), section, {})\n"
        "print(json.dumps(section.as_json()['known']['locale']))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=environ,
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parent.parent.parent,
    )
    assert done.stdout.strip() == f'"{locale}"'


def test_encodings_are_spelled_alike_by_every_python() -> None:
    """Python 3.8 says UTF-8 and 3.11 says utf-8 for the same codec."""
    assert _codec("UTF-8") == _codec("utf-8") == _codec("utf8") == "utf-8"


def test_two_looks_at_one_machine_are_equal(machine: Machine) -> None:
    """Nothing in the section varies by itself."""
    assert facts(system, machine) == facts(system, machine)
