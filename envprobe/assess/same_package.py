"""Facts of a package that are spelled differently and mean the same. Pure."""

from __future__ import annotations

from typing import Any

from ..fact import Fact, Known, Section, Unknown
from ..pep440 import parse_version

ARCHIVE = "archive"


def is_same(key: str, expected: Section, observed: Section) -> bool:
    """Tell whether two facts `NAME.FACT` of a package say the same though their values differ; what is unknown says nothing."""
    name, _, fact = key.rpartition(".")
    ours, theirs = expected.get(key), observed.get(key)
    if isinstance(ours, Unknown) or isinstance(theirs, Unknown):
        return False
    if fact == "shadowed":
        return _losers(ours, name, expected) == _losers(theirs, name, observed)
    if fact == "record":  # that of an editable install lists what points at its folder, wherever that is
        return all(str(_value(side.get(f"{name}.origin"))).startswith("editable") for side in (expected, observed))
    if not isinstance(ours, Known) or not isinstance(theirs, Known):
        return False
    if fact == "version":
        return _is_same_version(str(ours.value), str(theirs.value))
    return fact == "origin" and _is_same_archive(str(ours.value), str(theirs.value), name, expected, observed)


def _is_same_version(ours: str, theirs: str) -> bool:
    try:
        return parse_version(ours) == parse_version(theirs)
    except ValueError:
        return False


def _is_same_archive(ours: str, theirs: str, name: str, expected: Section, observed: Section) -> bool:
    """Tell whether one of two archives has no digest (uv records none), and their RECORDs say that both held the same files."""
    has_digest = [":" in value and "://" not in value for value in (ours, theirs)]
    record = _value(expected.get(f"{name}.record"))
    is_same_record = record is not None and record == _value(observed.get(f"{name}.record"))
    return ours.startswith(ARCHIVE) and theirs.startswith(ARCHIVE) and not all(has_digest) and any(has_digest) and is_same_record


def _losers(fact: Fact, name: str, section: Section) -> list[Any]:
    """Return the copies that import passes over; one of the version that it takes changes nothing."""
    value, version = _value(fact), str(_value(section.get(f"{name}.version")))
    copies = value if isinstance(value, list) else []
    return [copy for copy in copies if not (isinstance(copy, dict) and _is_same_version(str(copy.get("version")), version))]


def _value(fact: Fact) -> Any:
    return fact.value if isinstance(fact, Known) else None
