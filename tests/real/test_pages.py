"""Each command of the README and of the pages is typed where the page says, on things of the names that the page uses."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.cli.test_documents import WRITTEN
from tests.real.guest import container, docker
from tests.support import engine

pytestmark = [pytest.mark.real, pytest.mark.timeout(900)]

CALLS = re.compile(r"^(?:\$ )?((?:envprobe|python3 envprobe-probe\.pyz) .*)$", re.MULTILINE)
BLOCK = re.compile(r"^```(\w*)[^\n]*\n(.*?)^```$", re.DOTALL | re.MULTILINE)
SHELLS = ("", "console", "sh", "bash", "shell")
REMARK = re.compile(r"\s{2,}(?!\|).*$")  # columns of explanations, `# …` or not
TRAIN = """
import csv, json, os, pathlib, random
seed = int(os.environ.get("SEED", "0"))
result = {"accuracy": round(0.9 + random.Random(seed).random() / 100, 4), "loss": [0.7, round(0.3 + random.Random(seed).random() / 100, 4)]}
pathlib.Path("out").mkdir(exist_ok=True)
for place in ("metrics.json", "out/metrics.json"):
    pathlib.Path(place).write_text(json.dumps(result))
"""
FAILURE = "ModuleNotFoundError: No module named 'tensorflow'\n"
NOTEBOOK = {"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
ELSEWHERE = {
    "mlflow:": "a real MLflow: tests/real/test_trackers.py",
    "wandb:": "W&B's own folder: tests/unit/carrier",
    "dvc:": "a DVC repository: tests/unit/experiment/test_dvc.py",
    "serve ": "serves until it is ended: tests/real/test_serve.py",
    "demo": "the README's main job, which CI runs",
    "/home/ana/": "a launcher of a cluster: tests/real/test_targets_local.py",
    "$PWD/tf-python": "a launcher of a cluster: tests/real/test_targets_local.py",
    "envprobe up": "a real Jupyter: tests/real/test_standard.py",
    "envprobe status": "beside up: tests/real/test_standard.py",
    "envprobe shell": "beside up: tests/real/test_standard.py",
    "envprobe logs": "beside up: tests/real/test_standard.py",
    "envprobe down": "beside up: tests/real/test_standard.py",
    "--on ssh:": "an sshd: tests/real/test_fleet_ssh.py",
    "--on 'ssh:": "an sshd: tests/real/test_fleet_ssh.py",
    "--on slurm:": "a real Slurm: tests/real/test_fleet_slurm.py",
    "--on dask:": "a real cluster: tests/real/test_fleet_dask.py",
    "--on kubernetes:": "a real cluster: tests/real/test_fleet_kubernetes.py",
    "--on 'kubernetes:": "a real cluster: tests/real/test_fleet_kubernetes.py",
    "--on ray:": "a real cluster: tests/real/test_fleet_ray.py",
    "s3://": "a store: tests/real/test_shared_s3.py",
    "--baseline image": "a registry: tests/real/test_shared.py",
    "oci://": "a registry: tests/real/test_shared.py",
    "--on file:nodes.jsonl": "what those have left: tests/real/test_fleet_ssh.py",
    "--on docker-contexts:": "the client's own contexts",
    "tensorflow-29": "shows an error on purpose: tests/cli",
    "local://./.venv": "a virtual environment of the reader's: tests/real/test_apply.py",
    "--good ": "a repository and its history: tests/real/test_bisect.py",
    "docker://one": "a lab of the reader's",
    "image://team/train:1.4.0": "an image of the reader's",
}
"""What is typed by another test, or by nobody, and why."""
FINGERPRINTS = (
    "colleague.json",
    "file-from-a-colleague.json",
    "me.json",
    "mine.json",
    "node-n1.json",
    "node-n2.json",
    "trainer.json",
)
RUNS = ("last-week.json", "last-month.json", "old.json", "new.json", "run-1.json", "run-2.json")
GIVEN: Mapping[str, tuple[str, ...]] = {
    "README.md": ("uv.lock", "file-from-a-colleague.json", "last-week.json"),
    "reports.md": ("trainer.json",),
    "review.md": ("last-month.json",),
}
"""What lies there before a page is begun; the other pages find everything."""


def shown(page: Path) -> list[str]:
    """Return the commands of a page as a shell gets them."""
    blocks = [block for kind, block in BLOCK.findall(page.read_text("utf-8")) if kind in SHELLS]
    return [REMARK.sub("", call) for block in blocks for call in CALLS.findall(re.sub(r"\\\n\s*", " ", block))]


def typed(page: Path) -> list[str]:
    """Return those that are typed here."""
    return [call for call in shown(page) if not any(word in call for word in ELSEWHERE)]


PAGES = [page for page in WRITTEN if page.name != "tutorial.md" and typed(page)]  # the tutorial: test_tutorial.py


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    """A project with all that pages speak of, and its container, which is the project's target."""
    image = engine.tiny_image()
    folder = tmp_path_factory.mktemp("world")
    for place in ("data", "etc/engine", ".github", "home/.ssh", "baselines"):
        (folder / place).mkdir(parents=True)
    (folder / "train.py").write_text(TRAIN)
    (folder / "data/x.csv").write_text("1,2\n")
    (folder / "report.md").write_text("# Result\n")
    (folder / "model.keras").write_bytes(b"weights")
    (folder / "README.md").write_text("---\nlicense: mit\n---\n# Model\n")
    (folder / "template.md").write_text("An accuracy of {{metrics.json:accuracy}}.\n")
    (folder / "uv.lock").write_text('version = 1\n[[package]]\nname = "six"\nversion = "1.16.0"\n')
    (folder / "etc/engine/daemon.json").write_text("{}")
    (folder / "Dockerfile").write_text("FROM python:3.12\nRUN pip install numpy\n")
    (folder / "compose.yml").write_text("services: {a: {image: 'a:1', privileged: true}}\n")
    (folder / "compose.gpu.yml").write_text("services: {a: {gpus: all}}\n")
    (folder / "train.log").write_text('Traceback (most recent call last):\n  File "train.py", line 1, in <module>\n' + FAILURE)
    for key in ("id_ed25519", "id_reviewer"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder / "home/.ssh" / key], check=True)
    public = [(folder / f"home/.ssh/{key}.pub").read_text() for key in ("id_ed25519", "id_reviewer")]
    (folder / ".github/allowed_signers").write_text("".join(f'ann@example.org namespaces="envprobe" {key}' for key in public))
    with container(image, "-w", "/work") as trainer:
        for name in ("train.py", "data"):
            docker("cp", str(folder / name), f"{trainer}:/work/{name}")
        docker(
            "exec",
            trainer,
            "sh",
            "-c",
            'ln -s "$(command -v python3)" /usr/local/bin/python || ln -s "$(command -v python3)" /usr/bin/python',
        )
        yield folder, trainer


def _shell(line: str, folder: Path, trainer: str) -> subprocess.CompletedProcess[str]:
    image = engine.tiny_image()
    for named in ("tensorflow/tensorflow:2.9.0-gpu?gpus=all", "tensorflow/tensorflow:2.9.0"):
        line = line.replace(f"image://{named}", f"image://{image}")
    line = line.replace("docker://trainer", f"docker://{trainer}")
    clean = {name: value for name, value in os.environ.items() if name not in ("SEED", "PYTHONPATH", "FORCE_COLOR")}
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    return subprocess.run(
        ["bash", "-c", line],
        cwd=folder,
        env={**clean, "PATH": path, "HOME": str(folder / "home"), "TRAINER": trainer},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
    )


@pytest.fixture(scope="module")
def full(world: tuple[Path, str]) -> Path:
    """The project with baselines, fingerprints, runs, a notebook and a history: made once by envprobe itself."""
    folder, trainer = world
    (folder / "envprobe.toml").write_text(f'target = "docker://{trainer}"\nbaseline = "tf-2.9"\n')
    made = [
        *(f"envprobe record docker://trainer --name {name}" for name in ("tf-2.9", "tf-2.9-gpu", "cluster")),
        "envprobe probe docker://trainer --output me.json",
        *(f"cp me.json {name}" for name in FINGERPRINTS if name != "me.json"),
        "envprobe run --outputs 'out/*' --seed-env SEED --output old.json -- python train.py",
        *(f"cp old.json {name}" for name in RUNS if name != "old.json"),
        "mkdir collected && cp me.json collected",
        "envprobe run --outputs metrics.json --seed-env SEED --output last-month.json --update -- python train.py",
    ]
    for name in ("analysis.ipynb", "colleague.ipynb"):
        (folder / name).write_text(json.dumps(NOTEBOOK))
        made.append(f"envprobe attach old.json {name}")
    made.append(
        "git init -q . && git add -A && git -c user.name=a -c user.email=a@b commit -qm one && git update-ref refs/remotes/origin/main HEAD"
    )
    for line in made:
        done = _shell(line, folder, trainer)
        assert done.returncode == 0, f"{line}: {done.stderr}"
    return folder


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_what_a_page_says_is_typed(page: Path, full: Path, world: tuple[Path, str], tmp_path: Path) -> None:
    """In the page's order: what records, shows or attaches succeeds, and what judges gives a verdict."""
    folder = tmp_path / "project"
    shutil.copytree(full, folder)
    written = set(re.findall(r"(?:--output|--pack) (\S+\.(?:json|pyz))", "\n".join(typed(page))))
    missing = (set(FINGERPRINTS) | set(RUNS)) - set(GIVEN.get(page.name, (*FINGERPRINTS, *RUNS))) if page.name in GIVEN else set()
    for name in written | missing:
        (folder / name).unlink(missing_ok=True)
    for name in re.findall(r"record \S+ --name (\S+)$", "\n".join(typed(page)), re.MULTILINE):
        (folder / "baselines" / f"{name}.json").unlink(missing_ok=True)
    if "run-2.json" in page.read_text("utf-8"):
        shutil.copy(full / "old.json", folder / "run-2.json")
    wrong = []
    for line in typed(page):
        done = _shell(line, folder, world[1])
        judges = re.match(r"envprobe (check|fleet check|explain|bisect|diff|verify|doctor)\b", line)
        is_right = done.returncode == 0 or (judges and (done.returncode == 1 or done.stdout.startswith("UNDETERMINED")))
        if not is_right:
            wrong.append(f"$ {line}\n{done.stdout[-1500:]}{done.stderr[-1500:]}exit status {done.returncode}")
    assert not wrong, "\n".join(wrong)


def test_a_reason_not_to_type_is_still_one() -> None:
    """Each row of what is typed elsewhere speaks of a command that some page has, and the test that it names is there."""
    calls = [call for page in WRITTEN for call in shown(page)]
    assert [word for word in ELSEWHERE if not any(word in call for call in calls)] == []
    root = Path(__file__).parents[2]
    assert [name for why in ELSEWHERE.values() for name in re.findall(r"tests/[\w/.]+", why) if not (root / name).exists()] == []
