"""The report for a terminal. Its words are kept in tests/golden; here is what must hold of them."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from envprobe.assess import assess
from envprobe.policy import DEFAULT
from envprobe.render import Style
from envprobe.render.text import render
from envprobe.targets.prompt import Prompt
from tests.support.sample import fingerprint

EXTRA = {f"packages.extra-{number}.version": f"1.{number}" for number in range(30)}


def _render(changes: dict[str, Any], **style: Any) -> str:
    report = assess(fingerprint(), fingerprint(changes), policy=DEFAULT, today=date(2026, 1, 1), prompt=Prompt(scheme="local"))
    return render(report, Style(**style))


def test_commands_are_whole_lines() -> None:
    """A command to type stands on one line however long, so that it can be copied; sentences are wrapped."""
    narrow = _render({**EXTRA, "cpu.affinity": 8}, width=60).splitlines()
    command = next(line for line in narrow if "pip uninstall" in line)
    assert command.endswith("extra-9")
    assert all(f" extra-{number}" in command for number in range(30))
    assert all(len(line) <= 60 for line in narrow if line != command)


def test_a_path_is_never_broken() -> None:
    """A path in a sentence is copied as a command is: one that is longer than the line stays whole, and words wrap around it."""
    place = "/home/ana/experiments/2026/accuracy/" + "venv/" * 12 + "numpy.py"
    text = _render({"packages.numpy.shadowed_by": {"numpy": place}}, width=80)
    assert place in text
    assert all(len(line) <= 80 for line in text.splitlines() if place not in line)


def test_half_a_command_is_never_shown() -> None:
    """A command that is too long for one screen is announced, and whole with -v."""
    many = {f"packages.extra-{number}.version": "1" for number in range(200)}
    assert "a command of 1,917 characters: -v shows it" in _render(many)
    assert "pip uninstall" not in _render(many)
    assert "extra-199" in next(line for line in _render(many, verbosity=1).splitlines() if "pip uninstall" in line)


def test_the_sides_stand_apart_where_they_are_long() -> None:
    """Both values stand on the line of their fact where they fit, else on lines of their own."""
    assert "python.version  3.9.2 != 3.8.1  downgraded" in _render({"python.version": "3.8.1"})
    long = _render({"environment.LANG": "x" * 100}).splitlines()
    assert "      expected C.UTF-8" in long
    assert any(line.startswith("      observed xxx") for line in long)


@pytest.mark.parametrize(("verbosity", "notes"), [(-1, False), (0, False), (1, True)])
def test_notes_only_where_asked_for(verbosity: int, notes: bool) -> None:
    """A note is a number unless everything is asked for."""
    text = _render({"system.kernel": "5.4"}, verbosity=verbosity)
    assert ("NOTE  system.kernel" in text) is notes
    assert ("1 note: see -v" in text) is (verbosity == 0)


def test_what_does_not_fit_is_counted() -> None:
    """Of many groups the first are shown, and how many of which severity are left is said."""
    changes = {f"system.limits.x{number}": number for number in range(12)} | {"python.implementation": "pypy"}
    text = _render(changes)
    assert text.count("\nWARN") == 7
    assert "and 5 warn more: -v shows all" in text
    assert _render(changes, verbosity=1).count("\nWARN") == 12


def test_a_very_narrow_terminal() -> None:
    """A terminal of any width gets a report."""
    for width in (1, 20, 40, 1000):
        assert _render({"cpu.affinity": 8}, width=width).startswith("REPRODUCES")
