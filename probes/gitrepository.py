"""Find a folder's git repository and what its HEAD is, by hand; see gitobject.py for why."""

import os

LIMIT_BYTES = 1 << 16
LINKS = 5


class Repository:
    """Where a working tree's parts lie: `folder` its own .git, `common` what worktrees share, `top` the tree itself."""

    def __init__(self, top, folder):
        self.top, self.folder = top, folder
        shared = _first_line(os.path.join(folder, "commondir"))
        self.common = os.path.normpath(os.path.join(folder, shared)) if shared else folder
        self.objects = os.path.join(self.common, "objects")


def find(path):
    """Return the Repository that a folder lies in, or None."""
    top = os.path.realpath(path)
    while True:
        git = os.path.join(top, ".git")
        if os.path.isdir(git):
            return Repository(top, git)
        named = _first_line(git)  # a worktree or a submodule: `gitdir: PATH`
        if named.startswith("gitdir: "):
            return Repository(top, os.path.normpath(os.path.join(top, named[len("gitdir: ") :])))
        if top == os.path.dirname(top):
            return None
        top = os.path.dirname(top)


def head(repository):
    """Return (branch or "", commit or ""): no branch on a detached HEAD, no commit before the first. Raises ValueError."""
    value, branch = _first_line(os.path.join(repository.folder, "HEAD")), ""
    for _ in range(LINKS):
        if not value.startswith("ref: "):
            break
        name = value[len("ref: ") :]
        branch = branch or (name[len("refs/heads/") :] if name.startswith("refs/heads/") else "")
        value = reference(repository, name)
    if value and (len(value) != 40 or value.strip("0123456789abcdef")):
        raise ValueError("HEAD leads to %r, which is no SHA-1 name" % value[:80])
    return branch, value


def reference(repository, name):
    """Return a reference's value, loose before packed, or an empty string where it does not exist yet."""
    if not name.startswith("refs/") or ".." in name:
        raise ValueError("HEAD names %r" % name[:80])
    for folder in (repository.folder, repository.common):
        value = _first_line(os.path.join(folder, name))
        if value:
            return value
    try:
        with open(os.path.join(repository.common, "packed-refs"), encoding="utf-8", errors="replace") as stream:
            return next((line[:40] for line in stream if line[41:].rstrip("\n") == name), "")
    except FileNotFoundError:
        return ""


def _first_line(path):
    try:
        with open(path, "rb") as stream:
            return stream.read(LIMIT_BYTES).split(b"\n")[0].decode("utf-8", "replace").strip()
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return ""
