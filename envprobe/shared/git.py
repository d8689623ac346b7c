"""`git+ssh://HOST/REPOSITORY#PATH`, `git+https://…`, `git+file:///…`: a file of a branch, `#PATH@BRANCH`, through git itself."""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..error import StoreError

PLACE = re.compile(r"git\+(?P<remote>(?:https|ssh|file)://[^#\s]+)#(?P<path>[^@\s]+)(?:@(?P<branch>[\w][\w./-]{0,199}))?")
TIMEOUT_S = 120
SAFE = ("-c", "core.hooksPath=/dev/null", "-c", "core.symlinks=false", "-c", "protocol.ext.allow=never")


def fetch(url: str, limit_bytes: int) -> bytes:
    """Return a file of a branch; only its newest commit is fetched, and nothing of it is run."""
    remote, path, branch = _place(url)
    with _clone(remote, branch, url) as folder:
        size = _git(folder, "cat-file", "-s", f"HEAD:{path}")  # asked first: it is taken into memory whole
        if size.returncode:
            raise StoreError(f"{url}: there is no such file in the branch", "look at the path behind #")
        if int(size.stdout) > limit_bytes:
            raise StoreError(f"{url}: more than {limit_bytes:,} bytes, which is as much as is read", "look at the path behind #")
        return _require(_git(folder, "cat-file", "blob", f"HEAD:{path}"), url)


def put(url: str, data: bytes, *, replace: bool) -> None:
    """Commit a file to a branch and push it. Where somebody pushed meanwhile, nothing is changed, and that is the error."""
    remote, path, branch = _place(url)
    with _clone(remote, branch, url) as folder:
        if _git(folder, "cat-file", "-e", f"HEAD:{path}").returncode == 0 and not replace:
            raise StoreError(f"{url}: exists already", "nothing was changed; replace it with --update")
        made = _require(_git(folder, "hash-object", "-w", "--stdin", data=data), url).decode().strip()
        _require(_git(folder, "read-tree", "HEAD"), url)
        _require(_git(folder, "update-index", "--add", "--cacheinfo", f"100644,{made},{path}"), url)
        tree = _require(_git(folder, "write-tree"), url).decode().strip()
        words = ("commit-tree", tree, "-p", "HEAD", "-m", f"Record {Path(path).name}")
        commit = _require(_git(folder, *words), url).decode().strip()
        head = _require(_git(folder, "rev-parse", "--abbrev-ref", "HEAD"), url).decode().strip()
        pushed = _git(folder, "push", "--quiet", "origin", f"{commit}:refs/heads/{head}")
        if pushed.returncode:
            raise StoreError(f"{url}: cannot be pushed: {_last(pushed)}", "nothing was changed; did somebody push meanwhile?")


def exists(url: str) -> bool:
    """Tell whether a branch has a file."""
    remote, path, branch = _place(url)
    with _clone(remote, branch, url) as folder:
        return _git(folder, "cat-file", "-e", f"HEAD:{path}").returncode == 0


def _place(url: str) -> tuple[str, str, str]:
    place = PLACE.fullmatch(url)
    if place is None or ".." in place["path"].split("/") or place["path"].startswith(("/", "-", ".git/")):
        raise StoreError(
            f"{url}: names no file of a repository", "write git+ssh://HOST/REPOSITORY.git#baselines/NAME.json@BRANCH"
        )
    return place["remote"], place["path"], place["branch"] or ""


@contextmanager
def _clone(remote: str, branch: str, url: str) -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="envprobe-") as folder:
        chosen = ("--branch", branch) if branch else ()
        words = ("clone", "--quiet", "--depth=1", "--no-checkout", "--no-tags", *chosen, "--", remote, folder)
        cloned = _git(folder, *words)
        if cloned.returncode:
            raise StoreError(
                f"{url}: git cannot fetch it: {_last(cloned)}", "try by hand: git ls-remote, with the remote before #"
            )
        yield folder


def _git(folder: str, *words: str, data: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_") or name.startswith("GIT_SSH")}
    environment |= {"GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C", "GIT_ALLOW_PROTOCOL": "https:ssh:file"}
    try:
        return subprocess.run(
            ["git", *SAFE, *words], cwd=folder, input=data, capture_output=True, env=environment, timeout=TIMEOUT_S, check=False
        )
    except FileNotFoundError:
        raise StoreError("there is no git on this machine", "install git") from None
    except subprocess.TimeoutExpired:
        raise StoreError(f"git {words[0]} gave no answer in {TIMEOUT_S} s", "can the remote be reached?") from None


def _require(done: subprocess.CompletedProcess[bytes], url: str) -> bytes:
    if done.returncode:
        raise StoreError(f"{url}: git: {_last(done)}", "is your name known to git? git config --global user.name NAME")
    return done.stdout


def _last(done: subprocess.CompletedProcess[bytes]) -> str:
    rows = done.stderr.decode("utf-8", "backslashreplace").strip().splitlines()
    return next(
        (row for row in reversed(rows) if row.startswith(("fatal:", "error:", "! [")) or "rejected" in row),
        rows[-1] if rows else "no reason given",
    )
