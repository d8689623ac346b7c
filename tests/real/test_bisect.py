"""Which difference changes an experiment: searched for in copies of a real container, and on this machine."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.real.guest import container, docker
from tests.support import engine

pytestmark = pytest.mark.real

TRAIN = """
import json, os
threads = os.environ.get("OMP_NUM_THREADS")
if os.environ.get("FLAKY"):
    open("metrics.json", "w").write(json.dumps({"accuracy": int.from_bytes(os.urandom(6), "big")}))
else:
    open("metrics.json", "w").write(json.dumps({"accuracy": 0.5 if threads == "3" else 0.9}))
"""
COMMAND = ("--outputs", "metrics.json", "--", "python3", "train.py")


def envprobe(folder: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "XDG_CACHE_HOME": str(folder / "cache"), **variables}
    command = [sys.executable, "-m", "envprobe", *arguments]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=200)


def bisected(folder: Path, *arguments: str, **variables: str) -> tuple[int, dict[str, Any], str]:
    done = envprobe(folder, "bisect", *arguments, **variables)
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout), done.stderr


def test_the_one_of_two_differences_that_acts_is_found_in_copies_of_a_container(tmp_path: Path) -> None:
    """The plan is said first, the other difference is not named, and the container and its files are as they were."""
    (tmp_path / "train.py").write_text(TRAIN)
    image = engine.tiny_image()
    with container(image, "--network=none", "-w", "/tmp") as good:
        docker("cp", str(tmp_path / "train.py"), f"{good}:/tmp/train.py")
        options = ("--no-benchmark", "--no-integrity", "--output", "good.json")
        done = envprobe(tmp_path, "run", f"docker://{good}", *options, *COMMAND)
        assert done.returncode == 0, done.stderr
    variables = ("-e", "OMP_NUM_THREADS=3", "-e", "TF_ENABLE_ONEDNN_OPTS=0")
    with container(image, "--network=none", "-w", "/tmp", *variables) as other:
        docker("cp", str(tmp_path / "train.py"), f"{other}:/tmp/train.py")
        changed = docker("diff", other)
        status, found, plan = bisected(tmp_path, f"docker://{other}", "--baseline", "good.json", "--format", "json", *COMMAND)
        assert docker("diff", other) == changed
    assert (status, found["verdict"], found["minimal"]) == (0, "found", ["environment.OMP_NUM_THREADS"])
    assert found["runs"] <= 2 + 1 + 2
    assert "unset TF_ENABLE_ONEDNN_OPTS" in plan


def test_what_the_target_sets_again_is_not_called_without_effect(tmp_path: Path) -> None:
    """A start-up file sets the variable that acts, in copies too: it stands among what was not tried, with the reason."""
    (tmp_path / "train.py").write_text(TRAIN)
    (tmp_path / "site").mkdir()
    start = "import os\nif os.path.exists('threads'):\n    os.environ['OMP_NUM_THREADS'] = '3'\n"
    (tmp_path / "site/sitecustomize.py").write_text(start)
    path = {"PYTHONPATH": str(tmp_path / "site")}
    run = ("run", "--no-benchmark", "--no-integrity", "--output", "good.json", *COMMAND)
    assert envprobe(tmp_path, *run, **path).returncode == 0
    (tmp_path / "threads").touch()
    options = ("--baseline", "good.json", "--format", "json", *COMMAND)
    status, found, _ = bisected(tmp_path, *options, **path, TF_ENABLE_ONEDNN_OPTS="0")
    assert (status, found["minimal"]) == (1, [])
    why = {path: one["why"] for one in found["not_taken_away"] for path in one["paths"]}
    assert "something in the target sets it again" in why["environment.OMP_NUM_THREADS"]


def test_a_command_that_fails_everywhere_is_not_blamed_on_a_difference(tmp_path: Path) -> None:
    """Its exit status stands in the answer, and a file of other answers is refused before anything is run."""
    (tmp_path / "train.py").write_text(TRAIN)
    assert envprobe(tmp_path, "run", "--no-benchmark", "--no-integrity", "--output", "good.json", *COMMAND).returncode == 0
    options = ("--baseline", "good.json", "--outputs", "metrics.json")
    wrong = ("--format", "json", "--", "python3", "nothing.py")
    status, found, _ = bisected(tmp_path, *options, *wrong, OMP_NUM_THREADS="3")
    assert (status, found["minimal"]) == (1, [])
    assert "none of the differences" in found["why"] and "exit status 2" in found["why"]
    (tmp_path / "junk.json").write_text("junk")
    refused = envprobe(tmp_path, "bisect", *options, "--resume", "junk.json", *wrong)
    assert refused.returncode == 2 and "not the answers of a bisection" in refused.stderr


def test_on_this_machine_answers_are_kept_and_a_flaky_outcome_is_said(tmp_path: Path) -> None:
    """A second search takes its answers from the file; where the outcome is not stable, nothing is searched."""
    (tmp_path / "train.py").write_text(TRAIN)
    run = ("run", "--no-benchmark", "--no-integrity", "--output", "good.json", *COMMAND)
    assert envprobe(tmp_path, *run).returncode == 0
    acting = {"OMP_NUM_THREADS": "3", "TF_ENABLE_ONEDNN_OPTS": "0"}
    options = ("--baseline", "good.json", "--format", "json", "--resume", "answers.json", *COMMAND)
    first, again = (bisected(tmp_path, *options, **acting) for _ in range(2))
    assert first[0] == again[0] == 0
    assert first[1]["minimal"] == again[1]["minimal"] == ["environment.OMP_NUM_THREADS"]
    assert (again[1]["runs"], again[1]["kept"]) == (2, first[1]["runs"] - 2)
    status, found, _ = bisected(tmp_path, *options, **acting, FLAKY="1")
    assert (status, found["verdict"], found["is_undecided"], found["runs"]) == (2, "unresolved", True, 2)
    assert "--repeat" in found["why"]


SCALED = """
import json, lib
json.dump({"accuracy": sum(map(float, open("data.csv"))) * lib.FACTOR}, open("metrics.json", "w"))
"""
HERE = ("--outputs", "metrics.json", "--", sys.executable, "train.py")


def git(folder: Path, *words: str) -> None:
    names = ("-c", "user.name=a", "-c", "user.email=a@example.org")
    subprocess.run(["git", *names, *words], cwd=folder, check=True, capture_output=True)


def committed(folder: Path, message: str, **files: str) -> None:
    for name, text in files.items():
        (folder / name).with_suffix(".csv" if name == "data" else ".py").write_text(text)
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", message)


def recorded(folder: Path) -> None:
    git(folder, "init", "--quiet")
    (folder / ".gitignore").write_text("metrics.json\ngood.json\ncache\n__pycache__\n")
    committed(folder, "first", train=SCALED, lib="FACTOR = 1\n", data="1\n2\n")
    done = envprobe(folder, "run", "--no-benchmark", "--no-integrity", "--output", "good.json", *HERE)
    assert done.returncode == 0, done.stderr


def test_the_commit_that_changes_the_outcome_is_named(tmp_path: Path) -> None:
    """Of six commits since the recorded one the fourth acts; a variable that differs does not, and the folder stays as it is."""
    recorded(tmp_path)
    for step in range(6):
        committed(tmp_path, f"change {step}", train=f"{SCALED}# {step}\n", lib=f"FACTOR = {1 + (step >= 3)}\n")
    options = ("--baseline", "good.json", "--format", "json", *HERE)
    status, found, plan = bisected(tmp_path, *options, TF_ENABLE_ONEDNN_OPTS="0")
    assert (status, found["minimal"]) == (0, ["code.commit"])
    assert [commit.partition(" ")[2] for commit in found["commits"]] == ["change 3"]
    assert found["runs"] <= 2 + 3 + 3
    assert "the code of" in plan
    git(tmp_path, "diff", "--exit-code", "HEAD")


def test_a_commit_that_does_not_run_is_skipped(tmp_path: Path) -> None:
    """The outcome changed somewhere among commits that fail: all of them are named, and nothing narrower."""
    recorded(tmp_path)
    for name, text in (("broken", "("), ("other", "FACTOR = 2\n("), ("mended", "FACTOR = 2\n"), ("later", "FACTOR = 2.0\n")):
        committed(tmp_path, name, lib=text)
    status, found, _ = bisected(tmp_path, "--baseline", "good.json", "--format", "json", *HERE)
    assert (status, [commit.partition(" ")[2] for commit in found["commits"]]) == (0, ["broken", "other", "mended"])


def test_a_changed_data_file_is_told_from_a_changed_program(tmp_path: Path) -> None:
    """Nothing is committed: each file is a difference of its own, against the commit and against a folder that is named."""
    here, good = tmp_path / "here", tmp_path / "good"
    here.mkdir()
    recorded(here)
    shutil.copytree(here, good)
    (here / "data.csv").write_text("1\n3\n")
    (here / "train.py").write_text(SCALED + "# decoy\n")
    for options in ((), ("--good", str(good))):
        status, found, _ = bisected(here, "--baseline", "good.json", *options, "--format", "json", *HERE)
        assert (status, found["minimal"], found["commits"]) == (0, ["files.data.csv"], [])
        assert (here / "data.csv").read_text() == "1\n3\n"
    done = envprobe(here, "bisect", "--baseline", "good.json", "--good", "nosuch", *HERE)
    assert (done.returncode, "no folder, and no commit here" in done.stderr) == (2, True)
