"""`fix --apply` of a container: an image on top of it and the line that starts it; nothing stays where that fails."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.real.desk import Desk
from tests.real.guest import container, docker
from tests.support import engine
from tests.support.engine import standin_image

pytestmark = [pytest.mark.real, pytest.mark.timeout(600)]
FAST = ["--no-benchmark", "--no-integrity"]
TEAM = "envprobe-test/team:1.4.0"


@pytest.fixture
def team() -> Iterator[str]:
    """A team's image on the stand-in: a variable, and a file of theirs."""
    recipe = f"FROM {standin_image()}\nENV OMP_NUM_THREADS=3\nRUN echo theirs >/root/train.py\n"
    subprocess.run(["docker", "build", "-q", "-t", TEAM, "-"], input=recipe, text=True, check=True, capture_output=True)
    yield TEAM
    docker("rmi", "-f", TEAM, check=False)


def test_an_image_on_top_has_what_the_baseline_has(tmp_path: Path, team: str) -> None:
    """Where it fails nothing is left; else the packages are the baseline's, the variable is gone, no secret is in the image,
    and the printed line starts the container of it with its own settings."""
    desk = Desk(tmp_path)
    desk.call("record", f"image://{standin_image()}", "--name", "base", *FAST)
    options = (*engine.pip_network_options(), "--env", "HF_TOKEN=hunter2hunter2", "--cpuset-cpus", "0")
    with container(team, *options) as name:
        docker("exec", name, "python3", "-m", "pip", "install", "-q", "six==1.15.0")
        call = ("fix", f"docker://{name}", "--baseline", "base", "--apply", *FAST)
        before = _there(name)
        poorer = Desk(tmp_path, PIP_INDEX_URL="http://127.0.0.1:9/simple")
        assert "cannot be installed" in poorer.call(*call, status=2).stderr
        assert _there(name) == before
        done = desk.call(*call, status=1)
        made, start, left = (_said(done.stderr, label) for label in ("made image://", "start: ", "left: "))
        try:
            assert left.startswith("image.id")
            assert "hunter2" not in docker("inspect", made) + docker("history", "--no-trunc", made)
            desk.type(start)
            report = json.loads(
                desk.call("check", f"docker://{name}", "--baseline", "base", *FAST, "--format", "json", status=1).stdout
            )
            severe = {row["path"] for row in report["differences"] if row["severity"] in ("fail", "warn")}
            assert "image.id" in severe and not [path for path in severe if not path.startswith("image.")]
            assert docker("exec", name, "printenv", "HF_TOKEN") == "hunter2hunter2"
            assert docker("exec", name, "cat", "/root/train.py") == "theirs"
        finally:
            for other in docker("ps", "-aq", "--filter", f"name={name}").split():
                docker("rm", "-f", "-v", other)
            docker("rmi", "-f", made, check=False)


def test_a_container_of_the_baselines_image_needs_none(tmp_path: Path) -> None:
    """It is started anew without what was set and installed in it: that is checked, and no image is made."""
    desk = Desk(tmp_path)
    desk.call("record", f"image://{standin_image()}", "--name", "base", *FAST)
    with container(standin_image(), "--env", "TF_ENABLE_ONEDNN_OPTS=0") as name:
        docker("exec", name, "sh", "-c", "echo 'x = 1' >/usr/local/lib/python3.9/dist-packages/usercustomize.py")
        before = _there(name)
        done = desk.call("fix", f"docker://{name}", "--baseline", "base", "--apply", *FAST)
        assert done.stdout.startswith("REPRODUCES") and "an image of its own is not needed" in done.stderr
        assert _there(name) == before


def _there(name: str) -> tuple[str, str]:
    """Return the images with those without a name, and the containers beside this one."""
    others = docker("ps", "-aq", "--filter", f"name={name}")
    return docker("images", "-aq", "--filter", "label=org.envprobe.recipe"), others


def _said(text: str, label: str) -> str:
    """Return what stands behind the first such label."""
    return next(row for row in text.splitlines() if row.startswith(label)).removeprefix(label)
