"""One line of a requirements file as what it asks for: a name and versions, a path, a URL, an editable."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from packaging.requirements import InvalidRequirement
from packaging.utils import canonicalize_name

from . import pip_option
from .lock import locked
from .package_source import ALGORITHMS, ARCHIVES, PackageSource, digests, read_place
from .pep508 import parse_requirement
from .wanted import Requirement

if TYPE_CHECKING:
    from pip_requirements_parser import InstallRequirement

PLAIN = re.compile(r"[A-Za-z0-9][\w.-]*\s*(?:\[[^\]]*\]\s*)?(?:[=<>!~(;].*)?", re.ASCII)
"""A name with a specifier, in which `packaging` sees what pip sees."""
HASH = re.compile(rf"(?:{'|'.join(ALGORITHMS)}):[0-9a-fA-F]+")
HASHES = re.compile(rf"\s*(?:--hash[= ]{HASH.pattern}\s*)+")
OPTION = re.compile(r"(?:^|\s)--[a-z-]+[ =]")
MARK = re.compile(r"(?:[-*•+]|--)(?:\s|$)")
"""How a list begins that was pasted from somewhere else."""
NAMED = re.compile(r"(?P<name>[A-Za-z0-9][\w.-]*)\s*(?:\[[^\]]*\]\s*)?@\s*(?P<url>\S+)", re.ASCII)
LENGTH_LIMIT = 4000
BRACKET_LIMIT = 50


class LineFault(Exception):
    """What is wrong with a line."""


def read_requirement(wanted: str, options: str, line: str, where: str, folder: Path) -> Requirement:
    """Return what a line asks for. Raises LineFault or SourceFault."""
    if len(wanted) > LENGTH_LIMIT or max(wanted.count("["), wanted.count("(")) > BRACKET_LIMIT:
        raise LineFault(f"longer or deeper nested than any requirement that is read: {line[:80]}")
    hashes = _hashes(options, line)
    if PLAIN.fullmatch(wanted) and not wanted.lower().endswith(ARCHIVES):
        try:
            found = parse_requirement(wanted)
        except InvalidRequirement:
            pass  # pip's own words for what is wrong
        else:
            return Requirement(
                name=canonicalize_name(found.name),
                specifier=str(found.specifier),
                marker=str(found.marker or ""),
                extras=tuple(sorted(found.extras)),
                source=PackageSource(hashes=hashes),
                where=where,
            )
    return _from_place(_built(wanted, line), where, folder, hashes)


def _hashes(options: str, line: str) -> tuple[str, ...]:
    if not options:
        return ()
    if HASHES.fullmatch(options):
        return digests(HASH.findall(options))
    given = read_options(options, line)
    wrong = [pip_option.spelled(name) for name in given if name not in pip_option.OF_A_REQUIREMENT]
    if wrong:
        raise LineFault(f"{', '.join(wrong)} has a line of its own: {line}")
    return digests(given.get("hash", []))


def read_options(text: str, line: str) -> dict[str, Any]:
    """Return the options in a text that is a line's, or its end. Raises LineFault where there is none, or one too many."""
    if MARK.match(line):
        raise LineFault(f"neither a requirement nor an option of pip, which passes it over: {line}; take away the mark before it")
    option = OPTION.search(line)
    if option and ";" in line[option.end() :]:
        raise LineFault("pip ignores a marker after an option; write it before --hash")
    try:
        found = pip_option.read_options(text)
    except pip_option.OptionFault as fault:
        raise LineFault(f"{fault}: {line}") from None
    if not found:
        raise LineFault(f"neither a requirement nor an option of pip: {line}")
    return found


def _built(wanted: str, line: str) -> InstallRequirement:
    """Return what pip makes of a line that is a path, a URL or NAME @ URL."""
    from pip_requirements_parser import PipError, build_install_req  # most files have no such line, and it loads slowly

    try:
        return build_install_req(wanted)
    except (PipError, ValueError, AssertionError) as error:
        raise LineFault(f"{_first_line(str(error))}: {line}") from None


def read_editable(text: str, where: str, folder: Path, comment: tuple[str, str]) -> Requirement:
    """Return an editable requirement; name and version may stand in the comment that pip freeze puts before it."""
    from pip_requirements_parser import PipError, build_editable_req

    if named := NAMED.fullmatch(text):
        place = read_place(named["url"], folder, name=named["name"], editable=True)
        return Requirement(name=place.name, source=place.source, where=where)
    try:
        found = build_editable_req(text)
    except (PipError, ValueError, AssertionError) as error:
        raise LineFault(f"{_first_line(str(error))}: -e {text}") from None
    name, text = comment
    version, specifier = locked(text) if name else ("", "")
    place = read_place(found.link.url, folder, name=found.name or name, editable=True)
    return Requirement(
        name=place.name,
        version=version if canonicalize_name(name) == place.name else "",
        specifier=specifier if canonicalize_name(name) == place.name else "",
        extras=tuple(sorted(found.extras)),
        source=place.source,
        where=where,
    )


def _from_place(found: Any, where: str, folder: Path, hashes: tuple[str, ...]) -> Requirement:
    """Return a requirement of an InstallRequirement; the name of a wheel's file is read once, by read_place."""
    marker = str(found.marker or "")
    if found.link is None:
        return Requirement(
            name=canonicalize_name(found.name),
            specifier=str(found.specifier),
            marker=marker,
            extras=tuple(sorted(found.extras)),
            source=PackageSource(hashes=hashes),
            where=where,
        )
    named = found.name if found.req is not None and found.req.url else ""
    place = read_place(found.link.url, folder, name=named, hashes=hashes)
    return Requirement(
        name=place.name,
        specifier="" if found.link.is_wheel else str(found.specifier or ""),
        version=place.version,
        marker=marker,
        extras=tuple(sorted(found.extras)),
        source=place.source,
        where=where,
    )


def _first_line(text: str) -> str:
    first = next((line for line in text.splitlines() if line.strip()), "not understood")
    return first.strip().replace(": :", ":")  # packaging's own "Invalid requirement: : Expected …"
