"""The time zone in effect, by name where there is one."""

from __future__ import annotations

from pathlib import Path

import pytest

from probes.timezone import timezone

from .machine import Machine

VIENNA = b"TZif2" + bytes(39) + b"rules\nCET-1CEST,M3.5.0,M10.5.0/3\n"


@pytest.mark.parametrize(
    ("value", "zone"),
    [
        ("Europe/Vienna", "Europe/Vienna"),
        (":Europe/Vienna", "Europe/Vienna"),
        ("", "UTC"),
        ("Etc/UTC", "UTC"),
        ("UTC0", "UTC"),
        ("/usr/share/zoneinfo/Europe/Vienna", "Europe/Vienna"),
        (":/etc/localtime", "EET-2"),
        ("CET-1CEST,M3.5.0,M10.5.0/3", "CET-1CEST,M3.5.0,M10.5.0/3"),
    ],
)
def test_trap_25_tz_decides(tmp_path: Path, value: str, zone: str) -> None:
    """TZ wins over every file, and all names of UTC are one."""
    files = {"/etc/localtime": b"TZif2...\nEET-2\n", "/usr/share/zoneinfo/Europe/Vienna": VIENNA}
    assert timezone(Machine(tmp_path, files, environ={"TZ": value})) == zone


def test_a_zone_that_is_not_installed_is_utc(tmp_path: Path) -> None:
    """`docker run -e TZ=Europe/Vienna` in an image without tzdata changes nothing: glibc silently takes UTC."""
    assert timezone(Machine(tmp_path, environ={"TZ": "Europe/Vienna"})) == "UTC"
    assert timezone(Machine(tmp_path, environ={"TZ": "EST5EDT"})) == "EST5EDT"


def test_a_link_to_a_zone_that_is_not_installed_is_utc(tmp_path: Path) -> None:
    """Slim images keep the link and leave tzdata out."""
    machine = Machine(tmp_path)
    machine.add("/etc/hostname")
    machine.link("/etc/localtime", "../usr/share/zoneinfo/Europe/Vienna")
    assert timezone(machine) == "UTC"


def test_a_link_into_the_zone_files_gives_the_name(tmp_path: Path) -> None:
    """Debian and Ubuntu link /etc/localtime to the zone's file."""
    machine = Machine(tmp_path, {"/usr/share/zoneinfo/Europe/Vienna": VIENNA})
    machine.link("/etc/localtime", "../usr/share/zoneinfo/Europe/Vienna")
    assert timezone(machine) == "Europe/Vienna"


def test_a_copy_is_named_by_the_zone_it_equals(tmp_path: Path) -> None:
    """A container with the host's /etc/localtime mounted has no link; /etc/timezone names it where the rules agree."""
    machine = Machine(
        tmp_path, {"/etc/localtime": VIENNA, "/etc/timezone": "Europe/Vienna\n", "/usr/share/zoneinfo/Europe/Vienna": VIENNA}
    )
    assert timezone(machine) == "Europe/Vienna"


def test_a_contradicting_name_is_not_believed(tmp_path: Path) -> None:
    """Where /etc/timezone and the mounted rules disagree, the rules are in effect."""
    machine = Machine(
        tmp_path, {"/etc/localtime": VIENNA, "/etc/timezone": "Etc/UTC\n", "/usr/share/zoneinfo/Etc/UTC": b"TZif2other"}
    )
    assert timezone(machine) == "CET-1CEST,M3.5.0,M10.5.0/3"


def test_rules_without_a_name_are_a_digest(tmp_path: Path) -> None:
    """An old zone file has no rule at its end; its digest still tells two apart."""
    assert timezone(Machine(tmp_path, {"/etc/localtime": b"TZif\0old"})).startswith("sha256:")


def test_no_zone_at_all_is_utc(tmp_path: Path) -> None:
    """glibc and musl take UTC where there is no /etc/localtime: a plain image and one with tzdata's UTC are equal."""
    assert timezone(Machine(tmp_path)) == "UTC"
