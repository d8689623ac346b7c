"""A Python that is started in any target does not look into its working folder, whoever filled that."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from envprobe.fact import ABSENT
from envprobe.probing.collect import collect
from envprobe.targets.opening import open_target
from envprobe.targets.safe_path import VARIABLES, in_shell
from envprobe.targets.scheme import ROWS
from tests.real.guest import QUICK, container
from tests.real.test_targets_podman import trainer as trainer
from tests.support.engine import tiny_image

pytestmark = pytest.mark.real
SCHEMES = sorted(row.name for row in ROWS if row.opens)
PROGRAM = f"import os; print(*(os.environ.get(name) for name in {list(VARIABLES)}))"


@pytest.fixture
def reference(request):
    """A target of the scheme."""
    scheme = request.param
    if scheme == "docker":
        with container(tiny_image()) as name:
            yield f"docker://{name}"
    else:
        place = {
            "local": lambda: sys.executable,
            "image": tiny_image,
            "podman": lambda: request.getfixturevalue("trainer"),
            "podman+image": lambda: request.getfixturevalue("podman_image"),
            "ssh": lambda: request.getfixturevalue("account") + sys.executable,
        }
        yield f"{scheme}://{place[scheme]()}"


@pytest.mark.parametrize("reference", SCHEMES, indirect=True)
def test_every_target_starts_python_without_its_working_folder(reference):
    """Python 3.13 imports linecache before it runs what `-c` gives it; and what keeps it out is no fact of the target."""
    with open_target(reference) as target:
        completed = target.run([target.pythons[0], "-c", PROGRAM], b"", 60, 1000)
    assert completed.stdout.split() == [value.encode() for value in VARIABLES.values()]
    fingerprint = collect(reference, QUICK)
    assert {fingerprint.get(f"environment.{name}") for name in VARIABLES} == {ABSENT}
    assert "safe_path" not in fingerprint.sections["python"].known["flags"]


def test_a_shell_adds_it_where_it_is_not_set():
    """Behind ssh only the shell there knows; the program's own words arrive as they are."""
    (name,) = VARIABLES
    program = ["sh", "-c", f'echo "${name}" "$1"', "sh", "a 'b' $c"]
    for own, expected in (({}, VARIABLES[name]), ({name: "1"}, "1"), ({name: ""}, "")):
        environ = {**{own: value for own, value in os.environ.items() if own != name}, **own}
        done = subprocess.run(in_shell(program), env=environ, capture_output=True, text=True, check=True)
        assert done.stdout == f"{expected} a 'b' $c\n"
