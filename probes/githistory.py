"""Where a branch left the one that it follows, by hand; see gitobject.py for why."""

import heapq
import os
import re
import time

from .gitobject import read_object
from .gitrepository import reference

CONFIG_LIMIT_BYTES = 1 << 20
SECTION = re.compile(r'\[\s*([A-Za-z0-9.-]+)(?:\s+"((?:[^"\\]|\\.)*)")?\s*\]')
SETTING = re.compile(r"([A-Za-z][A-Za-z0-9-]*)\s*=\s*(.*)")
REMOTES = "refs/remotes/"
OURS, THEIRS, STALE = 1, 2, 4
BOTH = OURS | THEIRS


def upstream(repository, branch):
    """Return (name, commit) of the branch that one follows, empty where it follows none or that was never fetched.

    Raises ValueError where the remote's settings do not say where its branches are kept.
    """
    settings = _settings(os.path.join(repository.common, "config"))
    remote, merge = settings.get(("branch", branch, "remote"), ""), settings.get(("branch", branch, "merge"), "")
    if not remote or not merge.startswith("refs/heads/"):
        return "", ""
    short = merge[len("refs/heads/") :]
    if remote == ".":
        return short, reference(repository, merge)
    kept = _kept(merge, settings.get(("remote", remote, "fetch"), "").lstrip("+"))
    if not kept.startswith(REMOTES):
        raise ValueError("where the remote %r keeps %s" % (remote[:80], short[:80]))
    return kept[len(REMOTES) :], reference(repository, kept)


def _kept(name, refspec):
    """Return what a remote's branch is called here (gitglossary, refspec); empty where it is not fetched."""
    theirs, _, ours = refspec.partition(":")
    if theirs == name:
        return ours
    if theirs.endswith("*") and ours.endswith("*") and name.startswith(theirs[:-1]):
        return ours[:-1] + name[len(theirs) - 1 :]
    return ""


def fork_point(objects, ours, theirs, deadline_s):
    """Return the last commit that two have in common, as `git merge-base` does; empty where there is none.

    Raises KeyError where the history is not all here (a shallow clone), TimeoutError when time.monotonic() passes the deadline.
    """
    flags, queue, found = {ours: OURS}, [], set()
    flags[theirs] = flags.get(theirs, 0) | THEIRS
    for name in flags:
        heapq.heappush(queue, (-_commit(objects, name)[0], name))
    # Clocks may lie, so one common commit may be met before another that it is an ancestor of: go on until one is left.
    while queue and (len(found) > 1 or any(not flags[name] & STALE for _, name in queue)):
        if time.monotonic() > deadline_s:
            raise TimeoutError("looking through the history took too long")
        _, name = heapq.heappop(queue)
        mark = flags[name]
        if mark & STALE:
            found.discard(name)
        elif mark & BOTH == BOTH:
            found.add(name)
            mark |= STALE
        for parent in _commit(objects, name)[1]:
            if flags.get(parent, 0) | mark != flags.get(parent, 0):
                flags[parent] = flags.get(parent, 0) | mark
                heapq.heappush(queue, (-_commit(objects, parent)[0], parent))
    return max(found, key=lambda name: (_commit(objects, name)[0], name), default="")


def _commit(objects, name):
    """Return a commit's time and its parents."""
    parents, moment = [], 0
    for line in read_object(objects, name).split(b"\n\n", 1)[0].split(b"\n"):
        if line.startswith(b"parent "):
            parents.append(line[7:47].decode("ascii"))
        elif line.startswith(b"committer "):
            moment = int(line.rsplit(b" ", 2)[1])
    return moment, parents


def _settings(path):
    """Return {(section, subsection, name): value}, the last one of each; what the file includes is not read."""
    with open(path, "rb") as stream:
        text = stream.read(CONFIG_LIMIT_BYTES).decode("utf-8", "replace")
    found, section = {}, ("", "")
    for line in map(str.strip, text.splitlines()):
        head, setting = SECTION.match(line), SETTING.match(line)
        if head:
            section = head.group(1).lower(), re.sub(r"\\(.)", r"\1", head.group(2) or "")
        elif setting:
            found[section + (setting.group(1).lower(),)] = setting.group(2).strip('"')
    return found
