"""The code in a container: a commit, what is in none, and where its branch forked, in an image without git."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.real.guest import container, docker
from tests.support import engine

pytestmark = pytest.mark.real
AUTHOR = ("-c", "user.name=a", "-c", "user.email=a@b")


def git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(["git", *AUTHOR, *arguments], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout.strip()


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A clone with a commit of its own, a change in no commit, and a configuration that would run a program."""
    origin, clone = tmp_path / "origin", tmp_path / "clone"
    origin.mkdir()
    git(origin, "init", "--quiet", "--initial-branch=main")
    (origin / "train.py").write_text("open('out.json', 'w').write('1')\n")
    git(origin, "add", ".")
    git(origin, "commit", "--quiet", "-m", "one")
    git(tmp_path, "clone", "--quiet", str(origin), str(clone))
    (clone / "README").write_text("two\n")
    git(clone, "add", ".")
    git(clone, "commit", "--quiet", "-m", "two")
    (clone / "train.py").write_text("open('out.json', 'w').write('1')  # hunter2-hunter2\n")
    (clone / ".git" / "info" / "attributes").write_text("*.py filter=evil diff=evil\n")
    for name in ("core.fsmonitor", "diff.external", "filter.evil.clean", "diff.evil.textconv", "core.hooksPath"):
        git(clone, "config", name, "touch /work/evil")
    return clone


def test_the_code_in_a_container_is_told(clone: Path, tmp_path: Path) -> None:
    """Commit, patch without secrets, and fork point; nothing of the repository's configuration is run."""
    with container(engine.tiny_image(), "--network=none", "-w", "/work", "-e", "DEPLOY_TOKEN=hunter2-hunter2") as name:
        docker("cp", f"{clone}/.", f"{name}:/work")
        command = (
            "-m",
            "envprobe",
            "run",
            f"docker://{name}",
            "--no-benchmark",
            "--no-integrity",
            "--outputs",
            "out.json",
            "--output",
            "run.json",
            "--",
            "python3",
            "train.py",
        )
        done = subprocess.run(
            [sys.executable, *command], cwd=tmp_path, env={**os.environ}, capture_output=True, text=True, timeout=200
        )
        assert done.returncode == 0, done.stderr
        assert "evil" not in docker("exec", name, "ls", "/work")
    text = (tmp_path / "run.json").read_text()
    run: dict[str, Any] = json.loads(text)
    assert run["fingerprint"]["sections"]["code"]["known"]["commit"] == git(clone, "rev-parse", "HEAD")
    assert "+open('out.json', 'w').write('1')  # {scrubbed}\n" in run["patch"]["text"]
    assert (run["patch"]["upstream"], run["patch"]["fork_point"]) == ("origin/main", git(clone, "rev-parse", "HEAD~"))
    assert run["patch"]["digest"] == run["fingerprint"]["sections"]["code"]["known"]["dirty"]["digest"]
    assert "hunter2" not in text
