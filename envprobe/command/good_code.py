"""The files of an experiment's folder as differences: those of a folder or of a commit in which the outcome was right."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec

from ..causes.bisection import Bisection, BisectionVerdict, ExperimentTrial, Removal, first_other
from ..causes.intervention import Intervention, said
from ..error import UsageError
from ..fact import sha256
from ..fingerprint import Fingerprint
from ..spelling import line
from ..trial.experiments import ExperimentRuns
from ..trial.folders import changed_since, checked_out, commit_of, commits_since, differing

COMMIT = "code.commit"
UNCOMMITTED = "what is not committed"
SHORT = 12


class GoodCode(msgspec.Struct, frozen=True, kw_only=True):
    """What takes other files of the folder away, and the commits that lie between."""

    ways: list[Intervention] = []
    commits: list[tuple[str, str]] = []
    """Ids and subjects, the oldest first; empty where files are taken away one by one."""


def find_good_code(here: Path, good: str | None, recorded: Fingerprint, outputs: Sequence[str]) -> GoodCode:
    """Return what brings the files of a folder to those of a good folder or revision; without either, of the recorded commit.

    Raises UsageError where `good` is neither, and TargetError.
    """
    if good is not None and Path(good).is_dir():
        folder = Path(good).resolve()
        return GoodCode(ways=_one_by_one(differing(here, folder, outputs), str(folder), line(good, 200)))
    is_clean = said(recorded, COMMIT) and not said(recorded, "code.dirty")
    commit = commit_of(here, good) if good is not None else commit_of(here, said(recorded, COMMIT)) if is_clean else ""
    if good is not None and not commit:
        hint = "name the folder in which it was right, or a commit of the repository around this one"
        raise UsageError(f"--good {line(good, 200)}: no folder, and no commit here", hint)
    way = _code_of(here, commit) if commit else None
    if way is None:
        return GoodCode()
    commits = commits_since(here, commit)
    if commits:
        return GoodCode(ways=[way], commits=commits)
    return GoodCode(ways=_one_by_one(way.files, way.folder, commit[:SHORT]))


def _one_by_one(files: dict[str, str], folder: str, words: str) -> list[Intervention]:
    return [
        Intervention(
            path=f"files.{name}", words=f"{name} of {words}" if digest else f"no {name}", files={name: digest}, folder=folder
        )
        for name, digest in files.items()
    ]


def _code_of(here: Path, commit: str) -> Intervention | None:
    """Return what brings the folder to a commit; None where it is there already."""
    names = changed_since(here, commit)
    if not names:
        return None
    folder = checked_out(here, commit)
    files = {name: sha256((folder / name).read_bytes()) if (folder / name).is_file() else "" for name in names}
    return Intervention(path=COMMIT, words=f"the code of {commit[:SHORT]}", files=files, folder=str(folder))


def with_commit(found: Bisection, code: GoodCode, items: Sequence[Removal], here: Path, runs: ExperimentRuns) -> Bisection:
    """Return what was found with the commit that turns the outcome, by halving; the other found differences stay away."""
    if found.verdict is not BisectionVerdict.FOUND or COMMIT not in found.minimal or not code.commits:
        return found
    others = [item for item in items if item[0].path in found.minimal and item[0].path != COMMIT]
    names = [f"{commit[:SHORT]} {line(subject, 100)}" for commit, subject in code.commits]
    if changed_since(here, "HEAD"):
        names.append(UNCOMMITTED)

    def ask(step: int) -> ExperimentTrial:
        way = _code_of(here, code.commits[step][0])
        return runs.ask([*others, *([(way,)] if way is not None else [])])

    low, high = first_other(len(names) - 1, ask)
    return msgspec.structs.replace(found, commits=names[low + 1 : high + 1])
