"""What people have that says what an environment should be, to a declared baseline: requirements, locks, projects, exports."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from fnmatch import fnmatchcase
from itertools import groupby
from pathlib import Path

import msgspec
from msgspec.structs import replace
from packaging.specifiers import SpecifierSet

from ..baseline import Baseline, Provenance, marker
from ..baseline.declaration import Declaration
from ..baseline.origin import ANY_ARCHIVE
from ..error import DocumentError
from ..pep440 import parse_specifiers
from ..redaction import redact
from ..store import NAME
from .foreign import FREEZE
from .kind import read
from .wanted import Chosen, Requirement, Requirements

LINES_OF_ONE = 500
"""Lines that may speak of one package: each is compared with all others."""
FAULT_LIMIT = 50
MANY = 3
"""Faults that are shown of a file in which nothing else was found."""
SHOWN_PLACES = 20
POLICIES = {"ospackages.conda:*": "fail", "packages.*.url": "fail"}
"""What is expected where a file asks for it, and only came along where a baseline was recorded."""


def declare(
    path: Path, *, environment: dict[str, str] | None = None, extras: Collection[str] = (), groups: Collection[str] = ()
) -> Baseline:
    """Return what a file declares about an environment: requirements, a lock file, a project, an export of conda or pip.

    Markers are evaluated for `environment` (PEP 508 names) if it is given, else kept and evaluated for the target that is
    observed. `extras` and `groups` choose what a file has beside its main part. Raises DocumentError with every fault, each with
    file and line, or with what the file is and how to export what is wanted.
    """
    found = read(path, Chosen(tuple(extras), tuple(groups)))
    faults = [*found.faults, *_spelling_faults(found.found)]
    wanted = _in_environment(found.found, environment) if not faults else []
    faults += _contradictions(wanted)
    if not wanted and not found.facts and not faults:
        faults.append(f"{path.name}: asks for nothing; a baseline that expects nothing would pass everything")
    if faults:
        if len(faults) > MANY and not wanted and not found.found:
            faults = [f"{path.name}: no requirements file: none of its lines asks for a package", *faults[:MANY]]
            found.hint = found.hint or f"write one: {FREEZE}"
        more = [f"{path.name}: and {len(faults) - FAULT_LIMIT} more faults"] if len(faults) > FAULT_LIMIT else []
        shown = [_redacted(fault) for fault in faults[:FAULT_LIMIT]]
        raise DocumentError("\n".join([*shown, *more]), found.hint or "nothing was declared")
    declared = {**_python(found), **found.facts, **dict(_declarations(wanted))}
    return Baseline(
        name=_name(path),
        kind="declared",
        description=f"What {path.name} asks for{_chosen_words(extras, groups)}.",
        declared=declared,
        complete=["packages.*"] if found.complete else [],
        policy=_policy(declared),
        provenance=Provenance(
            source=path.name,
            indexes=sorted(set(map(_redacted, found.indexes))),
            extra_indexes=sorted(set(map(_redacted, {*found.extra_indexes}.intersection(found.indexes)))),
            not_declared=list(map(_redacted, found.not_taken)),
        ),
    )


def _policy(declared: dict[str, Declaration]) -> dict[str, str]:
    return {glob: severity for glob, severity in POLICIES.items() if any(fnmatchcase(path, glob) for path in declared)}


def _chosen_words(extras: Collection[str], groups: Collection[str]) -> str:
    words = [f"extra {name}" for name in sorted(extras)] + [f"group {name}" for name in sorted(groups)]
    return f", with {', '.join(words)}" if words else ""


def _spelling_faults(found: list[Requirement]) -> Iterator[str]:
    """Yield the markers and specifiers that a lock has and PEP 508 has not; those of a requirements file are parsed already."""
    for item in found:
        if item.marker and (wrong := marker.fault(item.marker)):
            yield f"{item.where}: {wrong}: {item.marker[:200]!r}"
        try:
            parse_specifiers(item.specifier)
        except ValueError as error:
            yield f"{item.where}: {error}"


def _in_environment(found: list[Requirement], environment: dict[str, str] | None) -> list[Requirement]:
    if environment is None:
        return found
    kept = []
    for item in found:
        holds = marker.holds(item.marker, environment) if item.marker else True
        if holds is not False:
            kept.append(item if holds is None else msgspec.structs.replace(item, marker=""))
    return kept


def _by_name(wanted: list[Requirement]) -> Iterator[tuple[str, list[Requirement]]]:
    """Yield each package with what is asked of it: requirements before constraints, else in the order of the files."""
    ordered = sorted(wanted, key=lambda item: (item.name, item.constraint))
    for name, items in groupby(ordered, key=lambda item: item.name):
        yield name, list(items)


def _python(found: Requirements) -> dict[str, Declaration]:
    return {"python.version": Declaration(specifier=found.python, source=found.python_where)} if found.python else {}


def _declarations(wanted: list[Requirement]) -> Iterator[tuple[str, Declaration]]:
    for name, items in _by_name(wanted):
        yield f"packages.{name}.version", _joined([one for part in _parts(items) for one in _versions(part)])
        origins = [_origin(item) for item in items if item.source.origin or item.source.hashes]
        if origins:
            yield f"packages.{name}.origin", _joined(origins)
        places = [replace(origin, optional=True) for origin in origins if " " in origin.origin and not origin.hashes]
        if places:  # pip keeps the digest in the origin, where uv keeps the URL
            yield f"packages.{name}.url", _joined(places)


def _parts(items: list[Requirement]) -> Iterator[list[Requirement]]:
    """Yield the lines that hold under the same marker; a requirement and a constraint stay apart, for absence differs."""
    for _, part in groupby(sorted(items, key=_condition), key=_condition):
        yield list(part)


def _condition(item: Requirement) -> tuple[bool, str]:
    return item.constraint, item.marker


def _versions(part: list[Requirement]) -> Iterator[Declaration]:
    """Yield what lines under one marker say of the version: the one that is locked, the specifiers, else that there is one."""
    specifier = ",".join(sorted({one for item in part for one in item.specifier.split(",") if one}))
    common = Declaration(optional=part[0].constraint, when=part[0].marker, source=_places(part), note=_note(part))
    locked = next((item.version for item in part if item.version), "")
    if locked:
        yield msgspec.structs.replace(common, version=locked)
    if specifier:
        yield msgspec.structs.replace(common, specifier=str(SpecifierSet(specifier)))
    if not locked and not specifier:
        yield msgspec.structs.replace(common, present=True)


def _places(part: list[Requirement]) -> str:
    more = f", and {len(part) - SHOWN_PLACES:,} more lines" if len(part) > SHOWN_PLACES else ""
    return ", ".join(item.where for item in part[:SHOWN_PLACES]) + more


def _note(part: list[Requirement]) -> str:
    extras = sorted({extra for item in part for extra in item.extras})
    notes = [f"extras {', '.join(extras)}: what they bring is not declared"] if extras else []
    if not any(item.version or item.specifier for item in part):
        notes += [item.source.note for item in part if item.source.note and not item.source.origin]
    return "; ".join(dict.fromkeys([*notes, *(item.note for item in part if item.note)]))[:1000]


def _origin(item: Requirement) -> Declaration:
    return Declaration(
        origin="" if item.source.origin == ANY_ARCHIVE and item.source.hashes else _redacted(item.source.origin),
        hashes=list(item.source.hashes),
        optional=item.constraint,
        when=item.marker,
        source=item.where,
        note=item.source.note,
    )


def _redacted(text: str) -> str:
    """Take out what looks like a secret: a token in the path of a URL, or what somebody typed behind an option."""
    if "://" not in text and "=" not in text:
        return text
    return redact(text)


def _joined(parts: list[Declaration]) -> Declaration:
    """Return one declaration that holds where all parts hold."""
    first, *rest = (part for index, part in enumerate(parts) if part not in parts[:index])
    return msgspec.structs.replace(first, also=rest)


def _contradictions(wanted: list[Requirement]) -> Iterator[str]:
    """Yield two lines for one package, under one marker, that no installation can satisfy both."""
    for name, items in _by_name(wanted):
        different = list({(item.specifier, item.version, item.marker, item.source.origin): item for item in items[::-1]}.values())
        if len(different) > LINES_OF_ONE:
            yield f"{items[0].where}: {name} is asked for in {len(different):,} different ways; {LINES_OF_ONE} are compared"
            continue
        for index, item in enumerate(different[::-1]):
            for other in different[::-1][:index]:
                if item.marker == other.marker and _contradict(item, other):
                    yield f"{item.where}: {name}{_asked(item)} contradicts {name}{_asked(other)} at {other.where}"


def _contradict(item: Requirement, other: Requirement) -> bool:
    if item.source.origin and other.source.origin and item.source.origin != other.source.origin:
        return True
    if item.version and other.version:
        return item.version != other.version
    pins = [(_pin(item), other), (_pin(other), item)]
    return any(pin and not SpecifierSet(against.specifier).contains(pin, prereleases=True) for pin, against in pins)


def _pin(item: Requirement) -> str:
    return item.version or Declaration(specifier=item.specifier).pinned() or ""


def _asked(item: Requirement) -> str:
    version = f"=={item.version}" if item.version else item.specifier
    return version or (f" @ {item.source.origin}" if item.source.origin else "")


def _name(path: Path) -> str:
    """Return the file's name without its ending, if a baseline can be called that."""
    return path.stem if NAME.fullmatch(path.stem) else "requirements"
