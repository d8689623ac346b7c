"""Completion in real shells, where somebody types; and the man page as man and mandoc read it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pexpect
import pytest

from tests.real.guest import container
from tests.support.engine import missing, nopython_image, tiny_image

pytestmark = pytest.mark.real

REPOSITORY = Path(__file__).parents[2]
TOOL = Path(sys.executable).with_name("envprobe")
START = {
    "bash": (["bash", "--norc", "--noprofile", "-i"], ['eval "$(envprobe completion bash)"']),
    "zsh": (["zsh", "-f", "-i"], ["bindkey -e; autoload -U compinit; compinit -u -D", 'eval "$(envprobe completion zsh)"']),
}
BEGINNING, TAB = "\x01", "\t"
Type = Callable[[str], str]


def _program(name: str) -> str:
    return shutil.which(name) or missing(f"there is no {name} on this machine; `.ci/components` installs it")


def _environ(folder: Path) -> dict[str, str]:
    return {**os.environ, "PATH": f"{TOOL.parent}:{os.environ['PATH']}", "HOME": str(folder), "TERM": "dumb", "COLUMNS": "200"}


@contextmanager
def _typist(shell: str, folder: Path) -> Iterator[Type]:
    """Yield a function that types into an interactive shell and returns the line as it then is."""
    _program(shell)
    argv, setup = START[shell]
    with pexpect.spawn(
        argv[0], argv[1:], env=_environ(folder), cwd=folder, encoding="utf-8", timeout=30, dimensions=(40, 200)
    ) as child:

        def answer(line: str) -> str:
            child.send(f'{line}{BEGINNING}echo AN""SWER=\r')  # what is echoed while it is typed is not what it prints
            child.expect(r"\nANSWER=([^\r\n]*)\r")
            return str(child.match[1])

        for line in setup:
            child.send(f"{line}\r")
        answer("")
        yield answer


def _fish(folder: Path) -> Type:
    program = _program("fish")

    def answer(line: str) -> str:
        script = f"envprobe completion fish | source; complete -C '{line.rstrip(TAB)}'"
        done = subprocess.run(
            [program, "-c", script], env=_environ(folder), cwd=folder, capture_output=True, text=True, check=True
        )
        assert done.stderr == ""
        return done.stdout

    return answer


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a fingerprint, a folder whose name has a space, and a baseline of the project's own."""
    folder = tmp_path_factory.mktemp("desk")
    for name in ("me.json", "an output/run.json", "baselines/team-7.json"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).touch()
    return folder


@pytest.fixture(scope="module")
def running() -> Iterator[str]:
    nopython_image()
    with container(tiny_image()) as name:
        yield name


@pytest.mark.parametrize("shell", START)
def test_a_shell_completes_what_is_typed(shell: str, desk: Path, running: str) -> None:
    """Commands, schemes, containers, images, baselines, formats and files; a space follows whole words and no others."""
    with _typist(shell, desk) as answer:
        for typed, completed in {
            "envprobe che\tX": "envprobe check X",
            "envprobe check dock\tX": "envprobe check docker://X",
            f"envprobe check docker://{running[:-1]}\tX": f"envprobe check docker://{running} X",
            "envprobe check image://envprobe-test/nopy\tX": "envprobe check image://envprobe-test/nopython:latest X",
            "envprobe check --baseline tea\tX": "envprobe check --baseline team-7 X",
            "envprobe check --baseline=stand\tX": "envprobe check --baseline=standin-tensorflow-2.9.0 X",
            "envprobe check --format=js\tX": "envprobe check --format=json X",
            "envprobe check --form\tmark\tX": "envprobe check --format markdown X",
            "envprobe check file://m\tX": "envprobe check file://me.json X",
            "envprobe check file://an\tr\tX": "envprobe check file://an output/run.json X",
            "envprobe diff tea\tme\tX": "envprobe diff team-7 me.json X",
            "envprobe attach me\tm\tX": "envprobe attach me.json me.json X",
            "envprobe run docker://x -- m\tX": "envprobe run docker://x -- me.json X",
            "envprobe check --also jun\tr.xml": "envprobe check --also junit=r.xml",
            "envprobe run --data m\tX": "envprobe run --data me.json X",
            "envprobe schema rep\tX": "envprobe schema report/1 X",
            "envprobe completion z\tX": "envprobe completion zsh X",
            "envprobe check docker://nosuch\tX": "envprobe check docker://nosuchX",
        }.items():
            assert answer(typed) == completed


def test_fish_completes_what_is_typed(desk: Path, running: str) -> None:
    """The same in fish, which shows what each is beside it, in our order."""
    answer = _fish(desk)
    assert answer("envprobe che\t") == "check\tCompare a target with a baseline.\n"
    assert answer("envprobe check dock\t") == "docker://\ta running container\n"
    assert answer(f"envprobe check docker://{running[:-1]}\t") == f"docker://{running}\n"
    assert answer("envprobe check image://envprobe-test/nopy\t") == "image://envprobe-test/nopython:latest\n"
    assert answer("envprobe check --baseline te\t").splitlines()[0] == "team-7\tbaseline"
    assert answer("envprobe check --format=js\t") == "--format=json\n"
    assert answer("envprobe check --format js\t") == "json\n"
    assert answer("envprobe check file://an\t") == "file://an output/\n"
    assert [line.split("\t")[0] for line in answer("envprobe \t").splitlines()][:4] == ["demo", "check", "record", "diff"]
    assert answer("envprobe check docker://nosuch\t") == ""


def test_shells_find_nothing_wrong_with_the_scripts() -> None:
    """Each shell parses its own script without a word."""
    for shell in ("bash", "zsh", "fish"):
        script = REPOSITORY / f"envprobe/cli/completion.{shell}"
        done = subprocess.run([_program(shell), "-n", script], capture_output=True, text=True)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_man_page_is_read_without_a_complaint() -> None:
    """By mandoc's checker, but for the date that the page does not have, and by groff."""
    page = REPOSITORY / "docs/man/envprobe.1"
    linted = subprocess.run([_program("mandoc"), "-T", "lint", "-W", "all", page], capture_output=True, text=True).stdout
    assert [line for line in linted.splitlines() if "missing date" not in line] == []
    read = subprocess.run(
        [_program("man"), "--warnings", "-l", page], capture_output=True, text=True, env={**os.environ, "MANWIDTH": "80"}
    )
    assert (read.returncode, read.stderr) == (0, "")
    text = re.sub(r".\x08", "", read.stdout)
    assert "envprobe check docker://trainer               a running container" in text
