"""What is loaded before a command does anything: the reader waits for it, and docs/performance.md measures it."""

import subprocess
import sys
from importlib import import_module

import pytest

from envprobe.cli.group import HOMES

LATER = {  # what judges and draws is loaded while the target answers, the rest only where it is used
    "docker",
    "IPython",
    "requests",
    "rich",
    "packaging",
    "jinja2",
    "numpy",
    "zipfile",
    "tomli",
    "tomllib",
    "pip_requirements_parser",
    "envprobe.assess",
    "envprobe.carrier.html",
    "envprobe.records",
    "envprobe.signing",
    "envprobe.verification",
    "envprobe.experiment",
    "envprobe.output.comparator",
    "envprobe.render.text",
    "envprobe.cli.attach",
    "envprobe.cli.run",
    "envprobe.notebook",
}


@pytest.mark.parametrize(
    ("modules", "later"),
    [("envprobe", {"msgspec", "click", *LATER}), ("envprobe.cli", {"msgspec", *LATER}), ("envprobe.command.environment", LATER)],
)
def test_a_command_starts_without_what_it_may_not_need(modules: str, later: set[str]) -> None:
    """Help, and a check up to its first word to the target, load nothing that takes long and may not be needed."""
    program = f"import sys, {modules}; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    assert later.isdisjoint(loaded), f"too early: {', '.join(sorted(later.intersection(loaded)))}"


def test_every_command_of_a_module_is_in_the_table() -> None:
    """A command that is written can be run, and one that help lists is there."""
    for module in set(HOMES.values()):
        written = {command.name for command in import_module(f"envprobe.cli.{module}").COMMANDS}
        assert written == {name for name, home in HOMES.items() if home == module}
