"""`envprobe up` and its neighbours, as far as no engine is needed; tests/real/test_standard.py has the rest."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ENVPROBE = [sys.executable, "-m", "envprobe"]
SHELLCHECK = Path(sys.executable).parent / "shellcheck"


def envprobe(folder: Path, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    environ = {**os.environ, "HOME": str(folder), "COLUMNS": "120", **variables}
    return subprocess.run([*ENVPROBE, *words], cwd=folder, env=environ, capture_output=True, text=True, timeout=60)


def _shellcheck(text: str) -> str:
    done = subprocess.run([SHELLCHECK, "--shell=sh", "-"], input=text, capture_output=True, text=True)
    return done.stdout


@pytest.mark.parametrize("form", ["docker", "script"])
@pytest.mark.parametrize("words", [(), ("--ssh",), ("--gpu",), ("tensorflow/tensorflow:2.9.0",)])
def test_shellcheck_has_nothing_against_what_is_printed(tmp_path: Path, form: str, words: tuple[str, ...]) -> None:
    """Lines for a shell are quoted as a shell wants them."""
    done = envprobe(tmp_path, "up", *words, "--print", form)
    assert done.returncode == 0, done.stderr
    assert _shellcheck(done.stdout if form == "script" else f"#!/bin/sh\n{done.stdout}") == ""


def test_a_dry_run_starts_nothing_and_needs_no_engine(tmp_path: Path) -> None:
    """It says what would be started, as a command line."""
    (tmp_path / "envprobe.toml").write_text('[environment]\nuser = "1000:1000"\n')
    done = envprobe(tmp_path, "up", "--dry-run", DOCKER_HOST="unix:///nowhere")
    assert done.returncode == 0 and "docker run --detach --init" in done.stdout
    assert "tensorflow/tensorflow:2.9.0-jupyter" in done.stdout
    assert not (tmp_path / ".local").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("up", "tensorflow/tensorflow:latest"), "write tensorflow/tensorflow:2.9.0-jupyter"),
        (("up", "--ssh", "--plain"), "give one of them"),
        (("up", "--print", "dockerfil"), "dockerfile"),
        (("up",), "no engine at unix:///nowhere"),
        (("down",), "no engine at unix:///nowhere"),
        (("status",), "there is no such socket"),
        (("logs",), "no engine"),
        (("shell", "--", "true"), "no engine"),
    ],
)
def test_what_cannot_be_done_is_2_with_the_way_out(tmp_path: Path, words: tuple[str, ...], said: str) -> None:
    """1 would mean that it runs and differs."""
    (tmp_path / "envprobe.toml").write_text('[environment]\nuser = "1000:1000"\n')
    done = envprobe(tmp_path, *words, DOCKER_HOST="unix:///nowhere")
    assert done.returncode == 2 and done.stdout == ""
    assert said in done.stderr


def test_an_engine_elsewhere_has_not_this_folder(tmp_path: Path) -> None:
    """A mount names a folder of the engine's machine."""
    (tmp_path / "envprobe.toml").write_text('[environment]\nuser = "1000:1000"\n')
    done = envprobe(tmp_path, "up", DOCKER_HOST="tcp://127.0.0.1:1")
    assert done.returncode == 2 and "on another machine" in done.stderr


def test_faults_of_the_settings_are_named_at_once(tmp_path: Path) -> None:
    """Each with its path."""
    (tmp_path / "envprobe.toml").write_text('[environment]\nuser = "ann"\nport = -1\n')
    done = envprobe(tmp_path, "up", "--dry-run")
    assert done.returncode == 2
    assert "environment.user" in done.stderr.replace(": user", ".user") and "port: -1" in done.stderr
