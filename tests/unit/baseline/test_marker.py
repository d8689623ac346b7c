"""Environment markers, evaluated for the target."""

from __future__ import annotations

import pytest

from envprobe.baseline.marker import environment, fault, holds, names
from tests.support.sample import fingerprint


def test_variables_come_from_the_observed_environment() -> None:
    """A marker is about the container's Python, whatever runs envprobe."""
    found = environment(fingerprint({"python.version": "3.8.10", "system.architecture": "x86_64"}))
    assert found == {
        "os_name": "posix",
        "platform_system": "Linux",
        "sys_platform": "linux",
        "python_full_version": "3.8.10",
        "python_version": "3.8",
        "implementation_name": "cpython",
        "implementation_version": "3.8.10",
        "platform_python_implementation": "CPython",
        "platform_machine": "x86_64",
        "platform_release": "6.1.0",
    }


@pytest.mark.parametrize(
    ("marker", "expected"),
    [
        ('python_version < "3.10"', True),  # as versions, not as texts
        ('python_version >= "3.10"', False),
        ('platform_python_implementation == "CPython"', True),
        ('extra == "test"', False),
        ('platform_machine == "x86_64"', None),
        ('python_version < "3.8" or platform_version == "1"', None),
        ("sys_platform == 'python_version'", False),
    ],
)
def test_a_marker_is_true_false_or_cannot_be_told(marker: str, expected: bool | None) -> None:
    """A variable that the fingerprint does not tell is never taken from this machine."""
    assert holds(marker, environment(fingerprint())) is expected


def test_names_in_quotes_are_values() -> None:
    """What is asked for is what stands outside quotes."""
    assert names("sys_platform == 'python_version'") == {"sys_platform"}


def test_what_is_no_marker_is_said() -> None:
    """A marker that cannot be parsed is a fault of the file, not a crash when it is used."""
    assert fault("python_version <") != ""
    assert fault('python_version < "3"') == ""
