"""What `pip list` and `uv pip list` print: a table of names and versions."""

from __future__ import annotations

import re
from pathlib import Path

from .lock import locked, named
from .package_source import PackageSource
from .wanted import Chosen, Requirement, Requirements

RULE = re.compile(r"-{2,}[ -]*")
NOISE = re.compile(r"(WARNING|DEPRECATION|\[notice\]|Using Python |You should consider|You are using pip)")
"""What pip and uv print around the table."""


def read_pip_list(path: Path, text: str, chosen: Chosen) -> Requirements:
    """Read the rows below the rule; a third column with a folder means an editable installation."""
    result = Requirements(complete=True)
    lines = text.splitlines()
    start = next((number for number, line in enumerate(lines) if RULE.fullmatch(line.strip())), len(lines))
    has_folder = "project location" in lines[start - 1].lower() if 0 < start < len(lines) else False
    for number, line in enumerate(lines[start + 1 :], start + 2):
        words = line.split(None, 2)
        if not words or NOISE.match(line):
            continue
        if len(words) < 2:
            result.faults.append(f"{path.name}:{number}: expected a name and a version: {line[:200]}")
            continue
        add_installed(words[0], words[1], f"{path.name}:{number}", result, editable=has_folder and len(words) > 2)
    return result


def add_installed(name: str, version: str, where: str, result: Requirements, *, editable: bool = False) -> None:
    """Add what is installed somewhere, in one version; a fault where the name or version is none."""
    found = named({"name": name}, where, result)
    exact, specifier = locked(version)
    if found and not exact and not specifier:
        result.faults.append(f"{where}: {version[:80]!r} is no version")
    elif found:
        source = PackageSource(origin="editable") if editable else PackageSource()
        result.found.append(Requirement(name=found, version=exact, specifier=specifier, source=source, where=where))
