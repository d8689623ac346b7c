"""What CI systems and pre-commit do before anything of ours runs: install this repository from its own files, from the index."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.test_ci_files import BASH
from tests.support.ci_file import ROOT, run, step
from tests.support.engine import missing
from tests.support.repository import ALONE, WHO, commit, git, make_repository

pytestmark = pytest.mark.real

PACKAGED = ("pyproject.toml", "README.md", "LICENSE", ".pre-commit-hooks.yaml", "action.yml", "envprobe", "probes", "baselines")
CONFIGURATION = "repos:\n- repo: {}\n  rev: {}\n  hooks:\n  - id: envprobe-lint\n"


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """This repository's files as somebody clones them, and their commit."""
    if subprocess.run(
        [
            sys.executable,
            "-m",
            "pip",
            "download",
            "--quiet",
            "--no-deps",
            "--dest",
            tmp_path_factory.mktemp("index"),
            "hatchling",
        ],
        capture_output=True,
        check=False,
    ).returncode:
        missing("no package index answers")
    folder = tmp_path_factory.mktemp("published")
    git(folder, "init", "--quiet", "--initial-branch", "main")
    for name in PACKAGED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, folder / name)
    return folder, commit(folder)


def test_pre_commit_runs_the_hook(published: tuple[Path, str], tmp_path: Path) -> None:
    """The real pre-commit clones, installs and runs it: a commit of good baselines passes, one with an expired waiver does not."""
    make_repository(tmp_path)
    folder, revision = published
    (tmp_path / ".pre-commit-config.yaml").write_text(CONFIGURATION.format(folder, revision))
    commit(tmp_path)

    def pre_commit() -> subprocess.CompletedProcess[str]:
        environment = {
            **os.environ,
            **WHO,
            **ALONE,
            "PRE_COMMIT_HOME": str(folder.parent / "pre-commit"),
            "PRE_COMMIT_COLOR": "never",
        }
        return subprocess.run(
            [sys.executable, "-m", "pre_commit", "run", "--all-files"],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )

    done = pre_commit()
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Passed" in done.stdout
    waiver = '[[waivers]]\npath = "gpu.*"\nowner = "ana"\nreason = "r"\nexpires = "2001-01-01"\n'
    with (tmp_path / "envprobe.toml").open("a") as stream:
        stream.write(waiver)
    done = pre_commit()
    assert done.returncode == 1
    assert "envprobe.toml: waivers[0]: gpu.* (ana): expired on 2001-01-01" in done.stdout


def test_the_action_installs_itself_and_checks_the_job_s_python(published: tuple[Path, str], tmp_path: Path) -> None:
    """Both steps as a runner makes them: the action's own folder is installed, and `local://` is the job's python3, not its own."""
    work, runner = tmp_path / "work", tmp_path / "runner"
    work.mkdir()
    runner.mkdir()
    (work / "envprobe.toml").write_text('baseline = "pins"\n')
    (work / "requirements.txt").write_text("click==0.0.0\n")
    files = {"RUNNER_TEMP": str(runner), "GITHUB_ACTION_PATH": str(published[0]), "GITHUB_OUTPUT": str(runner / "output")}
    done = run(step("Install envprobe")["run"], work, BASH, **files, PYTHONPATH="")
    assert done.returncode == 0, done.stderr
    envprobe = [runner / "envprobe" / "bin" / "envprobe", "record", "--requirements", "requirements.txt", "--name", "pins"]
    subprocess.run(envprobe, cwd=work, check=True, capture_output=True)
    empty = tmp_path / "python"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", empty], check=True)
    inputs = {"TARGET": "local://", "BASELINE": "", "POLICY_FROM": "", "STRICT": "false", "FORMAT": "github"}
    done = run(
        step("Check the environment")["run"],
        work,
        BASH,
        **inputs,
        **files,
        PYTHONPATH="",
        PATH=f"{empty / 'bin'}:{os.environ['PATH']}",
    )
    assert done.returncode == 1, done.stderr
    assert "packages.click: ==0.0.0 != absent (removed)" in done.stdout
    assert "verdict=differs\n" in (runner / "output").read_text()
