"""The table of schemes: a row is all that a new target needs beside its file."""

from __future__ import annotations

import re
import shlex

import pytest

from envprobe.cli import envprobe as commands
from envprobe.cli.environment import check
from envprobe.targets import scheme
from envprobe.targets.address import parse
from envprobe.targets.deadline import Deadline
from envprobe.targets.opening import open_target
from envprobe.targets.protocol import EngineTarget, Target
from envprobe.targets.scheme import ROWS, SCHEMES, Scheme

OPENED = [row for row in ROWS if row.opens]
BY_NAME = pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)


@BY_NAME
def test_a_row_says_all(row: Scheme) -> None:
    """No column of a row is left empty that somebody would miss, and its form is a reference of its own scheme."""
    assert row.form.startswith(f"{row.name}://")
    assert row.summary and row.made
    assert row.name == SCHEMES[row.name].name
    assert row.lists or row.is_path or row.name == "ssh"  # what can be completed


@BY_NAME
def test_help_names_it(row: Scheme) -> None:
    """Who asks for help sees every scheme with what it is."""
    assert f"{row.name}://" in (commands.help or "")
    assert f"{row.form:<34} {row.summary}" in (check.epilog or "")


@pytest.mark.parametrize("row", OPENED, ids=lambda row: row.name)
def test_what_opens_it_is_a_whole_target(row: Scheme) -> None:
    """The target has everything that a probe asks of one; where experiments run through an engine, what they ask too."""
    target = open_target(f"{row.name}://name", Deadline(1))
    wanted = EngineTarget if row.experiments == "engine" else Target
    members = {name for kind in wanted.__mro__ for name in (*vars(kind), *getattr(kind, "__annotations__", {}))}
    missing = {
        name for name in members if not name.startswith("_") and not hasattr(type(target), name) and name not in vars(target)
    }
    assert not missing
    assert target.reference == f"{row.name}://name"


@pytest.mark.parametrize("row", [row for row in ROWS if row.way], ids=lambda row: row.name)
def test_a_command_is_typed_so_that_a_shell_reads_one(row: Scheme) -> None:
    """Whatever a place is called, its name stays one word of what is typed."""
    assert row.way is not None
    typed = row.way("a-name", "python3 -m pip install 'a>1'")
    words = shlex.split(typed)
    assert "a>1" in words or any("'a>1'" in word for word in words)


def test_no_scheme_is_spelled_elsewhere() -> None:
    """Nothing but the table tells schemes apart: who adds a row need look nowhere else.

    In `audit` and `standard` docker, podman and ssh are programs and ways to start, not schemes.
    """
    from pathlib import Path

    names = "|".join(re.escape(row.name) for row in ROWS if row.name not in ("file", "image", "local"))
    told_apart = re.compile(rf"""(==|!=|in|case)\s*\(?["']({names})["']""")
    room = Path(scheme.__file__).parents[1]
    others = [
        path for path in room.rglob("*.py") if path.name != "scheme.py" and not {"audit", "standard"} & {*path.parts, path.stem}
    ]
    guilty = [path for path in others if told_apart.search(path.read_text("utf-8"))]
    assert guilty == []


def test_a_shown_reference_is_one_again() -> None:
    """What parse takes apart, `shown` puts together."""
    assert all(parse(parse(f"{row.name}://x").shown) == parse(f"{row.name}://x") for row in ROWS)
