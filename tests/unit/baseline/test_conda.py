"""What conda is asked for."""

from __future__ import annotations

import pytest

from envprobe.baseline.conda import fault, matches


@pytest.mark.parametrize(
    ("expected", "installed", "accepted"),
    [
        ("1.22.3 py39_0", "1.22.3 py39_0", True),
        ("1.22.3 py39_0", "1.22.3 py39_1", False),
        ("1.22.3 py39*", "1.22.3 py39h1234_1", True),
        ("1.22.3", "1.22.3 py39_1", True),
        ("==1.22", "1.22.0 0", True),
        ("=1.22", "1.22.3 0", True),
        ("=1.22", "1.220 0", False),
        ("1.22.*", "1.22 0", True),
        ("1.22*", "1.220 0", True),
        (">=1.20,<2", "1.22.3 0", True),
        (">=1.20,<2", "2.0 0", False),
        ("1.20|1.22.*", "1.22.3 0", True),
        ("!=1.22.3", "1.22.3 0", False),
        ("~=1.22.1", "1.22.3 0", True),
        ("~=1.22.1", "1.23 0", False),
        ("*", "anything 0", True),
        ("1.1.1w", "1.1.1w h7f8727e_0", True),
        (">=1.1.1a", "1.1.1w h7f8727e_0", None),  # openssl's letters have no order in PEP 440
        ("2024a", "2024b 0", False),
    ],
)
def test_a_package_is_what_conda_would_take(expected: str, installed: str, accepted: bool | None) -> None:
    """Version and build are compared as conda's MatchSpec does; where two versions have no known order, nothing is claimed."""
    assert matches(expected, installed) is accepted


@pytest.mark.parametrize(
    ("expected", "wrong"), [("1.22.*", ""), (">=1,<2|3.* py*", ""), ("", "''"), ("1;2", "'1;2'"), ("1 a b", "'a b'")]
)
def test_what_is_no_condition_is_said(expected: str, wrong: str) -> None:
    """A baseline that holds one is refused with its words."""
    assert wrong in fault(expected) and bool(wrong) == bool(fault(expected))
