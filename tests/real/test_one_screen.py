"""Strangers, each with one screen: what is wrong stands on it with its cause first, and doing what it says makes `check` reproduce.

A screen is what `check` prints at 80 columns without any option. What stands there to be typed is typed as it stands; what is
said in words is done with the files, variables and names that the words hold.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.real.desk import Desk

pytestmark = [pytest.mark.real, pytest.mark.timeout(900)]

SCREEN_LINES = 40
HEADING = re.compile(r"(?:FAIL|WARN)  (\S+)")
ROW = re.compile(r" {6}(\w[\w ]*?) +(\S.*)")
WORDS = ("fix", "mend", "type")
"""What stands before what is to be done."""
PLACE = re.compile(r"/[^\s,;]+")


class Screen:
    """What `check` prints for a reader."""

    def __init__(self, done: subprocess.CompletedProcess[str]) -> None:
        self.status, self.text = done.returncode, done.stdout
        assert self.text, done.stderr
        assert len(self.text.splitlines()) <= SCREEN_LINES, self.text

    @property
    def causes(self) -> list[str]:
        """What is found, in the order in which it is shown."""
        return HEADING.findall(self.text)

    @property
    def steps(self) -> list[str]:
        """What it says is to be done, lines of words put together again."""
        found: list[str] = []
        is_step = False
        for line in self.text.splitlines():
            row = ROW.fullmatch(line)
            if row is not None:
                is_step = row[1] in WORDS
                found += [row[2]] if is_step and row[2] not in ("the command above", *found) else []
            elif is_step and line.startswith(" " * 8):
                found[-1] += " " + line.strip()
        return found


def look(desk: Desk, target: str, *options: str, baseline: str = "base") -> Screen:
    return Screen(desk.call("check", target, "--baseline", baseline, *options, status=None))


# -- a virtual environment ---------------------------------------------------------------------------------------------


class Stranger(NamedTuple):
    """What happened to a virtual environment, and what its owner does on seeing the screen."""

    name: str
    happens: Callable[[Desk, Path], None]
    cause: str
    acts: Callable[[Desk, Path, list[str]], None]


def site(venv: Path) -> Path:
    (found,) = venv.glob("lib/python*/site-packages")
    return found


def file(name: str, text: str) -> Callable[[Desk, Path], None]:
    """Put a file into site-packages."""
    return lambda desk, venv: (site(venv) / name).write_text(text) and None


def variable(name: str, value: str) -> Callable[[Desk, Path], None]:
    """Let the shell have a variable; `{}` is a folder in which lies another six."""

    def happens(desk: Desk, venv: Path) -> None:
        (desk.folder / "over").mkdir(exist_ok=True)
        (desk.folder / "over" / "six.py").write_text("x = 1\n")
        desk.environ[name] = value.format(desk.folder / "over")

    return happens


def several(*changes: Callable[[Desk, Path], None]) -> Callable[[Desk, Path], None]:
    def happens(desk: Desk, venv: Path) -> None:
        for change in changes:
            change(desk, venv)

    return happens


def in_keras_home(desk: Desk, venv: Path) -> None:
    """Let a keras.json lie where KERAS_HOME of both sides says."""
    (desk.folder / "keras" / "keras.json").write_text('{"floatx": "float64"}')


def uninstalled_by_half(desk: Desk, venv: Path) -> None:
    (site(venv) / "toml-0.10.2.dist-info").rename(site(venv) / "~oml-0.10.2.dist-info")
    (site(venv) / "toml" / "decoder.py").unlink()


def second_copy(desk: Desk, venv: Path) -> None:
    """Install another six into a folder that a .pth file puts in front."""
    other = desk.folder / "other"
    pip = [venv / "bin" / "python", "-m", "pip", "install", "-q", "--target", other, "six==1.15.0"]
    subprocess.run(pip, check=True)
    (site(venv) / "aaa.pth").write_text(f"import sys; sys.path.insert(0, {str(other)!r})\n")


def types(desk: Desk, venv: Path, steps: list[str]) -> None:
    """Type it: variables hold for what is typed behind them."""
    desk.type(*steps, check_of(venv))
    for step in steps:
        word, _, rest = step.partition(" ")
        if word == "unset":
            desk.environ.pop(rest)
        elif word == "export":
            name, _, value = rest.partition("=")
            desk.environ[name] = value


def check_of(venv: Path) -> str:
    return f"{sys.executable} -m envprobe check local://{venv} --baseline base --no-benchmark"


def removes(desk: Desk, venv: Path, steps: list[str]) -> None:
    """Remove, or move away, what the words name: never anything but what this test made."""
    for place in {found for step in steps for found in PLACE.findall(step)}:
        assert Path(place).resolve().is_relative_to(desk.folder.parent.resolve()) and os.path.lexists(place), steps
        subprocess.run(["rm", "-r", place], check=True)


def installs_and_removes_what_is_left(desk: Desk, venv: Path, steps: list[str]) -> None:
    """Type the command; pip's leftover goes by the words below it."""
    desk.type(steps[0])
    (words,) = (step for step in steps if "~" in step)
    beginning, folder = re.fullmatch(r"remove what begins with (\S+) from (\S+)", words).groups()  # type: ignore[union-attr]
    assert Path(folder) == site(venv)
    for found in Path(folder).glob(f"{beginning}*"):
        shutil.rmtree(found)


def removes_keras_json(desk: Desk, venv: Path, steps: list[str]) -> None:
    (step,) = steps
    assert step == f'set "floatx" to float32 in {desk.folder}/keras/keras.json, or remove that file'
    (desk.folder / "keras" / "keras.json").unlink()


STRANGERS = (
    Stranger("sitecustomize", file("sitecustomize.py", "import sys\n"), "python.sitecustomize", removes),
    Stranger("a .pth file", file("zz.pth", "import sys\n"), "python.pth.zz.pth", removes),
    Stranger("a module of nobody's", file("stray.py", "x = 1\n"), "modules.stray", removes),
    Stranger("another six in front", variable("PYTHONPATH", "{}"), "environment.PYTHONPATH", types),
    Stranger("the time zone", variable("TZ", "Europe/Paris"), "environment.TZ", types),
    Stranger("the locale", several(variable("LANG", "C"), variable("LC_ALL", "C")), "environment.LANG", types),
    Stranger("keras.json", in_keras_home, "numerics.keras.floatx", removes_keras_json),
    Stranger("a damaged file", file("six.py", "x = 1\n"), "integrity.six", types),
    Stranger("half uninstalled", uninstalled_by_half, "packages.toml", installs_and_removes_what_is_left),
    Stranger("two copies", second_copy, "packages.six.shadowed", removes),
)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    (tmp_path / "desk" / "keras").mkdir(parents=True)
    return Desk(tmp_path / "desk", KERAS_HOME=str(tmp_path / "desk" / "keras"), COLUMNS="80", LANG="C.UTF-8")


@pytest.fixture(scope="module")
def whole_venv(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A virtual environment with pip and two small packages."""
    folder = tmp_path_factory.mktemp("whole") / "venv"
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    subprocess.run([folder / "bin" / "python", "-m", "pip", "install", "-q", "six==1.16.0", "toml==0.10.2"], check=True)
    return folder


@pytest.fixture
def venv(whole_venv: Path, tmp_path: Path) -> Path:
    """A copy of it, to be spoilt."""
    return Path(shutil.copytree(whole_venv, tmp_path / "venv", symlinks=True))


@pytest.mark.parametrize("stranger", STRANGERS, ids=lambda stranger: stranger.name)
def test_a_virtual_environment(stranger: Stranger, desk: Desk, venv: Path) -> None:
    """The first cause is the one, and what stands below it ends it; a .pth file that is left then has a screen of its own."""
    desk.record(f"local://{venv}")
    stranger.happens(desk, venv)
    screen = look(desk, f"local://{venv}", "--no-benchmark")
    assert screen.causes[0] == stranger.cause
    for _ in range(2):
        if screen.causes:
            stranger.acts(desk, venv, screen.steps)
            screen = look(desk, f"local://{venv}", "--no-benchmark")
    assert (screen.status, screen.causes) == (0, []), screen.text
