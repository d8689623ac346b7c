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

WHEELS = ("six==1.15.0", "six==1.16.0", "toml==0.10.2", "idna==3.4")


def links() -> str:
    """Return the folders of the wheels, as pip takes them."""
    try:
        return " ".join(str(wheel_folder(requirement)) for requirement in WHEELS)
    except EngineMissing as error:
        missing(str(error))


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A desk whose pip and uv have those wheels and no index; uv itself is not on PATH."""
    (tmp_path / "desk").mkdir()
    found = links()
    path = os.pathsep.join(part for part in os.environ["PATH"].split(os.pathsep) if not (Path(part) / "uv").exists())
    uv = {"UV_NO_INDEX": "1", "UV_FIND_LINKS": found.replace(" ", ","), "UV_CACHE_DIR": str(tmp_path / "cache")}
    return Desk(tmp_path / "desk", PATH=path, PIP_NO_INDEX="1", PIP_FIND_LINKS=found, **uv)


def spoiled(desk: Desk, install: list[str], uninstall: list[str]) -> str:
    """Record an environment with two packages, then give it another version, one too many and one too few."""
    desk.type(f"{' '.join(install)} -q six==1.16.0 toml==0.10.2")
    desk.record("local://./venv")
    desk.type(f"{' '.join(install)} -q six==1.15.0 idna==3.4", f"{' '.join(uninstall)} -q toml")
    return "local://./venv"


@pytest.fixture
def target(desk: Desk) -> str:
    """A spoiled virtual environment, as `python -m venv` makes it, and its baseline `base`."""
    subprocess.run([sys.executable, "-m", "venv", desk.folder / "venv"], check=True)
    pip = ["venv/bin/python", "-m", "pip"]
    return spoiled(desk, [*pip, "install"], [*pip, "uninstall", "-y"])


def versions(folder: Path) -> set[str]:
    return {
        path.name for path in folder.glob("lib/python*/site-packages/*.dist-info") if not path.name.startswith(("pip", "setup"))
    }


def test_a_new_environment_reproduces_and_the_old_one_stays(desk: Desk, target: str) -> None:
    """The report of its check is printed, what was made is named, and the old environment has what it had."""
    before = versions(desk.folder / "venv")
    done = desk.call("fix", target, "--apply", *QUICK)
    assert done.stdout.startswith("REPRODUCES")
    assert f"made local://{desk.folder}/venv-fixed" in done.stderr
    assert versions(desk.folder / "venv-fixed") == {"six-1.16.0.dist-info", "toml-0.10.2.dist-info"}
    assert versions(desk.folder / "venv") == before
    assert "is there already" in desk.call("fix", target, "--apply", *QUICK, status=2).stderr
    assert "agree with --yes" in desk.call("fix", target, "--apply", "--in-place", *QUICK, status=2).stderr
    assert versions(desk.folder / "venv") == before
    assert desk.call("fix", target, "--apply", "--in-place", "--yes", *QUICK).stdout.startswith("REPRODUCES")
    assert versions(desk.folder / "venv") == versions(desk.folder / "venv-fixed")


def test_where_it_fails_nothing_is_left(desk: Desk, target: str) -> None:
    """A version that nobody has is named in the words of pip, and no new folder stays."""
    desk.environ["PIP_FIND_LINKS"] = ""
    done = desk.call("fix", target, "--apply", "--output", "new", *QUICK, status=2)
    assert "No matching distribution found for six==1.16.0" in done.stderr
    assert sorted(path.name for path in desk.folder.iterdir()) == ["baselines", "venv"]


def test_uv_does_it_where_it_is(desk: Desk) -> None:
    """An environment that uv made, without pip, becomes one that uv made."""
    uv = tool_folder("uv") / "bin"
    desk.environ["PATH"] = f"{uv}{os.pathsep}{desk.environ['PATH']}"
    desk.type(f"uv venv -q --python {sys.executable} venv")
    at = ["--python", "venv/bin/python"]
    target = spoiled(desk, ["uv", "pip", "install", *at], ["uv", "pip", "uninstall", *at])
    desk.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"
    done = desk.call("fix", target, "--apply", "--output", "new", *QUICK, status=1)
    assert "left: unset TF_ENABLE_ONEDNN_OPTS" in done.stderr
    assert "packages" not in done.stdout
    assert versions(desk.folder / "new") == {"six-1.16.0.dist-info", "toml-0.10.2.dist-info"}
