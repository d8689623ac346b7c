"""Packages of the operating system, from each manager's own database."""

from __future__ import annotations

import gzip
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.collectors.ospackages import by_name, read_apk, read_dpkg, read_rpm
from probes.collectors.ospackages import collect as ospackages

from .fake import facts
from .machine import SAMPLES, Machine, sample

QA = sample("rpm-qa.txt")


def test_dpkg_lists_what_is_installed(tmp_path: Path) -> None:
    """Removed packages are left out, a foreign architecture is part of the name, a half-configured one says so."""
    machine = Machine(tmp_path, {"/var/lib/dpkg/status": sample("dpkg-status.txt")})
    known = facts(ospackages, machine)["known"]
    assert known == {
        "manager": "dpkg",
        "base-files": "12.4+deb12u11",
        "dash": known["dash"],
        "libc6": known["libc6"],
        "libc6:i386": "2.36-9+deb12u10",
        "libpam-systemd": "252.33-1~deb12u1 (half-configured)",
        "tzdata": known["tzdata"],
    }


def test_distroless_keeps_one_file_a_package(tmp_path: Path) -> None:
    """A distroless image has status.d, whose entries have no Status field, and lists of md5 sums between them."""
    machine = Machine(
        tmp_path,
        {
            "/var/lib/dpkg/status.d/libc6": "Package: libc6\nVersion: 2.36-9\nArchitecture: amd64\n",
            "/var/lib/dpkg/status.d/libc6.md5sums": "0123  lib/libc.so.6\n",
            "/var/lib/dpkg/status.d/tzdata": "Package: tzdata\nVersion: 2024a-0\nArchitecture: all\n",
        },
    )
    assert facts(ospackages, machine)["known"] == {"manager": "dpkg", "libc6": "2.36-9", "tzdata": "2024a-0"}


def test_apk_lists_what_is_installed(tmp_path: Path) -> None:
    """Alpine's database is one letter a field."""
    machine = Machine(tmp_path, {"/lib/apk/db/installed": sample("apk-installed.txt")})
    assert facts(ospackages, machine)["known"] == {"manager": "apk", "alpine-baselayout": "3.4.3-r2", "musl": "1.2.4-r2"}


RPM_FACTS = {
    "manager": "rpm",
    "demo-libs": "1:1.1.1k-12.el8_9",
    "kernel-core": "4.18.0-477.el8, 4.18.0-513.el8",
    "tzdata": "2024a-513.el8",
}


def test_rpm_is_asked_where_its_database_is_of_an_older_format(tmp_path: Path) -> None:
    """Real output of `rpm -qa`: the epoch is part of a version, several kernels are all listed."""
    machine = Machine(tmp_path, {"/var/lib/rpm/Packages": b"BDB"}, programs={"rpm": (0, QA, "")})
    assert facts(ospackages, machine)["known"] == RPM_FACTS


def test_rpm_sqlite_database_is_read_without_writing(tmp_path: Path) -> None:
    """rpm -qa leaves -shm and -wal files behind, so the database is opened as immutable and no program is run."""
    database = gzip.decompress((SAMPLES / "rpmdb.sqlite.gz").read_bytes())
    machine = Machine(tmp_path, {"/usr/lib/sysimage/rpm/rpmdb.sqlite": database})
    assert facts(ospackages, machine)["known"] == RPM_FACTS
    assert machine.ran == []
    assert machine.listdir("/usr/lib/sysimage/rpm") == ["rpmdb.sqlite"]


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (FileNotFoundError("rpm"), "no rpm to read it"),
        (subprocess.TimeoutExpired("rpm", 20), "did not answer"),
        ((1, "", "error: cannot open Packages database"), "cannot open Packages"),
    ],
)
def test_an_rpm_that_does_not_answer_is_unknown(tmp_path: Path, answer: Exception, reason: str) -> None:
    """A database that cannot be read is neither empty nor absent."""
    document = facts(ospackages, Machine(tmp_path, {"/var/lib/rpm/Packages": b"BDB"}, programs={"rpm": answer}))
    assert reason in document["unknown"]["*"]
    assert document["known"] == {"manager": "rpm"}


def test_a_broken_sqlite_database_is_unknown(tmp_path: Path) -> None:
    """Damage in the database is told with the database's own words."""
    document = facts(ospackages, Machine(tmp_path, {"/var/lib/rpm/rpmdb.sqlite": b"not a database" * 100}))
    assert "DatabaseError" in document["unknown"]["*"]


def test_no_manager_is_absent(tmp_path: Path) -> None:
    """An image from scratch has no package manager."""
    assert facts(ospackages, Machine(tmp_path)) == {"known": {}, "absent": ["manager"], "unknown": {}}


@given(st.text(alphabet=st.characters(blacklist_categories=["Cs"]), max_size=400))
def test_any_text_is_read_without_a_crash(text: str) -> None:
    """A damaged database gives fewer packages, never an exception, and only text."""
    for packages in (read_dpkg("Package: a\nVersion: 1\n" + text), read_apk(text), by_name(read_rpm(text))):
        assert all(isinstance(name, str) and isinstance(version, str) for name, version in packages.items())
