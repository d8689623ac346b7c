"""The texts that an audit reads: files, what lies beside them, and what a Compose file names of its repository."""

from __future__ import annotations

import functools
import itertools
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from ..audit.compose_command import ComposeCommand
from ..audit.compose_project import OpenFile
from ..audit.expand import read_dotenv
from ..audit.reading import BYTES, Surroundings
from ..error import DocumentError

NEIGHBOURS = (".dockerignore",)
COMPOSE_NAMES = ("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml")
"""In the order in which Compose looks for them."""
REMOTE = re.compile(r"^[\w+.-]+:(?://|.*@)|^git@|\.git(?:#|$)")


def text_of(path: Path) -> str:
    """Return a file's text. Raises DocumentError for one that cannot be read or is too large."""
    try:
        if not path.is_file() and path.exists():
            raise DocumentError(f"{path}: not a file")
        with path.open("rb") as stream:
            data = stream.read(BYTES + 1)
    except OSError as error:
        raise DocumentError(f"{path}: cannot be read: {error.strerror}") from None
    if len(data) > BYTES:
        raise DocumentError(f"{path}: more than {BYTES >> 20} MB, which is as much as is read")
    return data.decode("utf-8-sig", "replace")


def surroundings(path: Path, kind: str) -> Surroundings:
    """Read what lies beside a file and belongs to it; a link that leads out of the folder is not followed."""
    if kind == "dockerfile":
        names = [*NEIGHBOURS, f"{path.name}.dockerignore", *_requirements(path.parent)]
        found = {name: text for name in names if (text := _beside(path, name)) is not None}
        if f"{path.name}.dockerignore" in found:
            found[".dockerignore"] = found[f"{path.name}.dockerignore"]
        return Surroundings(neighbours=found, has_folder=True)
    if kind != "compose":
        return Surroundings(has_folder=True)
    return _project([path, *_overrides(path)], path.parent, read_dotenv(_beside(path, ".env") or ""))


def compose_project(command: ComposeCommand) -> tuple[Path, Surroundings]:
    """Return the first file of a project that a command line starts, and the rest of it. Raises DocumentError."""
    folder = Path(command.folder or (Path(command.files[0]).parent if command.files else "."))
    variables: dict[str, str] = {}
    for name in command.env_files:
        variables |= read_dotenv(text_of(Path(name)))
    if not command.env_files:
        variables = read_dotenv(_beside(folder / "compose.yaml", ".env") or "")
    named = variables.get("COMPOSE_FILE", "").split(variables.get("COMPOSE_PATH_SEPARATOR") or os.pathsep)
    files = [Path(name) for name in command.files] or [folder / name for name in named if name]
    if not files:
        first = next((path for name in COMPOSE_NAMES if (path := folder / name).is_file()), None)
        if first is None:
            raise DocumentError(f"no {', '.join(COMPOSE_NAMES)} in {folder}", "name the file: docker compose -f FILE …")
        files = [first, *_overrides(first)]
    return files[0], _project(files, folder, variables)


def _project(files: Sequence[Path], folder: Path, variables: Mapping[str, str]) -> Surroundings:
    return Surroundings(
        variables=variables,
        overrides=[(str(path), text_of(path)) for path in files[1:]],
        has_folder=True,
        folder=str(folder),
        open_file=_opener(files),
    )


def _overrides(path: Path) -> list[Path]:
    """Return the files that Compose lays over one by itself."""
    base = re.fullmatch(r"((?:docker-)?compose)\.ya?ml", path.name)
    names = [f"{base[1]}.override.{end}" for end in ("yml", "yaml")] if base else []
    return [path.parent / name for name in names if _beside(path, name) is not None]


def _requirements(folder: Path) -> Sequence[str]:
    try:
        return _requirements_since(folder, folder.stat().st_mtime_ns)
    except OSError:
        return ()


@functools.lru_cache(maxsize=8)
def _requirements_since(folder: Path, _changed_ns: int) -> tuple[str, ...]:
    """List a folder once, and not for each of its files; again when it has changed."""
    return tuple(sorted(path.name for path in itertools.islice(folder.glob("*requirements*.txt"), 50)))


def _beside(path: Path, name: str) -> str | None:
    folder = path.parent.resolve()
    try:
        other = (folder / name).resolve()
        if not other.is_relative_to(folder) or not other.is_file():
            return None
        return text_of(other)
    except (OSError, DocumentError):
        return None


def _opener(known: Sequence[Path]) -> OpenFile:
    """Return what opens the files that a Compose file names: those of its repository, and no link that leads out of it."""
    root = _repository(known[0])
    names = {path.resolve(): str(path) for path in known}

    def open_file(folder: str, named: str) -> tuple[str, str]:
        if REMOTE.search(named):
            raise DocumentError(f"{named}: lies elsewhere, and nothing is fetched")
        try:
            path = Path(os.path.normpath(Path(folder, named)))
            real = path.resolve()
            if not real.is_relative_to(root):
                raise DocumentError(f"{named}: outside of this repository, which is as far as is read")
            if not real.is_file():
                raise DocumentError(f"{named}: {'not a file' if real.exists() else 'no such file'}")
        except (OSError, ValueError, RuntimeError):  # a name with a zero byte, too long, or of links in a circle
            raise DocumentError(f"{named[:80]!r}: cannot be a file's name here") from None
        name = names.setdefault(real, str(path))
        return name, text_of(Path(name))

    return open_file


def _repository(path: Path) -> Path:
    """Return the folder that a file's project may lie in: its Git repository, else the current folder, else the file's own."""
    real, here = path.resolve(), Path.cwd()
    repository = next((folder for folder in real.parents if (folder / ".git").exists()), None)
    return repository or (here if real.is_relative_to(here) else real.parent)
