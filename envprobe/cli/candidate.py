"""What the word before the cursor may become: a target, a baseline, a document. Nothing here takes long to import.

Somebody is typing: an engine that does not answer at once has no containers, and a wrong configuration is not reported.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import click
from click.shell_completion import CompletionItem

from ..error import EnvprobeError
from ..targets.scheme import SCHEMES

TIME_LIMIT_S = 1.0
JSON = (".json",)


def targets(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
    """Return schemes, and behind one the containers, images or files that it can name."""
    scheme, separator, place = incomplete.partition("://")
    if not separator:
        return [CompletionItem(f"{name}://", help=row.summary) for name, row in SCHEMES.items() if name.startswith(scheme)]
    if scheme not in SCHEMES:
        return []
    row = SCHEMES[scheme]
    names = _told(row.lists) if row.lists else _paths(place) if row.is_path else ()
    return [CompletionItem(f"{scheme}://{name}") for name in names if name.startswith(place)]


def baselines(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
    """Return the baselines that are recorded here or shipped, and files that may be one."""
    return _named(incomplete, JSON)


def documents(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
    """Return baselines' names, and files: a fingerprint, a run, a report that carries a record."""
    return _named(incomplete, ())


def runs(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
    """Return files that may be a recorded experiment."""
    return [CompletionItem(path) for path in _paths(incomplete, JSON)]


def files(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
    """Leave it to the shell, which knows files better than we do."""
    return [CompletionItem(incomplete, type="file")]


def revisions(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
    """Return branches and tags of the repository."""
    listing = ("git", "for-each-ref", "--format=%(refname:short)", "refs/heads", "refs/remotes", "refs/tags")
    return [CompletionItem(name) for name in _told(listing) if name.startswith(incomplete)]


def _named(incomplete: str, suffixes: tuple[str, ...]) -> list[CompletionItem[str]]:
    names = [CompletionItem(name, help="baseline") for name in _baseline_names() if name.startswith(incomplete)]
    return names + [CompletionItem(path) for path in _paths(incomplete, suffixes)]


def _baseline_names() -> list[str]:
    from .. import config, store

    try:
        folder = config.load_config(Path.cwd()).baselines_folder
    except EnvprobeError:
        folder = Path("baselines")
    return store.names(folder)


def _told(listing: tuple[str, ...]) -> list[str]:
    """Return the names that a program lists, nothing where there is none or where it takes too long."""
    try:
        asked = subprocess.run(listing, stdin=subprocess.DEVNULL, capture_output=True, timeout=TIME_LIMIT_S, check=True)
    except (OSError, subprocess.SubprocessError):
        return []
    return [name for name in asked.stdout.decode("utf-8", "replace").split() if name.isprintable()]


def _paths(incomplete: str, suffixes: tuple[str, ...] = ()) -> Iterator[str]:
    """Yield the files with one of the suffixes, and the folders, whose path begins so; a folder ends in a slash."""
    folder, slash, start = incomplete.rpartition("/")
    try:
        entries = sorted(os.scandir(f"{folder}/" if slash else "."), key=lambda entry: entry.name)
    except OSError:
        return
    for entry in entries:
        if not entry.name.startswith(start) or not entry.name.isprintable():
            continue
        if entry.name.startswith(".") and not start:
            continue
        if entry.is_dir():
            yield f"{folder}{slash}{entry.name}/"
        elif not suffixes or entry.name.endswith(suffixes):
            yield f"{folder}{slash}{entry.name}"
