"""The dependencies of a pyproject.toml (PEP 621), with its extras and dependency groups (PEP 735), as requirements."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from msgspec.structs import replace
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from ..error import DocumentError
from ..toml import read_toml
from .package_source import SourceFault, read_place
from .pep508 import parse_requirement
from .requirements_file import read_requirements
from .wanted import Chosen, Requirement, Requirements, unknown_choices

POETRY = "a project of Poetry before 2.0: pass its poetry.lock, or write one with: poetry lock"
NO_PROJECT = "no [project] table; only PEP 621 dependencies and [dependency-groups] can be declared"


def read_project(path: Path, text: str, chosen: Chosen) -> Requirements:
    """Read project.dependencies, the optional dependencies of the chosen extras, and the chosen groups."""
    result = Requirements()
    try:
        value = read_toml(text.encode(), path.name)
    except DocumentError as error:
        result.faults.append(error.message)
        return result
    project, groups = value.get("project", {}), value.get("dependency-groups", {})
    result.faults += [f"{path.name}: {fault}" for fault in _table_faults(value, chosen, path.name)]
    result.faults += [] if result.faults else _choice_faults(path.name, project, groups, chosen)
    if result.faults:
        return result
    if project.get("requires-python"):
        result.python, result.python_where = project["requires-python"], f"{path.name}: project.requires-python"
    if "dependencies" in project.get("dynamic", []):
        _read_dynamic(value, path, result)
    texts = [*_project_texts(project, chosen), *_group_texts(groups, chosen.groups)]
    for where, requirement in texts:
        take(requirement, f"{path.name}: {where}", path.parent, result)
    _say_rest(path.name, value, chosen, result)
    return result


def take(text: str, where: str, folder: Path, result: Requirements) -> None:
    """Take a PEP 508 requirement, or say what is wrong with it."""
    try:
        found = parse_requirement(text)
        place = read_place(found.url, folder, name=found.name) if found.url else None
    except (ValueError, SourceFault) as error:
        result.faults.append(f"{where}: {error}: {text[:200]!r}")
        return
    item = Requirement(
        name=canonicalize_name(found.name),
        specifier=str(found.specifier),
        marker=str(found.marker or ""),
        extras=tuple(sorted(found.extras)),
        where=where,
    )
    if place is not None:
        item = replace(item, version=place.version, source=place.source)
    result.found.append(item)


def _project_texts(project: dict[str, Any], chosen: Chosen) -> Iterator[tuple[str, str]]:
    """Yield every requirement with its place; an extra that names the project's other extras brings those too."""
    for index, text in enumerate(project.get("dependencies", [])):
        yield f"project.dependencies[{index}]", text
    table = project.get("optional-dependencies", {})
    own = canonicalize_name(project.get("name") or "-")

    def inside(text: str) -> list[str]:
        try:
            found = parse_requirement(text)
        except ValueError:
            return []
        return sorted(found.extras) if canonicalize_name(found.name) == own else []

    yield from _reached(table, chosen.extras, inside, "project.optional-dependencies")


def _group_texts(groups: dict[str, object], chosen: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Yield every requirement of the chosen groups, and of those that they include; each group counts once."""

    def inside(item: object) -> list[str]:
        return [item["include-group"]] if isinstance(item, dict) else []

    yield from _reached(groups, chosen, inside, "dependency-groups")


def _reached(
    table: dict[str, Any], chosen: tuple[str, ...], inside: Callable[[Any], list[str]], where: str
) -> Iterator[tuple[str, str]]:
    """Yield the texts under the chosen names, and under those that they name, each name once."""
    named = {canonicalize_name(name): name for name in table}
    waiting = [canonicalize_name(name) for name in chosen]
    done: set[str] = set()
    while waiting:
        key = waiting.pop(0)
        if key in done or key not in named:
            continue
        done.add(key)
        for index, item in enumerate(table[named[key]]):
            more = inside(item)
            waiting += map(canonicalize_name, more)
            if not more:
                yield f"{where}.{named[key]}[{index}]", item


def _read_dynamic(value: dict[str, object], path: Path, result: Requirements) -> None:
    """Read the requirement files that setuptools takes the dependencies from; other builds would have to be run."""
    table: object = value
    for key in ("tool", "setuptools", "dynamic", "dependencies", "file"):
        table = table.get(key) if isinstance(table, dict) else None
    files = [table] if isinstance(table, str) else table
    if not isinstance(files, list) or not files or not all(isinstance(name, str) for name in files):
        result.faults.append(f"{path.name}: project.dependencies is dynamic: a build would have to be run")
        result.hint = "write it out: uv pip compile pyproject.toml -o requirements.txt, and pass that"
        return
    for name in files:
        found = read_requirements(path.parent / name)
        result.found += found.found
        result.indexes += found.indexes
        result.extra_indexes += found.extra_indexes
        result.faults += found.faults
        result.not_taken += found.not_taken


def _say_rest(name: str, value: dict[str, Any], chosen: Chosen, result: Requirements) -> None:
    project = value.get("project", {})
    there = {*project.get("optional-dependencies", {}), *value.get("dependency-groups", {})}
    asked = {canonicalize_name(one) for one in (*chosen.extras, *chosen.groups)}
    left = sorted(one for one in there if canonicalize_name(one) not in asked)
    if left:
        result.leave(name, f"extras and groups that were not chosen: {', '.join(left)}")
    tool = value.get("tool", {})
    if isinstance(tool, dict) and isinstance(tool.get("uv"), dict) and "sources" in tool["uv"]:
        result.leave(name, "tool.uv.sources: where uv takes a package from stands in uv.lock")


def _choice_faults(name: str, project: dict[str, Any], groups: dict[str, object], chosen: Chosen) -> list[str]:
    extras = unknown_choices(name, "extra", chosen.extras, project.get("optional-dependencies", {}))
    return [*extras, *unknown_choices(name, "group", chosen.groups, groups)]


def _table_faults(value: dict[str, Any], chosen: Chosen, name: str) -> Iterator[str]:
    """Yield what of the tables is not what PEP 621 and PEP 735 say."""
    project, groups = value.get("project"), value.get("dependency-groups", {})
    if project is None and "poetry" in (value["tool"] if isinstance(value.get("tool"), dict) else {}):
        yield POETRY
        return
    if not isinstance(project, dict) and not (project is None and groups):
        yield NO_PROJECT
        return
    yield from _project_faults(project or {})
    if not isinstance(groups, dict) or not all(
        isinstance(items, list) and all(map(_is_group_item, items)) for items in groups.values()
    ):
        yield "dependency-groups: expected a table of arrays of requirements and {include-group = NAME}"
    elif unknown := sorted(
        {one for items in groups.values() for one in _includes(items)} - {canonicalize_name(one) for one in groups}
    ):
        yield f"dependency-groups: includes {', '.join(unknown)[:200]}, which is not there"


def _project_faults(project: dict[str, Any]) -> Iterator[str]:
    if not _is_texts(project.get("dependencies", [])):
        yield "project.dependencies: expected an array of requirements"
    if not _is_texts(project.get("dynamic", [])):
        yield "project.dynamic: expected an array of names"
    optional = project.get("optional-dependencies", {})
    if not isinstance(optional, dict) or not all(_is_texts(texts) for texts in optional.values()):
        yield "project.optional-dependencies: expected a table of arrays of requirements"
    if not isinstance(project.get("name", ""), str):
        yield "project.name: expected a text"
    try:
        SpecifierSet(project.get("requires-python", ""))
    except (ValueError, AttributeError, TypeError):
        yield "project.requires-python: not a version specifier"


def _is_group_item(item: object) -> bool:
    return isinstance(item, str) or (
        isinstance(item, dict) and list(item) == ["include-group"] and isinstance(item["include-group"], str)
    )


def _includes(items: list[object]) -> list[str]:
    return [canonicalize_name(item["include-group"]) for item in items if isinstance(item, dict)]


def _is_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)
