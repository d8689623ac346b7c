"""What is wrong with the files that a check relies on, before anybody checks: baselines, recorded runs, policy and waivers.

What only a check can tell, such as a waiver that covers no difference any more, is reported by the check.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import TypeVar

import msgspec

from . import runs, store
from .baseline import Baseline, from_value, to_json
from .baseline.waiver import Waiver
from .config import FILES, Config, candidates, load_file
from .document import read_json
from .error import DocumentError, EnvprobeError, StoreError, UsageError
from .numerics.trace import read_traces
from .redaction import kinds_in, without_secrets
from .spelling import line

Recorded = TypeVar("Recorded", Baseline, runs.Run)

BASELINES = "baselines"
"""Where they lie when no configuration says."""
SOON_DAYS = 30
"""A waiver that ends so soon is reported, so that somebody can decide before a check fails."""


class Level(enum.Enum):
    """What a finding means for whoever commits."""

    FAULT = "fault"
    WARNING = "warning"
    FIXED = "fixed"
    TROUBLE = "trouble"
    """The file could not be read, so nobody can tell."""


SHOWN_SECRETS = 20
CHANGE_IT = "it is in the history of the repository, so change the secret itself"

EXIT_STATUS = {Level.FAULT: 1, Level.WARNING: 0, Level.FIXED: 0, Level.TROUBLE: 2}


class Finding(msgspec.Struct, frozen=True):
    """One thing about one file."""

    file: str
    words: str
    level: Level = Level.FAULT


class Linted(msgspec.Struct, frozen=True):
    """What was looked at, and what was found."""

    files: list[str]
    findings: list[Finding]

    def count(self, level: Level) -> int:
        """Return how many findings are of a level."""
        return sum(finding.level is level for finding in self.findings)

    def exit_status(self, *, strict: bool) -> int:
        """Return that of the gravest finding, 0 where there is none; with `strict` a warning counts as a fault."""
        levels = {Level.FAULT if strict and one.level is Level.WARNING else one.level for one in self.findings}
        return max((EXIT_STATUS[level] for level in levels), default=0)


def lint(paths: Sequence[Path], *, today: date, fix: bool = False) -> Linted:
    """Look at baselines, configurations and folders of baselines; without paths at those of the project of this folder.

    With `fix`, a baseline that is only spelled otherwise is rewritten. Raises UsageError for a path that is neither, StoreError
    for a folder that cannot be listed.
    """
    found: list[Finding] = []
    files = list(_files(paths) if paths else _of_project(Path.cwd()))
    names: dict[str, Path] = {}
    for path in files:
        if path.suffix == ".toml":
            found += _configuration(path, today)
        else:
            found += _document(path, names, today, fix)
    return Linted([str(path) for path in files], found)


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from _documents(path)
        elif path.suffix in (store.SUFFIX, ".toml"):
            yield path
        else:
            raise UsageError(f"{path}: neither a baseline or run (.json), a configuration (.toml) nor a folder of baselines")


def _of_project(here: Path) -> Iterator[Path]:
    """Yield the configuration of a folder and the project's baselines; faults are reported when a file is linted."""
    baselines = here / BASELINES
    for path in candidates(here):
        try:
            config = load_file(path)
        except EnvprobeError:
            config = Config(baselines_folder=path.parent / BASELINES)
        if config is not None:
            yield _short(path, here)
            baselines = config.baselines_folder
            break
    yield from (_short(path, here) for path in _documents(baselines))


def _documents(folder: Path) -> list[Path]:
    """Return the JSON files of a folder, none where there is no folder. Raises StoreError where nobody can tell."""
    try:
        return sorted(path for path in folder.iterdir() if path.name.endswith(store.SUFFIX))
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise StoreError(f"{folder}: cannot be listed: {error.strerror}") from error


def _short(path: Path, folder: Path) -> Path:
    return path.relative_to(folder) if path.is_relative_to(folder) else path


def _configuration(path: Path, today: date) -> Iterator[Finding]:
    try:
        config = load_file(path)
        if config is None and path.name != FILES[-1]:
            raise StoreError(f"{path}: no such file")
    except EnvprobeError as error:
        yield from _told(path, error)
        return
    if config is None:
        return
    try:
        if config.baseline:
            store.find(config.baseline, config.baselines_folder)
    except StoreError as error:
        yield Finding(str(path), f"baseline: {line(error.message, 400)}")
    yield from _waivers(path, config.waivers, today)


def _document(path: Path, names: dict[str, Path], today: date, fix: bool) -> Iterator[Finding]:
    """Look at a baseline or, where it says that it is one, a recorded run."""
    try:
        data = store.contents(path)
        value = read_json(data, str(path))
        if isinstance(value, dict) and str(value.get("schema")).startswith(runs.FAMILY):
            run = runs.from_value(value, str(path))
            yield from _secrets(path, value, run, runs.to_json, fix)
            return
        baseline = from_value(value, str(path))
        read_traces(baseline.traces, f"{path}: traces")
    except EnvprobeError as error:
        yield from _told(path, error)
        yield from _same_name(path, names)
        return
    if baseline.name != path.stem:
        yield Finding(str(path), f"name: says {line(baseline.name)!r}, but a baseline is called as its file: {path.stem!r}")
    secrets = list(_secrets(path, value, baseline, to_json, fix))
    if not secrets and data != to_json(baseline):
        yield _respelled(path, baseline, fix)
    yield from secrets
    yield from _waivers(path, baseline.waivers, today)
    yield from _same_name(path, names)


def _secrets(path: Path, value: object, document: Recorded, written: Callable[[Recorded], bytes], fix: bool) -> Iterator[Finding]:
    """Say where a document holds secrets, and what kinds; their values stand in no finding."""
    without = without_secrets(document)
    if without is document:
        return
    found = dict(kinds_in(value))
    for where, kind in list(found.items())[:SHOWN_SECRETS]:
        yield Finding(str(path), f"{line(where)}: holds {kind}; {CHANGE_IT}", Level.FIXED if fix else Level.FAULT)
    if fix:
        store.save(path, written(without), replace=True)
        yield Finding(str(path), "rewritten without its secrets", Level.FIXED)
    else:
        yield Finding(str(path), f"{len(found)} secret{'s' * (len(found) != 1)}; to take them out: envprobe lint --fix {path}")


def _respelled(path: Path, baseline: Baseline, fix: bool) -> Finding:
    if not fix:
        return Finding(str(path), "not spelled as envprobe writes it, so a change would show as many: envprobe lint --fix")
    store.save(path, to_json(baseline), replace=True)
    return Finding(str(path), "rewritten as envprobe spells it; it says the same", Level.FIXED)


def _same_name(path: Path, names: dict[str, Path]) -> Iterator[Finding]:
    """Say that a name stands for two files: a check would silently take the nearer one."""
    other = names.setdefault(path.stem, path)
    if other.resolve() != path.resolve():
        yield Finding(str(path), f"{other} has the same name")
    elif path.resolve().parent != store.shipped().resolve() and (store.shipped() / path.name).is_file():
        yield Finding(str(path), "a baseline that envprobe ships has the same name; here this one is taken", Level.WARNING)


def _waivers(path: Path, waivers: Sequence[Waiver], today: date) -> Iterator[Finding]:
    first: dict[str, int] = {}
    for index, waiver in enumerate(waivers):
        what = f"waivers[{index}]: {line(waiver.path)} ({line(waiver.owner)})"
        days = (date.fromisoformat(waiver.expires) - today).days
        if days < 0:
            yield Finding(str(path), f"{what}: expired on {waiver.expires}; remove it, or decide again")
        elif days <= SOON_DAYS:
            yield Finding(str(path), f"{what}: expires on {waiver.expires}, in {days} day{'s' * (days != 1)}", Level.WARNING)
        if first.setdefault(waiver.path, index) != index:
            yield Finding(str(path), f"{what}: waivers[{first[waiver.path]}] waives the same")


def _told(path: Path, error: EnvprobeError) -> Iterator[Finding]:
    level = Level.FAULT if isinstance(error, DocumentError) else Level.TROUBLE
    for row in error.message.splitlines():
        yield Finding(str(path), line(row.removeprefix(f"{path}: "), 400), level)
