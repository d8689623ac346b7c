"""The files that CI systems read from this repository: their scripts, and a runner's folder in which they can be run here."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
ACTION = ROOT / "action.yml"
GITLAB = ROOT / "ci" / "gitlab.yml"
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


def read(path: Path) -> dict[str, Any]:
    """Return a YAML file."""
    value: dict[str, Any] = yaml.safe_load(path.read_text("utf-8"))
    return value


def step(name: str) -> dict[str, Any]:
    """Return a step of the action."""
    found: dict[str, Any] = next(one for one in read(ACTION)["runs"]["steps"] if one["name"] == name)
    return found


def put_envprobe(folder: Path) -> None:
    """Make what installing leaves: this interpreter's envprobe in `bin/`, without a network."""
    (folder / "bin").mkdir(parents=True)
    scripts = {
        "envprobe": f"#!{sys.executable}\nimport sys\nfrom envprobe.__main__ import run\nsys.exit(run())\n",
        "python": f'#!/bin/sh\nexec {shlex.quote(sys.executable)} "$@"\n',
    }
    for name, text in scripts.items():
        script = folder / "bin" / name
        script.write_text(text)
        script.chmod(0o755)


def run(script: str, folder: Path, shell: tuple[str, ...], **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a script in a folder, as a runner does: with its shell, and with variables for all that varies."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith(("GITHUB_", "CI_"))}
    environment = {**ours, "PYTHONPATH": str(ROOT), "COLUMNS": "80", **variables}
    return subprocess.run([*shell, script], cwd=folder, env=environment, capture_output=True, text=True, check=False)
