"""The state of the code: real repositories made by git, read without git."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import struct
import subprocess
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.collectors.code import collect as code
from probes.gitindex import read_index
from probes.worktree import LFS_POINTER

from .fake import FakeHost, facts

pytestmark = pytest.mark.usefixtures("git_is_here")
QUIET = {
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_CONFIG_SYSTEM": "/dev/null",
    "GIT_AUTHOR_NAME": "a",
    "GIT_AUTHOR_EMAIL": "a@b",
    "GIT_COMMITTER_NAME": "a",
    "GIT_COMMITTER_EMAIL": "a@b",
}


def git(folder: Path, *arguments: str) -> str:
    environ = {**os.environ, **QUIET}
    done = subprocess.run(["git", *arguments], cwd=folder, env=environ, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def look(folder: Path) -> dict[str, Any]:
    return facts(code, FakeHost(), code=str(folder))


def dirty_names(folder: Path) -> list[str]:
    document = look(folder)
    assert document["unknown"] == {}
    return [] if "dirty" in document["absent"] else document["known"]["dirty"]["names"]


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository of two commits with files, a folder, a link and a script."""
    folder = tmp_path / "code"
    (folder / "package").mkdir(parents=True)
    git(folder, "init", "--quiet", "--initial-branch=trunk")
    (folder / "train.py").write_text("print(1)\n" * 200)
    (folder / "package" / "model.py").write_text("layers = 3\n")
    (folder / "package-x").write_text("sorts between package and package/\n")
    (folder / "run.sh").write_text("#!/bin/sh\n")
    (folder / "run.sh").chmod(0o755)
    (folder / "link").symlink_to("train.py")
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "-m", "first")
    (folder / "train.py").write_text("print(1)\n" * 200 + "print(2)\n")
    git(folder, "commit", "--quiet", "-am", "second")
    return folder


def test_a_clean_tree(repository: Path) -> None:
    """Commit and branch are git's own, and nothing is dirty."""
    document = look(repository)
    assert document["known"] == {"commit": git(repository, "rev-parse", "HEAD"), "branch": "trunk"}
    assert document["absent"] == ["dirty"]
    assert look(repository / "package") == document


@pytest.mark.parametrize(
    "kind", ["content", "mode", "deleted", "link", "link to file", "staged", "staged and back", "removed", "added"]
)
def test_every_kind_of_change_is_seen(repository: Path, kind: str) -> None:
    """Whatever differs from the commit is named, in the working tree or only in the index."""
    file = repository / "package" / "model.py"
    name = "package/model.py"
    if kind in ("content", "staged", "staged and back"):
        file.write_text("layers = 4\n")
    if kind in ("staged", "staged and back"):
        git(repository, "add", ".")
    if kind == "staged and back":
        file.write_text("layers = 3\n")
    if kind == "mode":
        file.chmod(0o755)
    if kind == "deleted":
        file.unlink()
    if kind == "removed":
        git(repository, "rm", "--quiet", "--cached", name)
    if kind == "added":
        (repository / "new.py").write_text("")
        git(repository, "add", "new.py")
        name = "new.py"
    if kind == "link":
        (repository / "link").unlink()
        (repository / "link").symlink_to("run.sh")
        name = "link"
    if kind == "link to file":
        (repository / "link").unlink()
        (repository / "link").write_text("train.py")
        name = "link"
    assert dirty_names(repository) == [name]


def test_a_change_within_the_same_second_and_size_is_seen(repository: Path) -> None:
    """Size and time alone would call this clean: git looked in the second in which the file was written."""
    file = repository / "package" / "model.py"
    before = file.stat()
    file.write_text("layers = 9\n")
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    index = repository / ".git" / "index"
    os.utime(index, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert dirty_names(repository) == ["package/model.py"]


def test_the_digest_is_of_the_change(repository: Path) -> None:
    """Two people with the same uncommitted change have the same digest, and none of its content is recorded (trap 41)."""

    def digest(text: str) -> dict[str, Any]:
        (repository / "train.py").write_text(text)
        return look(repository)["known"]["dirty"]  # type: ignore[no-any-return]

    first, other, again = digest("password = 1\n"), digest("password = 2\n"), digest("password = 1\n")
    assert first == again != other
    assert "password" not in str(first)


def test_a_copied_or_touched_tree_is_clean(repository: Path, tmp_path: Path) -> None:
    """COPY into an image changes every time stamp and no content."""
    shutil.copytree(repository, tmp_path / "copy", symlinks=True, copy_function=shutil.copy)
    assert dirty_names(tmp_path / "copy") == []


@pytest.mark.parametrize(
    "how",
    [
        ["gc", "--quiet", "--aggressive"],
        ["pack-refs", "--all"],
        ["update-index", "--index-version", "4"],
        ["checkout", "--quiet", "--detach"],
    ],
)
def test_other_ways_of_storing_the_same(repository: Path, how: list[str]) -> None:
    """Packs with deltas, packed references, an index of version 4, a detached HEAD: the commit and the change are the same."""
    commit = git(repository, "rev-parse", "HEAD")
    git(repository, *how)
    (repository / "run.sh").write_text("#!/bin/sh\nexit\n")
    git(repository, "add", "run.sh")
    document = look(repository)
    assert document["known"]["commit"] == commit
    assert document["known"]["dirty"]["names"] == ["run.sh"]
    assert document["known"].get("branch") == (None if "--detach" in how else "trunk")


def test_worktrees_and_submodules_are_found_through_their_files(repository: Path, tmp_path: Path) -> None:
    """There `.git` is a file that names a folder elsewhere."""
    git(repository, "worktree", "add", "--quiet", "-b", "side", str(tmp_path / "side"))
    document = look(tmp_path / "side")
    assert (document["known"]["branch"], document["absent"]) == ("side", ["dirty"])


def test_trap_40_nothing_of_a_foreign_repository_is_run(repository: Path, tmp_path: Path) -> None:
    """fsmonitor, hooks, filters, textconv and external diffs of a repository's own configuration stay text."""
    witness = tmp_path / "witness"
    script = tmp_path / "evil"
    script.write_text(f"#!/bin/sh\ntouch {witness}\ncat\n")
    script.chmod(0o755)
    for name in (
        "core.fsmonitor",
        "core.sshCommand",
        "diff.external",
        "filter.evil.clean",
        "filter.evil.process",
        "diff.evil.textconv",
        "core.alternateRefsCommand",
        "core.pager",
    ):
        git(repository, "config", name, str(script))
    (repository / ".git" / "info").mkdir(exist_ok=True)
    (repository / ".git" / "info" / "attributes").write_text("* filter=evil diff=evil\n")
    for hook in ("post-index-change", "fsmonitor-watchman", "pre-commit"):
        (repository / ".git" / "hooks").mkdir(exist_ok=True)
        shutil.copy(script, repository / ".git" / "hooks" / hook)
    (repository / "train.py").write_text("changed\n")
    assert dirty_names(repository) == ["train.py"]
    assert not witness.exists()


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root can give a folder away")
def test_a_repository_of_another_owner_is_read(repository: Path) -> None:
    """git refuses it (safe.directory); a mounted checkout in a container is of another owner nearly always."""
    for path in (repository, repository / ".git"):
        os.chown(path, 65534, 65534)
    refused = subprocess.run(["git", "status"], cwd=repository, env={**os.environ, **QUIET}, capture_output=True, text=True)
    assert "dubious ownership" in refused.stderr
    assert dirty_names(repository) == []


def test_line_ends_and_lfs_pointers_are_no_change(repository: Path) -> None:
    """git stores another text than lies in the tree; content that it would store alike is not dirty."""
    big = b"weights" * 100
    pointer = LFS_POINTER % (hashlib.sha256(big).hexdigest().encode(), len(big))
    (repository / "model.bin").write_bytes(pointer)
    git(repository, "add", "model.bin")
    git(repository, "commit", "--quiet", "-m", "large file")
    (repository / "model.bin").write_bytes(big)
    (repository / "train.py").write_bytes((repository / "train.py").read_bytes().replace(b"\n", b"\r\n"))
    assert dirty_names(repository) == []


def test_a_shallow_clone_knows_its_commit(repository: Path, tmp_path: Path) -> None:
    """History is not needed to compare with HEAD."""
    git(tmp_path, "clone", "--quiet", "--depth=1", f"file://{repository}", "shallow")
    (tmp_path / "shallow" / "train.py").unlink()
    assert dirty_names(tmp_path / "shallow") == ["train.py"]


def test_before_the_first_commit(tmp_path: Path) -> None:
    """A branch without a commit has nothing to differ from."""
    git(tmp_path, "init", "--quiet", "--initial-branch=trunk")
    document = look(tmp_path)
    assert (document["known"], document["absent"]) == ({"branch": "trunk"}, ["commit"])
    assert "no commit yet" in document["unknown"]["dirty"]


def test_no_repository_is_absent_and_no_folder_is_unknown(tmp_path: Path) -> None:
    """Code outside version control has no commit; a folder that is not there was not looked at."""
    assert look(tmp_path)["absent"] == ["branch", "commit", "dirty"]
    assert "no folder" in look(tmp_path / "nothing")["unknown"]["*"]
    assert facts(code, FakeHost()) == {"known": {}, "absent": [], "unknown": {}}


@pytest.mark.parametrize("how", ["split", "sha256", "unmerged", "damaged index", "lost object", "odd HEAD"])
def test_what_is_not_understood_is_unknown(repository: Path, how: str) -> None:
    """A format that is not read, or damage, is a reason; it never passes as clean."""
    if how == "split":
        git(repository, "update-index", "--split-index")
    elif how == "sha256":
        shutil.rmtree(repository / ".git")
        git(repository, "init", "--quiet", "--object-format=sha256")
        git(repository, "add", ".")
        git(repository, "commit", "--quiet", "-m", "first")
    elif how == "unmerged":
        git(repository, "checkout", "--quiet", "-b", "other", "HEAD~1")
        (repository / "train.py").write_text("other\n")
        git(repository, "commit", "--quiet", "-am", "other")
        subprocess.run(["git", "merge", "trunk"], cwd=repository, env={**os.environ, **QUIET}, capture_output=True)
    elif how == "damaged index":
        index = repository / ".git" / "index"
        index.write_bytes(index.read_bytes()[:-30])
    elif how == "lost object":
        commit = git(repository, "rev-parse", "HEAD")
        (repository / ".git" / "objects" / commit[:2] / commit[2:]).unlink()
    else:
        (repository / ".git" / "HEAD").write_text("ref: ../../../etc/passwd\n")
    document = look(repository)
    assert set(document["unknown"]) <= {"dirty", "*"} and document["unknown"]
    assert "dirty" not in document["absent"] and "dirty" not in document["known"]


@given(st.binary(max_size=200), st.integers(0, 5), st.integers(0, 3))
def test_any_bytes_are_an_index_or_refused(body: bytes, version: int, count: int) -> None:
    """A hostile index ends in an error that the collector knows."""
    data = b"DIRC" + struct.pack(">II", version, count) + body
    with contextlib.suppress(ValueError, IndexError, struct.error):
        read_index(data + hashlib.sha1(data).digest())
