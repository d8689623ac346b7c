"""What the readers of lock files share: a version that is locked, digests of files, entries that are tables."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from ..error import DocumentError
from ..pep440 import parse_version
from ..toml import read_toml
from .file import LIMIT_BYTES
from .package_source import digests
from .wanted import Requirement, Requirements

OLD_FORMS = re.compile(r"(\^|~)\s*(\d+(?:\.\d+)*)")


def read_lock(path: Path, text: str, result: Requirements) -> dict[str, Any]:
    """Parse a lock written in TOML; what is wrong is a fault of the result, and the lock is empty."""
    try:
        return read_toml(text.encode(), path.name, LIMIT_BYTES)
    except DocumentError as error:
        result.faults.append(error.message)
        return {}


def tables(value: object, where: str, result: Requirements) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the tables of an array with their number; anything else is a fault."""
    if not isinstance(value, list):
        result.faults.append(f"{where}: expected an array of tables")
        return
    for number, item in enumerate(value):
        if isinstance(item, dict):
            yield number, item
        else:
            result.faults.append(f"{where}[{number}]: expected a table")


def text_of(entry: dict[str, object], key: str) -> str:
    """Return a member that is a text, or an empty one."""
    value = entry.get(key)
    return value if isinstance(value, str) else ""


def names_of(value: object) -> list[str]:
    """Return the texts of an array, or of a lone text."""
    items = value if isinstance(value, list) else [value]
    return [item for item in items if isinstance(item, str)]


def locked(text: str) -> tuple[str, str]:
    """Return the version that is locked, or, where PEP 440 has no such version, the specifier that compares its text."""
    try:
        return str(parse_version(text)), ""
    except ValueError:
        return "", f"==={text}" if re.fullmatch(r"[^\s;),|]+", text) else ""


def file_digests(files: object, key: str = "hash") -> tuple[str, ...]:
    """Return the digests of a list of files, `{hash = "sha256:…"}`."""
    items = files if isinstance(files, list) else [files]
    return digests([text_of(item, key) for item in items if isinstance(item, dict)])


def take_python(result: Requirements, specifier: str, where: str) -> None:
    """Take the versions of Python that a lock is for, `^3.8` too; say so where they are spelled in a way that is not read."""
    parts = [OLD_FORMS.sub(_plain, part.strip()) for part in specifier.split(",")]
    plain = ",".join(part for part in parts if part and part != "*")
    try:
        result.python = str(SpecifierSet(plain))
        result.python_where = where
    except ValueError:  # InvalidSpecifier, or a number of thousands of digits
        result.leave(where, f"{specifier[:80]}: not a PEP 440 specifier")


def _plain(found: re.Match[str]) -> str:
    """Spell `^3.8` and `~3.8` as PEP 440 does: up to the next change of the first part, or of the second."""
    numbers = [int(part[:9]) for part in found[2].split(".")]
    kept = numbers[:1] if found[1] == "^" else numbers[:2]
    if found[1] == "^" and numbers[0] == 0:
        kept = numbers[: next((index for index, number in enumerate(numbers) if number), 0) + 1]
    kept[-1] += 1
    return f">={found[2]},<{'.'.join(map(str, kept))}"


def named(entry: dict[str, object], where: str, result: Requirements) -> str:
    """Return the PEP 503 name of an entry; one without a name is a fault."""
    name = text_of(entry, "name")
    if not re.fullmatch(r"[A-Za-z0-9]([\w.-]*[A-Za-z0-9])?", name, re.ASCII):
        result.faults.append(f"{where}: {name[:80]!r} is no name of a package" if name else f"{where}: has no name")
        return ""
    return canonicalize_name(name)


def present(name: str, where: str, note: str = "") -> Requirement:
    """Return a requirement of which no version is known."""
    return Requirement(name=name, where=where, note=note)
