"""What a baseline declares about one fact, and whether an observed fact is that."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from ..fact import Absent, Fact, Unknown, Value
from ..pep440 import parse_specifiers, parse_version
from . import conda, marker
from .origin import ANY_ARCHIVE, from_archive, is_archive, same_origin

if TYPE_CHECKING:
    from ..fingerprint import Fingerprint

FORMS = ("equals", "specifier", "version", "conda", "one_of", "present", "absent", "origin", "hashes")


class Declaration(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One expectation of one fact: exactly one of the forms, and where it comes from."""

    equals: Value | msgspec.UnsetType = msgspec.UNSET
    """The fact is known and is this value."""
    specifier: str = ""
    """PEP 440, `>=1.20,<2`: the fact is a version that it contains, or a list of copies whose versions it all contains.
    Pre-releases count as versions."""
    version: str = ""
    """The fact is this version as PEP 440 has it, as a lock or file name says it: `1.0` is `1.0.0`, `2.0+cpu` is not `2.0`."""
    conda: str = ""
    """The fact is a conda package, `VERSION BUILD`, that conda would take: `1.22.*`, `>=1.20,<2`, `1.22.3 py39_0`."""
    one_of: list[Value] = []
    """The fact is known and is one of these values."""
    present: bool = False
    """The fact is known, whatever it is."""
    absent: bool = False
    """The fact is known not to be there."""
    origin: str = ""
    """Where a package comes from, as `packages.NAME.origin` spells it. The commit may be shortened; a branch or tag is
    not compared, because an installation remembers the commit only. `archive URL` may have `hashes` beside it."""
    hashes: list[str] = []
    """`sha256:…`, `md5:…` of the archives that a package may come from; one of the algorithm that the installer kept decides. For
    a package of an index, and where nothing records an origin, no hash is kept by the installer: both are accepted."""
    optional: bool = False
    """Whether absence is accepted too: a constraint says which version, not that the package is there."""
    instead: list[str] = []
    """Fact paths that may hold it where this one is absent: one package that is published under several names."""
    when: str = ""
    """An environment marker (PEP 508) about the target; where it is false nothing is declared."""
    also: list[Declaration] = []
    """Further declarations of the same fact, which must all accept it."""
    source: str = ""
    """Where a reader can look it up: a URL, or a document and its line."""
    note: str = ""

    def applies(self, observed: Fingerprint) -> bool:
        """Tell whether anything is declared for this target. A marker that is unknown applies, and accepts nothing."""
        if not self._has_markers():
            return True
        variables = marker.environment(observed)
        return any(part.when == "" or marker.holds(part.when, variables) is not False for part in self._parts())

    def here(self, observed: Fingerprint) -> Declaration:
        """Return what is declared for this target: without the parts whose marker is false, and without markers that hold."""
        if not self._has_markers():
            return self
        variables = marker.environment(observed)
        answers = [(part, marker.holds(part.when, variables) if part.when else True) for part in self._parts()]
        kept = [replace(part, also=[], when=part.when if holds is None else "") for part, holds in answers if holds is not False]
        return replace(kept[0], also=kept[1:]) if kept else self

    def _has_markers(self) -> bool:
        return any(part.when for part in self._parts())

    def accepts(self, fact: Fact, observed: Fingerprint | None = None) -> bool | None:
        """Tell whether a fact is what is declared; None where that is unknown, never True for an unknown fact.

        `observed` is the fingerprint of the fact: without it a declaration with a marker stays unknown.
        """
        variables = marker.environment(observed) if observed and self._has_markers() else {}
        fact = self._elsewhere(fact, observed)
        return _all([part._accepts_where_it_holds(fact, variables) for part in self._parts()])

    def _elsewhere(self, fact: Fact, observed: Fingerprint | None) -> Fact:
        """Return the fact, or the first of `instead` that is not absent either."""
        others = [observed.get(path) for path in self.instead] if observed else []
        return next((other for other in [fact, *others] if not isinstance(other, Absent)), fact)

    def _accepts_where_it_holds(self, fact: Fact, variables: dict[str, str]) -> bool | None:
        applies = marker.holds(self.when, variables) if self.when else True
        if applies is False:
            return True
        answer = self._accepts(fact)
        return answer if applies else None

    def _accepts(self, fact: Fact) -> bool | None:
        if isinstance(fact, Unknown):
            return None
        if isinstance(fact, Absent):
            return self.absent or self.optional or bool(self.hashes)
        if self.absent:
            return False
        return self._accepts_value(fact.value)

    def _accepts_value(self, value: Value) -> bool | None:
        if self.present:
            return True
        if self.specifier:
            return _of_versions(value, partial(_contains, self.specifier))
        if self.version:
            return _of_versions(value, partial(_is_version, self.version))
        if self.conda:
            return conda.matches(self.conda, value) if isinstance(value, str) else None
        if self.origin or self.hashes:
            return isinstance(value, str) and self._comes_from(value)
        if self.one_of:
            return any(_same(value, choice) for choice in self.one_of)
        return _same(value, self.equals)

    def _comes_from(self, observed: str) -> bool | None:
        if self.hashes or (is_archive(self.origin) and self.origin != ANY_ARCHIVE):
            return from_archive(self.origin, self.hashes, observed)
        return same_origin(self.origin, observed)

    def _parts(self) -> Iterator[Declaration]:
        yield self
        for part in self.also:
            yield from part._parts()

    def pinned(self) -> str | None:
        """Return the one version or text that this declaration accepts, or None where several would do."""
        if isinstance(self.equals, str):
            return self.equals
        if self.version:
            return self.version
        one, *more = parse_specifiers(self.specifier) or [None]
        if one is None or more or one.operator not in ("==", "===") or one.version.endswith(".*"):
            return None
        return one.version

    def describe(self) -> str:
        """Return what is expected, in a few words: `==1.22.4`, `absent`, `a or b`."""
        between = "; " if self._has_markers() else " and "
        return between.join(part._describe() for part in self._parts())

    def _describe(self) -> str:
        words = self._form() + (" or absent" if self.optional else "")
        return f"{words} where {self.when}" if self.when else words

    def _form(self) -> str:
        if self.specifier:
            return self.specifier
        if self.present or self.absent:
            return "present" if self.present else "absent"
        if self.version or self.conda:
            return self.version or self.conda
        if self.origin or self.hashes:
            return " ".join(filter(None, (self.origin or ANY_ARCHIVE, " or ".join(self.hashes))))
        if self.one_of:
            return " or ".join(_spell(choice) for choice in self.one_of)
        return _spell(self.equals)


def faults(declaration: Declaration) -> Iterator[str]:
    """Yield what is wrong with a declaration that has the right types."""
    given = [name for name in FORMS[1:] if getattr(declaration, name)]
    if declaration.equals is not msgspec.UNSET:  # an empty text, an empty list and false are values to be equal to
        given.insert(0, FORMS[0])
    if given == ["origin", "hashes"] and is_archive(declaration.origin):
        given = ["origin"]
    if len(given) != 1:
        yield f"needs exactly one of {', '.join(FORMS)}, and has {', '.join(given) or 'none'}"
    try:
        parse_specifiers(declaration.specifier)
    except ValueError as error:
        yield f"specifier: {error}"
    try:
        parse_version(declaration.version or "0")
    except ValueError as error:
        yield f"version: {error}"
    if declaration.conda and (wrong := conda.fault(declaration.conda)):
        yield f"conda: {wrong}"
    if declaration.when and (wrong := marker.fault(declaration.when)):
        yield f"when: {wrong}"
    for index, part in enumerate(declaration.also):
        yield from (f"also[{index}].{fault}" for fault in faults(part))


def _of_versions(value: Value, accepts: Callable[[str], bool | None]) -> bool | None:
    """Ask of a version, or of all those of a list of copies; None where the value is neither."""
    if isinstance(value, list):
        versions = [copy.get("version", "") if isinstance(copy, dict) else "" for copy in value]
        return _all([accepts(version) if isinstance(version, str) else None for version in versions]) if versions else False
    return accepts(value) if isinstance(value, str) else None


def _contains(specifier: str, version: str) -> bool | None:
    """Tell whether a version is in a specifier; None where PEP 440 cannot parse it."""
    specifiers = parse_specifiers(specifier)
    try:
        return specifiers.contains(parse_version(version), prereleases=True)
    except ValueError:  # `===` compares texts; nothing else can be told of a version outside PEP 440
        return _all([item.version == version if item.operator == "===" else None for item in specifiers])


def _is_version(expected: str, version: str) -> bool | None:
    """Tell whether a version is the expected one; None where PEP 440 cannot parse it."""
    try:
        return parse_version(version) == parse_version(expected)
    except ValueError:
        return None


def _all(answers: list[bool | None]) -> bool | None:
    """Join answers: one refusal refuses, else an unknown one leaves it open."""
    if False in answers:
        return False
    return None if None in answers else True


def _same(value: object, other: object) -> bool:
    """Compare two values; True is not 1, as in JSON."""
    return msgspec.json.encode(value, order="sorted") == msgspec.json.encode(other, order="sorted")


def _spell(value: object) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value, order="sorted").decode()
