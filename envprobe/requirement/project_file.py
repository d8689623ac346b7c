"""The dependencies of a pyproject.toml (PEP 621), as requirements."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from packaging.requirements import InvalidRequirement
from packaging.requirements import Requirement as Pep508
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name

from ..error import DocumentError
from ..suggestion import suggest
from ..toml import LIMIT_BYTES, read_toml
from .package_source import PackageSource, from_url
from .requirements_file import Requirement, Requirements


def read_project(path: Path, extras: Collection[str]) -> Requirements:
    """Read project.dependencies and the optional dependencies of the chosen extras; faults are listed in the result."""
    result = Requirements()
    try:
        with path.open("rb") as stream:
            project = read_toml(stream.read(LIMIT_BYTES + 1), path.name).get("project")
    except (OSError, DocumentError) as error:
        result.faults.append(error.message if isinstance(error, DocumentError) else f"{path.name}: {error.strerror}")
        return result
    if not isinstance(project, dict):
        result.faults.append(f"{path.name}: no [project] table; only PEP 621 dependencies can be declared")
        return result
    result.faults += [f"{path.name}: {fault}" for fault in _table_faults(project, extras)]
    if not result.faults:
        result.python = project.get("requires-python", "")
        for where, text in _texts(project, extras):
            _read(text, f"{path.name}: {where}", result)
    return result


def _texts(project: dict[str, Any], extras: Collection[str]) -> Iterator[tuple[str, str]]:
    """Yield every requirement with its place; an extra that names the project's other extras brings those too."""
    for index, text in enumerate(project.get("dependencies", [])):
        yield f"project.dependencies[{index}]", text
    table = project.get("optional-dependencies", {})
    optional: dict[str, tuple[str, list[str]]] = {canonicalize_name(name): (name, table[name]) for name in table}
    waiting: list[str] = [canonicalize_name(extra) for extra in extras]
    done: set[str] = set()
    while waiting:
        extra = waiting.pop(0)
        if extra in done or extra not in optional:
            continue
        done.add(extra)
        name, texts = optional[extra]
        for index, text in enumerate(texts):
            own = _own_extras(text, project.get("name", ""))
            waiting += own
            if not own:
                yield f"project.optional-dependencies.{name}[{index}]", text


def _own_extras(text: str, project: str) -> list[str]:
    """Return the extras that a requirement of the project on itself names."""
    try:
        requirement = Pep508(text)
    except InvalidRequirement:
        return []
    if canonicalize_name(requirement.name) != canonicalize_name(project or "-"):
        return []
    return [canonicalize_name(extra) for extra in sorted(requirement.extras)]


def _read(text: str, where: str, result: Requirements) -> None:
    try:
        requirement = Pep508(text)
    except InvalidRequirement as error:
        result.faults.append(f"{where}: {str(error).splitlines()[0]}: {text[:200]!r}")
        return
    result.found.append(
        Requirement(
            name=canonicalize_name(requirement.name),
            specifier=str(requirement.specifier),
            marker=str(requirement.marker or ""),
            extras=tuple(sorted(requirement.extras)),
            source=from_url(requirement.url) if requirement.url else PackageSource(),
            where=where,
        )
    )


def _table_faults(project: dict[str, Any], extras: Collection[str]) -> Iterator[str]:
    if "dependencies" in project.get("dynamic", []):
        yield "project.dependencies is dynamic: a build would have to be run; write a requirements file instead"
    if not _is_texts(project.get("dependencies", [])):
        yield "project.dependencies: expected an array of requirements"
    optional = project.get("optional-dependencies", {})
    if not isinstance(optional, dict) or not all(_is_texts(texts) for texts in optional.values()):
        yield "project.optional-dependencies: expected a table of arrays of requirements"
        return
    known = {canonicalize_name(name): name for name in optional}
    for extra in extras:
        if canonicalize_name(extra) not in known:
            yield f"no extra called {extra[:40]!r}; {suggest(extra, sorted(optional))}"
    try:
        SpecifierSet(project.get("requires-python", ""))
    except (InvalidSpecifier, AttributeError, TypeError):
        yield "project.requires-python: not a version specifier"


def _is_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)
