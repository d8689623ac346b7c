"""How something is typed so that it helps in a target."""

from __future__ import annotations

import shlex

import pytest

from envprobe.call import Call
from envprobe.fixes import joined
from envprobe.targets.prompt import Installer, Prompt
from envprobe.targets.run_line import RunLine

LINE = RunLine(tool="docker", name="trainer", id="0123456789", image="lab:1", options={("--cpuset-cpus", ""): []}, command=[])
CELL = Call(is_cell=True)


@pytest.mark.parametrize(
    ("prompt", "typed", "is_command"),
    [
        (Prompt(scheme="local"), "python3 -m pip install 'a>1' b", True),
        (Prompt(scheme="docker", place="trainer"), "docker exec trainer python3 -m pip install 'a>1' b", True),
        (Prompt(scheme="podman", place="x y"), "podman exec 'x y' python3 -m pip install 'a>1' b", True),
        (Prompt(scheme="ssh", place="me@lab:22/opt/py"), "ssh -p 22 me@lab 'python3 -m pip install '\"'\"'a>1'\"'\"' b'", True),
        (Prompt(scheme="image", place="lab:1"), "in its Dockerfile: RUN python3 -m pip install 'a>1' b", False),
        (Prompt(subject="me.json"), "where me.json was recorded: python3 -m pip install 'a>1' b", False),
        (Prompt(scheme="local", call=CELL), "!python3 -m pip install 'a>1' b", True),
        (Prompt(scheme="docker", place="t", call=CELL), "!docker exec t python3 -m pip install 'a>1' b", True),
    ],
)
def test_a_command_runs_there(prompt: Prompt, typed: str, is_command: bool) -> None:
    """In the container, on the machine or in the file that it is for; without a terminal too, and several packages in one."""
    fixes = [prompt.there("python3 -m pip install", [item]) for item in ("'a>1'", "b")]
    (fix,) = joined(fixes)
    assert (fix.text, fix.is_command) == (typed, is_command)
    assert fix == prompt.there("python3 -m pip install", ["'a>1'", "b"])


@pytest.mark.parametrize("scheme", ["local", "docker", "ssh"])
def test_an_item_stays_one_word(scheme: str) -> None:
    """What a shell there gets is the very item, however many shells are on the way."""
    nasty = 'a\'b "$(id)" c'
    typed = Prompt(scheme=scheme, place="lab").there("echo", [shlex.quote(nasty)]).text
    words = shlex.split(typed)
    assert nasty in words or shlex.split(words[-1])[-1] == nasty


@pytest.mark.parametrize(
    ("prompt", "given", "taken"),
    [
        (Prompt(scheme="local"), "export A='x y'", "unset A"),
        (
            Prompt(scheme="local", call=CELL),
            "import os; os.environ.update({'A': 'x y',})",
            "import os; [os.environ.pop(name, None) for name in ('A',)];",
        ),
        (
            Prompt(scheme="image", place="lab:1"),
            "in its Dockerfile: ENV A='x y'",
            "in its Dockerfile, or in what starts a container of it, leave out A",
        ),
        (
            Prompt(scheme="ssh", place="me@lab/py"),
            "in the environment of me@lab, for its logins and programs: export A='x y'",
            "in the environment of me@lab, for its logins and programs: unset A",
        ),
        (
            Prompt(subject="me.json"),
            "in the environment in which me.json was recorded: export A='x y'",
            "in the environment in which me.json was recorded: unset A",
        ),
    ],
)
def test_a_variable_is_set_where_it_counts(prompt: Prompt, given: str, taken: str) -> None:
    """In the shell that starts what is probed, in the kernel, or where nobody can reach it from here, in words."""
    assert prompt.variable("A", "x y").text == given
    assert prompt.variable("A", None).text == taken
    assert prompt.variable("A", "1").is_command is (prompt.scheme == "local")


def test_a_cell_is_python() -> None:
    """What is typed in a notebook's cell is a program that does what it says, for several variables too."""
    prompt, environ = Prompt(scheme="local", call=CELL), {"A": "1", "D": "4"}
    given = joined([prompt.variable(name, name.lower() + "'\"") for name in "AB"])[0].text
    taken = joined([prompt.variable(name, None) for name in "CD"])[0].text
    for text in (given, taken):
        exec(text.replace("import os; ", "").replace("os.environ", "environ"), {"environ": environ})
    assert environ == {"A": "a'\"", "B": "b'\""}


def test_a_container_is_made_anew() -> None:
    """With its whole line where that is known, else in words; what a service makes is changed there."""
    prompt = Prompt(scheme="docker", place="trainer", line=LINE)
    fix = prompt.remade({("--cpuset-cpus", ""): None})
    assert fix.is_command
    assert fix.text == "docker stop trainer && docker rename trainer trainer-01234567 && docker run -d --name trainer lab:1"
    assert prompt.remade({("--cpus", ""): None}).text == "start it anew without --cpus"
    assert Prompt(scheme="docker", place="x").remade({("--init", ""): []}).text == "start it anew with --init"
    assert Prompt(scheme="docker", place="x").remade({}, "lab:2").text == "start it anew from lab:2"
    service = RunLine(tool="docker", name="x", id="1", image="i", options={}, command=[], made_by="service x of its compose file")
    assert (
        Prompt(scheme="docker", line=service).remade({("--init", ""): []}).text
        == "in service x of its compose file: start it anew with --init"
    )


def test_folders_are_those_that_are_there() -> None:
    """A place that stands for a folder is told as the folder, where it is known which one."""
    prompt = Prompt(scheme="local", folders={"{site}": "/v/lib/site-packages"})
    assert prompt.real("rename {site}/x.py and {user}/y") == "rename /v/lib/site-packages/x.py and {user}/y"


@pytest.mark.parametrize(
    ("installer", "install", "uninstall"),
    [
        (Installer(), "python3 -m pip install", "python3 -m pip uninstall -y"),
        (
            Installer(python="/my venv/bin/python"),
            "'/my venv/bin/python' -m pip install",
            "'/my venv/bin/python' -m pip uninstall -y",
        ),
        (Installer(has_pip=False, has_uv=True), "uv pip install --python python3", "uv pip uninstall --python python3"),
        (
            Installer(is_managed=True),
            "python3 -m pip install --break-system-packages",
            "python3 -m pip uninstall --break-system-packages -y",
        ),
        (Installer(has_pip=False), "", ""),
    ],
)
def test_the_installer_is_the_one_that_is_there(installer: Installer, install: str, uninstall: str) -> None:
    """pip where it is, else uv; nothing is asked, so that it works without a terminal."""
    assert (installer.command("install"), installer.command("uninstall")) == (install, uninstall)
