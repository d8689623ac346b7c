"""`fix --apply`: a virtual environment with wrong packages, and a new one that reproduces; or nothing, where that fails."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.real.desk import QUICK, Desk
from tests.support.engine import EngineMissing, missing, tool_folder, wheel_folder

pytestmark = pytest.mark.real

TARGET = "local://./venv"
WANTED = {"six-1.16.0.dist-info", "toml-0.10.2.dist-info", "mine-0.1.dist-info"}
WHEELS = ("six==1.15.0", "six==1.16.0", "toml==0.10.2", "idna==3.4", "setuptools==75.3.0")


def links(without: str = "") -> str:
    """Return the folders of the wheels, as pip takes them."""
    try:
        return " ".join(str(wheel_folder(requirement)) for requirement in WHEELS if requirement != without)
    except EngineMissing as error:
        missing(str(error))


def offline(folder: Path) -> Desk:
    """Return a desk whose pip and uv have those wheels and no index; uv itself is not on PATH."""
    folder.mkdir()
    found = links()
    path = os.pathsep.join(part for part in os.environ["PATH"].split(os.pathsep) if not (Path(part) / "uv").exists())
    uv = {"UV_NO_INDEX": "1", "UV_FIND_LINKS": found.replace(" ", ","), "UV_CACHE_DIR": str(folder / "cache")}
    return Desk(folder, PATH=path, PIP_NO_INDEX="1", PIP_FIND_LINKS=found, **uv)


PROJECT = """\
[build-system]
requires = ["setuptools"]
build-backend = "setuptools.build_meta"
[project]
name = "mine"
version = "0.1"
"""


def spoiled(desk: Desk, install: list[str], uninstall: list[str]) -> None:
    """Record an environment with two packages and a project of one's own; then another version, one too many, one too few."""
    (desk.folder / "project").mkdir()
    (desk.folder / "project" / "pyproject.toml").write_text(PROJECT)
    (desk.folder / "project" / "mine.py").write_text("")
    desk.type(f"{' '.join(install)} -q six==1.16.0 toml==0.10.2 -e ./project")
    desk.record(TARGET)
    desk.type(f"{' '.join(install)} -q six==1.15.0 idna==3.4", f"{' '.join(uninstall)} -q toml")


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A desk with a spoiled virtual environment `venv`, as `python -m venv` makes it, which no test changes."""
    found = offline(tmp_path_factory.mktemp("apply") / "desk")
    subprocess.run([sys.executable, "-m", "venv", found.folder / "venv"], check=True)
    pip = ["venv/bin/python", "-m", "pip"]
    spoiled(found, [*pip, "install"], [*pip, "uninstall", "-y"])
    return found


def versions(folder: Path) -> set[str]:
    return {
        path.name for path in folder.glob("lib/python*/site-packages/*.dist-info") if not path.name.startswith(("pip", "setup"))
    }


def test_a_new_environment_reproduces_and_the_old_one_stays(desk: Desk) -> None:
    """The report of its check is printed, what was made is named, and the old environment has what it had."""
    before = versions(desk.folder / "venv")
    done = desk.call("fix", TARGET, "--apply", *QUICK)
    assert done.stdout.startswith("REPRODUCES")
    assert f"made local://{desk.folder}/venv-fixed" in done.stderr
    assert versions(desk.folder / "venv-fixed") == WANTED
    assert "is there already" in desk.call("fix", TARGET, "--apply", *QUICK, status=2).stderr
    assert versions(desk.folder / "venv") == before
    assert "nothing to fix" in desk.call("fix", "local://./venv-fixed", "--apply", *QUICK).stderr


def test_where_it_fails_nothing_is_left(desk: Desk) -> None:
    """A version that nobody has is named in the words of pip, and no new folder stays."""
    poorer = Desk(desk.folder, **{**desk.environ, "PIP_FIND_LINKS": links(without="six==1.16.0")})
    done = poorer.call("fix", TARGET, "--apply", "--output", "new", *QUICK, status=2)
    assert "No matching distribution found for six==1.16.0" in done.stderr
    assert not (desk.folder / "new").exists()


def test_uv_does_it_where_it_is_and_in_place_once_agreed(tmp_path: Path) -> None:
    """An environment that uv made, without pip, becomes one that uv made; what no installer does is listed."""
    desk = offline(tmp_path / "desk")
    desk.environ["PATH"] = f"{tool_folder('uv') / 'bin'}{os.pathsep}{desk.environ['PATH']}"
    desk.type(f"uv venv -q --python {sys.executable} venv")
    at = ["--python", "venv/bin/python"]
    spoiled(desk, ["uv", "pip", "install", *at], ["uv", "pip", "uninstall", *at])
    desk.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"
    before = versions(desk.folder / "venv")
    done = desk.call("fix", TARGET, "--apply", "--output", "new", *QUICK, status=1)
    assert "left: unset TF_ENABLE_ONEDNN_OPTS" in done.stderr
    assert versions(desk.folder / "new") == WANTED
    del desk.environ["TF_ENABLE_ONEDNN_OPTS"]
    assert "agree with --yes" in desk.call("fix", TARGET, "--apply", "--in-place", *QUICK, status=2).stderr
    assert versions(desk.folder / "venv") == before
    assert desk.call("fix", TARGET, "--apply", "--in-place", "--yes", *QUICK).stdout.startswith("REPRODUCES")
    assert versions(desk.folder / "venv") == WANTED
