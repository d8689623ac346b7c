"""What of the code is in no commit, told without git: held against git itself."""

from __future__ import annotations

import random
import shutil
import time
from pathlib import Path
from typing import Any

import pytest

from envprobe import redaction
from probes.collectors.code import collect as code
from probes.fact import Section
from probes.githistory import fork_point
from probes.gitrepository import find

from .fake import FakeHost
from .test_code import git, repository

__all__ = ["repository"]
pytestmark = pytest.mark.usefixtures("git_is_here")


def told(folder: Path, **environ: str) -> dict[str, Any]:
    """Return what the collector tells beside the facts."""
    section, host = Section(), FakeHost()
    host.environ = environ
    code(host, section, {"code": str(folder), "patch": True})
    found: dict[str, Any] = section.context["patch"]
    return found


def tree(folder: Path) -> dict[str, Any]:
    """Return the files of a working tree: link targets, or contents and whether they may be run."""
    files = {
        path: path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if ".git" not in path.parts and (path.is_symlink() or path.is_file())
    }
    return {
        name: str(path.readlink()) if path.is_symlink() else (path.read_bytes(), bool(path.stat().st_mode & 0o100))
        for path, name in files.items()
    }


def test_git_makes_the_same_tree_of_it(repository: Path, tmp_path: Path) -> None:
    """Every kind of change: git applies the text to the commit, and has the working tree."""
    (repository / "train.py").write_text("print(0)\n" + "print(1)\n" * 199 + "print(3)")
    (repository / "package" / "model.py").unlink()
    (repository / "run.sh").write_text("#!/bin/sh\n\x0cls\r\n")
    (repository / "package-x").chmod(0o755)
    (repository / "link").unlink()
    (repository / "link").symlink_to("run.sh")
    (repository / "new.py").write_text("pass\n")
    git(repository, "add", "new.py")
    found = told(repository)
    assert found["whole"]
    git(tmp_path, "clone", "--quiet", str(repository), "clone")
    (tmp_path / "patch").write_text(found["text"], newline="")
    git(tmp_path / "clone", "apply", str(tmp_path / "patch"))
    assert tree(tmp_path / "clone") == tree(repository)


def test_a_clean_tree_has_none(repository: Path) -> None:
    """Nothing differs, and the branch follows none."""
    assert told(repository) == {"text": "", "whole": True}


def test_secrets_stay_where_they_are(repository: Path) -> None:
    """The value of a variable that is named like a secret does not leave the target in a patch either."""
    (repository / "train.py").write_text("login('hunter2-hunter2')\n")
    found = told(repository, WANDB_API_KEY="hunter2-hunter2")
    assert "hunter2" not in found["text"]
    assert "+login('{scrubbed}')" in found["text"]


def test_no_line_of_a_secret_leaves(repository: Path) -> None:
    """A secret of several lines is taken out of a patch too, where a sign stands before each of them."""
    (repository / "train.py").write_text("key = '''first-of-two\nsecond-of-two\n'''\n")
    found = told(repository, DEPLOY_KEY="first-of-two\nsecond-of-two")
    assert "of-two" not in found["text"]
    patch = "+key = '''first-of-two\n+second-of-two\n"
    assert "of-two" not in redaction.redact(patch, {"DEPLOY_KEY": "first-of-two\nsecond-of-two"})


def test_no_part_of_a_secret_stays_where_a_patch_is_cut(repository: Path) -> None:
    """A secret across the end of a patch that is too long is not cut into a part that nobody recognises."""
    (repository / "train.py").write_text("print(1)\n" * 100 + "hunter2-" * 9000)
    found = told(repository, WANDB_API_KEY="hunter2-" * 9000)
    assert found["whole"] is False
    assert "-print(2)\n" in found["text"]
    assert "hunter2" not in found["text"]


def test_a_patch_stays_within_its_tree(repository: Path, tmp_path: Path) -> None:
    """What lies behind a folder that became a link is told as deleted, as git does: no file elsewhere is read."""
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "model.py").write_text("of somebody else\n")
    shutil.rmtree(repository / "package")
    (repository / "package").symlink_to(tmp_path / "elsewhere")
    found = told(repository)["text"]
    assert "diff --git a/package/model.py b/package/model.py\ndeleted file mode 100644\n" in found
    assert "somebody else" not in found


def test_what_cannot_be_shown_is_named(repository: Path) -> None:
    """Binary files and large ones are told by name; a long patch is cut and says so."""
    (repository / "train.py").write_bytes(b"\0" * 100)
    (repository / "package-x").write_text("line\n" * 100_000)
    found = told(repository)["text"]
    assert "train.py\nBinary files differ\n" in found
    assert "package-x\nFiles of more than 262144 bytes differ\n" in found
    (repository / "train.py").write_text("".join(f"print({number})\n" for number in range(9000)))
    assert told(repository)["whole"] is False


def test_the_fork_point_is_gits(repository: Path, tmp_path: Path) -> None:
    """A clone that went on while its upstream went on too."""
    git(tmp_path, "clone", "--quiet", str(repository), "clone")
    fork = git(repository, "rev-parse", "HEAD")
    for folder in (repository, tmp_path / "clone"):
        (folder / "train.py").write_text(str(folder))
        git(folder, "commit", "--quiet", "-am", "on")
    git(tmp_path / "clone", "fetch", "--quiet")
    found = told(tmp_path / "clone")
    assert (found["upstream"], found["fork_point"]) == ("origin/trunk", fork)
    git(repository, "switch", "--quiet", "--track", "-c", "side", "trunk")
    assert told(repository)["upstream"] == "trunk"


def test_a_shallow_clone_says_so(repository: Path, tmp_path: Path) -> None:
    """History that is not here is no fork point."""
    git(tmp_path, "clone", "--quiet", "--depth=1", f"file://{repository}", "clone")
    (tmp_path / "clone" / "train.py").write_text("")
    git(tmp_path / "clone", "commit", "--quiet", "-am", "on")
    (repository / "train.py").write_text("other")
    git(repository, "commit", "--quiet", "-am", "on")
    git(tmp_path / "clone", "fetch", "--quiet", "--depth=1")
    assert "shallow" in told(tmp_path / "clone")["fork_reason"]


@pytest.mark.parametrize("seed", range(6))
def test_any_history_has_gits_merge_base(seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Random histories with merges, by clocks that stand still or go back."""
    git(tmp_path, "init", "--quiet")
    draw, empty = random.Random(seed), git(tmp_path, "hash-object", "-t", "tree", "-w", "/dev/null")
    commits: list[str] = []
    for number in range(24):
        parents = draw.sample(commits, min(len(commits), draw.choice([1, 1, 1, 2])))
        arguments = [word for parent in parents for word in ("-p", parent)]
        monkeypatch.setenv("GIT_COMMITTER_DATE", f"{1_700_000_000 + draw.choice([0, 0, number, -number])} +0000")
        commits.append(git(tmp_path, "commit-tree", empty, "-m", str(number), *arguments))
    repository = find(str(tmp_path))
    for _ in range(12):
        ours, theirs = draw.choice(commits), draw.choice(commits)
        expected = git(tmp_path, "merge-base", "--all", ours, theirs).split()
        assert fork_point(repository.objects, ours, theirs, time.monotonic() + 20) in expected
