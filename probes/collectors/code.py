"""The state of the code: commit, branch, and what differs from the commit. Read by hand; git itself is never run here.

git would run what a foreign repository's configuration says (core.fsmonitor, filters, textconv), refuse a folder of another
owner (safe.directory), and most images hold no git. What reads its files is imported where a folder was asked for: to compile it
takes longer than most collectors run.
"""

import hashlib
import struct
import time
import zlib

from ..redaction import redact, secret_values

TIME_LIMIT_S = 20
SHOWN = 50
DAMAGE = (OSError, ValueError, KeyError, IndexError, struct.error, zlib.error, RecursionError)


def collect(host, section, options):
    """Record `commit`, `branch` and `dirty` of the folder that the request names; `dirty` is absent where the tree is clean.

    Untracked files are not looked at: which of them git would ignore only git can tell. With `patch` in the request the context
    gets the text of what differs, without the values of secret variables, and where the branch left the one that it follows.
    """
    path = options.get("code")
    if not path:
        return
    from ..gitrepository import find, head

    if not host.exists(path):
        section.unknown("*", "there is no folder %s" % host.place(path))
        return
    repository = find(host.locate(path))
    if repository is None:
        for key in ("commit", "branch", "dirty"):
            section.absent(key)
        return
    try:
        branch, commit = head(repository)
    except DAMAGE as error:
        section.unknown("*", "%s: %s" % (type(error).__name__, error))
        return
    for key, value in (("branch", branch), ("commit", commit)):
        if value:
            section.known(key, value)
        else:
            section.absent(key)
    _dirty(section, repository, commit)
    if options.get("patch") and commit:
        section.context["patch"] = dict(_text(repository, commit, host.environ), **_fork(repository, branch, commit))


def _dirty(section, repository, commit):
    if not commit:
        section.unknown("dirty", "there is no commit yet")
        return
    from ..worktree import changes

    try:
        found = changes(repository, commit, time.monotonic() + TIME_LIMIT_S)
    except DAMAGE as error:
        reason = "an object that is not here (a shallow or partial clone): %s" if isinstance(error, KeyError) else "%s"
        section.unknown("dirty", reason % (error.strerror if isinstance(error, OSError) and error.strerror else error))
        return
    if not found:
        section.absent("dirty")
        return
    lines = "".join("%s\0%s\n" % (name, found[name]) for name in sorted(found))
    digest = hashlib.sha256(lines.encode("utf-8", "surrogatepass")).hexdigest()
    section.known("dirty", {"digest": "sha256:" + digest, "files": len(found), "names": sorted(found)[:SHOWN]})


def _text(repository, commit, environ):
    """Return `text` and whether it is `whole`, or the `reason` why there is none."""
    from ..gitpatch import make_patch

    try:
        text, is_whole = make_patch(repository, commit, time.monotonic() + TIME_LIMIT_S)
    except DAMAGE as error:
        return {"reason": "what differs cannot be shown: %s" % error}
    return {"text": redact(text, secret_values(environ)), "whole": is_whole}


def _fork(repository, branch, commit):
    """Return `upstream` and `fork_point` where the branch follows another one, or the `fork_reason` why that is unknown."""
    from ..githistory import fork_point, upstream

    try:
        name, theirs = upstream(repository, branch)
        if not theirs:
            return {}
        return {"upstream": name, "fork_point": fork_point(repository.objects, commit, theirs, time.monotonic() + TIME_LIMIT_S)}
    except DAMAGE as error:
        history = "an object that is not here (a shallow or partial clone): %s" % error
        return {"fork_reason": "the fork point is unknown: %s" % (history if isinstance(error, KeyError) else error)}
