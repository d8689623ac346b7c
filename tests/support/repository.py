"""A git repository for tests, with the sample's baseline and a fingerprint that differs from it."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from envprobe.baseline import Baseline, to_json
from envprobe.fingerprint import to_json as fingerprint_json
from tests.support.sample import fingerprint

WHO = {
    f"GIT_{role}_{what}": value for role in ("AUTHOR", "COMMITTER") for what, value in (("NAME", "t"), ("EMAIL", "t@x.invalid"))
}
ALONE = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
SETTINGS = 'baseline = "tf"\ntarget = "file://drifted.json"\n'
LOOSE = SETTINGS + '[policy]\n"packages.numpy.*" = "ignore"\n'


def git(folder: Path, *arguments: str) -> str:
    """Run git as nobody in particular and return what it says."""
    return subprocess.run(
        ["git", *arguments], cwd=folder, env={**os.environ, **WHO, **ALONE}, check=True, capture_output=True, text=True
    ).stdout.strip()


def commit(folder: Path) -> str:
    """Commit all that is there and return the commit's name."""
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "change")
    return git(folder, "rev-parse", "HEAD")


def make_repository(folder: Path) -> str:
    """Make a repository on the branch `main` whose check differs, and return its commit."""
    git(folder, "init", "--quiet", "--initial-branch", "main")
    (folder / "baselines").mkdir()
    (folder / "baselines" / "tf.json").write_bytes(to_json(Baseline(name="tf", kind="recorded", fingerprint=fingerprint())))
    (folder / "drifted.json").write_bytes(fingerprint_json(fingerprint({"packages.numpy.version": "1.23.5"})))
    (folder / "envprobe.toml").write_text(SETTINGS)
    return commit(folder)
