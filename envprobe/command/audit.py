"""Audit files, command lines, containers and images: `doctor`."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timezone
from pathlib import Path

import msgspec

from .. import config as configuration
from ..audit.compose_command import read_compose_command
from ..audit.examine import examine
from ..audit.kind import KINDS, WALKED, kind_of
from ..audit.model import AuditFinding
from ..audit.reading import read, read_command
from ..audit.report import LEVELS, AuditReport, UnreadFile, WaivedFinding
from ..audit.settings import AuditSettings
from ..error import DocumentError, EnvprobeError, UsageError
from .audit_files import compose_project, surroundings, text_of

COMMAND_LINE = re.compile(r"(?:\s*|.*\s)(?:[^\s=]*/)?(?:(?:docker|podman)(?:-compose)?|nerdctl)\s", re.S)
"""With what may stand before: `sudo -u ann`, `timeout 60`, `X=1`."""
SKIPPED = frozenset({".git", "node_modules", ".venv", "venv", "__pycache__", ".tox", ".nox", "site-packages", ".mypy_cache"})
WALK_LIMIT = 200_000
"""Files that are looked at by name below a folder."""
LIVE = ("docker://", "podman://", "image://", "podman+image://")


def doctor(
    targets: Sequence[str | Path] = (), *, kind: str = "", strict: bool = False, settings: AuditSettings | None = None
) -> AuditReport:
    """Audit what is named: files, folders, containers and images (`docker://NAME`, `image://NAME`), or `docker run …` lines.

    Without any, the current folder. `kind` is one of `audit.kind.KINDS` for files whose names do not tell. Nothing is started,
    written or fetched. Raises UsageError for what is none of them.
    """
    chosen = settings or configuration.load_config(Path.cwd()).doctor or AuditSettings()
    found: list[AuditFinding] = []
    names: list[str] = []
    unread: list[UnreadFile] = []
    for name in _named(targets or (Path(),), kind):
        try:
            findings, faults = _examined(name, kind)
            found += findings
            unread += faults
            names.append(name)
        except ImportError as error:
            from ..installation import installing  # asks what is installed, which takes as long as an audit

            raise UsageError(f"an audit needs {error.name}", installing("doctor")) from None
        except EnvprobeError as error:
            rows = [row.removeprefix(f"{name}: ") for row in error.message.splitlines()]
            unread += [UnreadFile(name, f"{row}; {error.hint}" if error.hint else row) for row in rows]
        except RecursionError:
            unread.append(UnreadFile(name, "nested too deeply to be read"))
    once = dict.fromkeys(one for one in found if one.file is not None)  # two projects may share a file
    lines = [one for one in found if one.file is None]
    return _judged([*lines, *once], names, list(dict.fromkeys(unread)), chosen, strict=strict)


def _judged(
    found: list[AuditFinding], names: list[str], unread: list[UnreadFile], settings: AuditSettings, *, strict: bool
) -> AuditReport:
    """Return the report: severities as the project wants them, what is waived apart, the severest first."""
    today = datetime.now(timezone.utc).date()
    weighed = [msgspec.structs.replace(one, severity=settings.severity(one)) for one in found]
    holding = [waiver for waiver in settings.waivers if not waiver.expired(today)]
    kept, waived = [], []
    for finding in (one for one in weighed if one.severity != "ignore"):
        waiver = next((waiver for waiver in holding if waiver.matches(finding)), None)
        waived.append(WaivedFinding(finding, waiver)) if waiver else kept.append(finding)
    used = {id(one.waiver) for one in waived}
    stale = [
        f"{waiver.rule} ({waiver.owner}): " + (f"expired on {waiver.expires}" if waiver.expired(today) else "waives nothing")
        for waiver in settings.waivers
        if waiver.expired(today) or id(waiver) not in used
    ]
    order = sorted(kept, key=lambda one: (LEVELS.index(one.severity), one.file or "", one.line or 0, one.rule))
    return AuditReport(
        findings=tuple(order),
        files=tuple(names),
        unread=tuple(unread),
        waived=tuple(waived),
        stale_waivers=tuple(stale),
        strict=strict,
    )


def _named(targets: Iterable[str | Path], kind: str) -> Iterator[str]:
    """Yield what is to be audited, a folder as its files."""
    for target in targets:
        text = str(target)
        if isinstance(target, str) and (text.startswith(LIVE) or _is_command(text)):
            yield text
        elif Path(target).is_dir():
            yield from _below(Path(target))
        elif Path(target).exists() or "://" not in text:
            yield text
        else:
            raise UsageError(f"{text}: neither a file, docker://NAME, image://NAME nor a docker run line")


def _is_command(text: str) -> bool:
    """Tell whether a text is a command line that starts a container, and no file's name."""
    return COMMAND_LINE.match(text) is not None and not os.path.exists(text)  # noqa: PTH110 - False, no error, for a long line


def _below(folder: Path) -> Iterator[str]:
    """Yield the files below a folder that start an environment; links are not followed."""
    found = []
    seen = 0
    for place, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in SKIPPED)
        seen += len(files)
        if seen > WALK_LIMIT:
            raise UsageError(f"{folder}: more than {WALK_LIMIT:,} files", "name the files, or a folder nearer to them")
        for name in sorted(files):
            path = Path(place) / name
            if not path.is_symlink() and _is_wanted(path, files):
                found.append(str(path))
    yield from found


def _is_wanted(path: Path, beside: Sequence[str]) -> bool:
    if (
        "override" in path.stem
        and path.suffix in (".yml", ".yaml")
        and any(re.fullmatch(r"(?:docker-)?compose\.ya?ml", name) for name in beside)
    ):
        return False  # read together with the file that it is laid over
    if WALKED.search(path.name):
        return bool(kind_of(path.name, ""))
    if path.suffix not in (".yml", ".yaml", "") and path.name != "config.json":
        return False
    try:
        with path.open("rb") as stream:
            return bool(kind_of(path.name, stream.read(1 << 16).decode("utf-8", "replace")))
    except OSError:
        return False


def _examined(name: str, kind: str) -> tuple[list[AuditFinding], list[UnreadFile]]:
    """Return the findings in one thing that is named, and what of it was not read. Raises DocumentError or TargetError."""
    if name.startswith(LIVE):
        from .audit_live import inspect

        return examine(inspect(name)), []
    if _is_command(name):
        found = examine(read_command("command line", name))
        of_line = [msgspec.structs.replace(one, file=None, line=None) for one in found]
        named = read_compose_command(name)
        if named is None:
            return of_line, []
        first, beside = compose_project(named)
        file = read(str(first), "compose", text_of(first), beside)
        return [*of_line, *examine(file)], [UnreadFile(*row) for row in file.unread]
    path = Path(name)
    text = text_of(path)
    of_kind = kind or kind_of(name, text)
    if not of_kind:
        raise DocumentError(f"{name}: no kind of file that is known here", f"say which: --kind {'|'.join(KINDS)}")
    file = read(name, of_kind, text, surroundings(path, of_kind))
    return examine(file), [UnreadFile(*row) for row in file.unread]
