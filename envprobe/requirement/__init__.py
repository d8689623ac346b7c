"""A requirements file, or the dependencies of a pyproject.toml, to a declared baseline."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import groupby
from pathlib import Path

import msgspec
from packaging.specifiers import SpecifierSet

from ..baseline import Baseline, Provenance, marker
from ..baseline.declaration import Declaration
from ..error import DocumentError
from ..store import NAME
from .project_file import read_project
from .requirements_file import Requirement, read_requirements


def declare(path: Path, *, environment: dict[str, str] | None = None, extras: Collection[str] = ()) -> Baseline:
    """Return what a requirements file, or the dependencies of a pyproject.toml, declare about an environment.

    Markers are evaluated for `environment` (PEP 508 names) if it is given, else kept and evaluated for the target that is
    observed. `extras` choose optional dependencies of a pyproject.toml. Raises DocumentError with every fault, each with
    file and line.
    """
    read = read_project(path, extras) if path.suffix == ".toml" else read_requirements(path)
    if extras and path.suffix != ".toml":
        read.faults.append(f"{path.name}: a requirements file has no extras; they belong to a pyproject.toml")
    wanted = _in_environment(read.found, environment)
    faults = [*read.faults, *_contradictions(wanted)]
    if not wanted and not faults:
        faults.append(f"{path.name}: asks for nothing; a baseline that expects nothing would pass everything")
    if faults:
        raise DocumentError("\n".join(faults[:50]), "nothing was declared")
    return Baseline(
        name=_name(path),
        kind="declared",
        description=f"What {path.name} asks for.",
        declared={**_python(read.python, path), **dict(_declarations(wanted))},
        complete=["packages.*"] if _is_lock(wanted) else [],
        provenance=Provenance(source=path.name, indexes=sorted(set(read.indexes))),
    )


def _in_environment(found: list[Requirement], environment: dict[str, str] | None) -> list[Requirement]:
    if environment is None:
        return found
    kept = []
    for item in found:
        holds = marker.holds(item.marker, environment) if item.marker else True
        if holds is not False:
            kept.append(item if holds is None else msgspec.structs.replace(item, marker=""))
    return kept


def _is_lock(wanted: list[Requirement]) -> bool:
    """Tell whether every requirement carries hashes: then pip demands that all dependencies are listed too."""
    listed = [item for item in wanted if not item.constraint]
    return bool(listed) and all(item.source.hashes for item in listed)


def _by_name(wanted: list[Requirement]) -> Iterator[tuple[str, list[Requirement]]]:
    """Yield each package with what is asked of it: requirements before constraints, else in the order of the files."""
    ordered = sorted(wanted, key=lambda item: (item.name, item.constraint))
    for name, items in groupby(ordered, key=lambda item: item.name):
        yield name, list(items)


def _python(specifier: str, path: Path) -> dict[str, Declaration]:
    if not specifier:
        return {}
    return {"python.version": Declaration(specifier=specifier, source=f"{path.name}: project.requires-python")}


def _declarations(wanted: list[Requirement]) -> Iterator[tuple[str, Declaration]]:
    for name, items in _by_name(wanted):
        yield f"packages.{name}.version", _joined([_version(part) for part in _parts(items)])
        origins = [_origin(item) for item in items if item.source.origin or item.source.hashes]
        if origins:
            yield f"packages.{name}.origin", _joined(origins)


def _parts(items: list[Requirement]) -> Iterator[list[Requirement]]:
    """Yield the lines that hold under the same marker; a requirement and a constraint stay apart, for absence differs."""
    for _, part in groupby(sorted(items, key=_condition), key=_condition):
        yield list(part)


def _condition(item: Requirement) -> tuple[bool, str]:
    return item.constraint, item.marker


def _version(part: list[Requirement]) -> Declaration:
    specifier = SpecifierSet(",".join(item.specifier for item in part if item.specifier))
    return Declaration(
        specifier=str(specifier),
        present=not str(specifier),
        optional=part[0].constraint,
        when=part[0].marker,
        source=", ".join(item.where for item in part),
        note=_note(part),
    )


def _note(part: list[Requirement]) -> str:
    extras = sorted({extra for item in part for extra in item.extras})
    return f"extras {', '.join(extras)}: what they bring is not declared" if extras else ""


def _origin(item: Requirement) -> Declaration:
    hashes = [] if item.source.origin else list(item.source.hashes)
    return Declaration(
        origin=item.source.origin,
        hashes=hashes,
        optional=item.constraint,
        when=item.marker,
        source=item.where,
        note=item.source.note,
    )


def _joined(parts: list[Declaration]) -> Declaration:
    """Return one declaration that holds where all parts hold."""
    first, *rest = (part for index, part in enumerate(parts) if part not in parts[:index])
    return msgspec.structs.replace(first, also=rest)


def _contradictions(wanted: list[Requirement]) -> Iterator[str]:
    """Yield two lines for one package, under one marker, that no installation can satisfy both."""
    for name, items in _by_name(wanted):
        for index, item in enumerate(items):
            for other in items[:index]:
                if item.marker == other.marker and _contradict(item, other):
                    yield f"{item.where}: {name}{_asked(item)} contradicts {name}{_asked(other)} at {other.where}"


def _contradict(item: Requirement, other: Requirement) -> bool:
    if item.source.origin and other.source.origin and item.source.origin != other.source.origin:
        return True
    pins = [(_pin(item), other), (_pin(other), item)]
    return any(pin and not SpecifierSet(against.specifier).contains(pin, prereleases=True) for pin, against in pins)


def _pin(item: Requirement) -> str:
    return Declaration(specifier=item.specifier).pinned() or ""


def _asked(item: Requirement) -> str:
    return item.specifier or (f" @ {item.source.origin}" if item.source.origin else "")


def _name(path: Path) -> str:
    """Return the file's name without its ending, if a baseline can be called that."""
    return path.stem if NAME.fullmatch(path.stem) else "requirements"
