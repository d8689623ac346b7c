"""What an environment holds because it is looked at."""

from __future__ import annotations

import pytest

from envprobe.instruments import rules
from envprobe.policy import DEFAULT, Policy, Severity, overlay
from envprobe.testing.environment import OBSERVERS, TOOLS

POLICY = overlay(DEFAULT, Policy(rules=rules(OBSERVERS, TOOLS)))


@pytest.mark.parametrize("name", ["pytest", "pytest-xdist", "pluggy", "msgspec", "rich", "markdown-it-py"])
def test_observer_that_was_added_is_a_note(name: str) -> None:
    """A baseline recorded without envprobe and pytest holds where they were installed to look."""
    assert POLICY.severity(f"packages.{name}", kind="added") is Severity.NOTE


def test_other_package_stays_what_it_is() -> None:
    """Nothing else is hushed: an added package warns, and another version of what envprobe requires fails."""
    assert POLICY.severity("packages.tensorflow", kind="added") is Severity.WARN
    assert POLICY.severity("packages.msgspec.version", "minor", "upgraded") is Severity.FAIL
