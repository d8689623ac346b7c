"""What of the code is in no commit: `git diff`, the files that git does not know, the upstream fork point.

git runs only where an experiment's command runs on this machine: who runs it trusts the folder. Even so it is kept from running
what the repository's configuration names (fsmonitor, external diffs, text conversions), and from touching the index. In a
container the guest has read the repository by hand (probes/gitpatch.py), so that nothing runs and no git is needed.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryFile

import msgspec

from ..fact import Known, sha256
from ..fingerprint import Fingerprint
from ..redaction import redact
from ..runs import Patch

TEXT_LIMIT = 64 << 10
PATCH_LIMIT_BYTES = 64 << 20
SHOWN_UNTRACKED = 50
TIMEOUT_S = 30
WORDS_LIMIT = 300
CUT = "only the first part of the patch was made"
UNTRACKED = "files that git does not know are not looked for in a container"
QUIET = ("-c", "core.fsmonitor=false", "-c", "core.quotePath=true", "-c", "diff.external=", "-c", "color.ui=never", "--no-pager")


def read_patch(folder: Path, variables: Mapping[str, str]) -> Patch:
    """Return what differs from the commit that is checked out in a folder; empty outside of a repository."""
    try:
        if _git(folder, "rev-parse", "--is-inside-work-tree").strip() != b"true":
            return Patch()
        diff = _git(folder, "diff", "--no-ext-diff", "--no-textconv", "--binary", "--no-color", "HEAD")
        untracked = _git(folder, "ls-files", "--others", "--exclude-standard", "-z", "--full-name").split(b"\0")
        upstream = _git(folder, "rev-parse", "--abbrev-ref", "--symbolic-full-name", "@{upstream}", strict=False).strip()
        fork_point = _git(folder, "merge-base", "HEAD", "@{upstream}", strict=False).strip()
    except _NoRepository:
        return Patch()
    except (OSError, subprocess.SubprocessError, _Refused) as error:
        return Patch(note=f"git could not tell: {str(error)[:300]}")
    if len(diff) >= PATCH_LIMIT_BYTES:
        return Patch(note=f"the patch is larger than {PATCH_LIMIT_BYTES >> 20} MiB", size_bytes=len(diff))
    text = redact(diff.decode("utf-8", "backslashreplace"), variables)
    return Patch(
        text=text[:TEXT_LIMIT],
        digest=sha256(diff) if diff else "",
        size_bytes=len(diff),
        untracked=[name.decode("utf-8", "backslashreplace") for name in untracked if name][:SHOWN_UNTRACKED],
        upstream=upstream.decode("utf-8", "backslashreplace"),
        fork_point=fork_point.decode("ascii", "replace"),
    )


def told_by_guest(found: Fingerprint, variables: Mapping[str, str]) -> tuple[Fingerprint, Patch]:
    """Return a fingerprint without what the guest tells of uncommitted code, and that: untrusted, so bounded, and redacted again.

    The digest is that of the fact `code.dirty`: of the names and contents that differ, not of a text.
    """
    code = found.context.get("code")
    told = code.get("patch") if isinstance(code, dict) else None
    if not isinstance(code, dict) or not isinstance(told, dict):
        return found, Patch()
    context = {name: value for name, value in found.context.items() if name != "code"}
    text = _words(told, "text")
    notes = [_words(told, "reason"), _words(told, "fork_reason"), "" if told.get("whole", True) else CUT, UNTRACKED]
    return msgspec.structs.replace(found, context=context), Patch(
        text=redact(text, variables)[:TEXT_LIMIT],
        digest=_dirty_digest(found),
        size_bytes=len(text.encode("utf-8", "backslashreplace")),
        upstream=_words(told, "upstream")[:WORDS_LIMIT],
        fork_point=_words(told, "fork_point")[:WORDS_LIMIT],
        note="; ".join(note[:WORDS_LIMIT] for note in notes if note),
    )


def _words(told: Mapping[str, object], name: str) -> str:
    value = told.get(name)
    return value if isinstance(value, str) else ""


def _dirty_digest(found: Fingerprint) -> str:
    dirty = found.get("code.dirty")
    digest = dirty.value.get("digest") if isinstance(dirty, Known) and isinstance(dirty.value, dict) else None
    return digest if isinstance(digest, str) else ""


class _NoRepository(Exception):
    """The folder is in no repository, or in one without a commit."""


class _Refused(Exception):
    """What git said when it refused."""


def _git(folder: Path, *arguments: str, strict: bool = True) -> bytes:
    """Run git and return its output, at most PATCH_LIMIT_BYTES of it; nothing where it fails and `strict` is false."""
    environment = {**os.environ, "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
    with TemporaryFile() as output:
        done = subprocess.run(
            ["git", *QUIET, *arguments],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.PIPE,
            timeout=TIMEOUT_S,
            check=False,
        )
        output.seek(0)
        written = output.read(PATCH_LIMIT_BYTES)
    if done.returncode == 0:
        return written
    return _refused(done.stderr, strict)


def _refused(words: bytes, strict: bool) -> bytes:
    said = words.decode("utf-8", "backslashreplace").strip()
    if "not a git repository" in said or "ambiguous argument 'HEAD'" in said or "unknown revision" in said:
        if strict:
            raise _NoRepository
        return b""
    if strict:
        raise _Refused(said)
    return b""
