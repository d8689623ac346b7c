"""What conda writes of an environment: `conda list`, with --export and with --explicit."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

from ..baseline import conda
from ..baseline.declaration import Declaration
from .pip_list import add_installed
from .wanted import Chosen, Requirements

PYPI = ("pypi", "<pip>")
NAME = re.compile(r"[a-z0-9_][a-z0-9_.-]*", re.IGNORECASE)
EXPORTED = re.compile(r"(?P<name>[^=\s]+)=(?P<version>[^=\s]+)(?:=(?P<build>[^=\s]+))?")
PACKAGE_FILE = re.compile(r"(?P<name>.+)-(?P<version>[^-]+)-(?P<build>[^-]+)\.(?:conda|tar\.bz2)")


def add_conda(name: str, expected: str, where: str, result: Requirements) -> None:
    """Declare a package of conda: conditions on its version, and its build where that is stated."""
    if not NAME.fullmatch(name):
        result.faults.append(f"{where}: {name[:80]!r} is no name of a conda package")
    elif wrong := conda.fault(expected):
        result.faults.append(f"{where}: {wrong}")
    else:
        path = f"ospackages.conda:{name.lower()}"
        declaration = Declaration(conda=expected, source=where) if expected != "*" else Declaration(present=True, source=where)
        if result.facts.setdefault(path, declaration) != declaration and expected != result.facts[path].conda:
            result.faults.append(
                f"{where}: {name} {expected} contradicts {result.facts[path].conda} at {result.facts[path].source}"
            )


def read_export(path: Path, text: str, chosen: Chosen) -> Requirements:
    """Read `NAME=VERSION=BUILD` lines; what conda found beside its own is of pip."""
    result = Requirements()
    for number, line in enumerate(text.splitlines(), 1):
        where, words = f"{path.name}:{number}", line.strip()
        if not words or words.startswith("#"):
            continue
        found = EXPORTED.fullmatch(words)
        if found is None:
            result.faults.append(f"{where}: expected NAME=VERSION=BUILD: {line[:200]}")
        elif (found["build"] or "").startswith("pypi_"):
            add_installed(found["name"], found["version"], where, result)
        else:
            add_conda(found["name"], f"{found['version']} {found['build'] or ''}".strip(), where, result)
    return result


def read_explicit(path: Path, text: str, chosen: Chosen) -> Requirements:
    """Read the URLs of packages; name, version and build are those of the file. Their digests are not recorded by the probe."""
    result = Requirements()
    digests = 0
    for number, line in enumerate(text.splitlines(), 1):
        where, words = f"{path.name}:{number}", line.strip()
        if not words or words.startswith(("#", "@EXPLICIT")):
            continue
        try:
            parts = urlsplit(words)
        except ValueError:
            parts = urlsplit("")
        found = PACKAGE_FILE.fullmatch(unquote(parts.path).rpartition("/")[2])
        if found is None:
            result.faults.append(f"{where}: no URL of a conda package: {words[:80]}")
            continue
        digests += bool(parts.fragment)
        add_conda(found["name"], f"{found['version']} {found['build']}", where, result)
    if digests:
        result.leave(
            path.name, f"digests of {digests} packages: conda's own records are not read for them; the build is compared"
        )
    return result


def read_listing(path: Path, text: str, chosen: Chosen) -> Requirements:
    """Read the table that `conda list` prints: name, version, build and channel."""
    result = Requirements()
    for number, line in enumerate(text.splitlines(), 1):
        where, words = f"{path.name}:{number}", line.split()
        if not words or line.startswith("#") or words[:2] == ["Name", "Version"] or set(line.strip()) <= {"-", " ", "─"}:
            continue
        if len(words) < 3:
            result.faults.append(f"{where}: expected a name, a version and a build: {line[:200]}")
        elif words[-1] in PYPI or words[2].startswith("pypi_") or words[2] == "<pip>":
            add_installed(words[0], words[1], where, result)
        else:
            add_conda(words[0], f"{words[1]} {words[2]}", where, result)
    return result
