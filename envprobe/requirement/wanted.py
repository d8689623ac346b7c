"""What a file asks for, whatever its format: packages, a Python, conda's packages, and what could not be taken."""

from __future__ import annotations

from collections.abc import Collection, Iterable

import msgspec
from packaging.utils import canonicalize_name

from ..baseline.declaration import Declaration
from ..suggestion import suggest
from .package_source import PackageSource

NOT_TAKEN_LIMIT = 200


class Chosen(msgspec.Struct, frozen=True):
    """The parts of a file that are asked for beside its main one."""

    extras: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()


class Requirement(msgspec.Struct, frozen=True, kw_only=True):
    """What one line or entry asks for."""

    name: str
    """PEP 503."""
    specifier: str = ""
    """PEP 440; empty where any version will do."""
    version: str = ""
    """The one version, local label included: what a lock or a file's name says."""
    marker: str = ""
    extras: tuple[str, ...] = ()
    source: PackageSource = PackageSource()
    """Where the package is to come from."""
    constraint: bool = False
    """Whether it only says which version, and not that the package is to be there."""
    where: str
    """`requirements.txt:12`, relative to the folder of the first file."""
    note: str = ""
    """What a reader should know: why there is no version, or which package wants it."""


class Requirements(msgspec.Struct):
    """What was found in one reading."""

    found: list[Requirement] = []
    facts: dict[str, Declaration] = {}
    """What is declared of other facts: conda's packages."""
    indexes: list[str] = []
    """URLs of package indexes, without credentials."""
    extra_indexes: list[str] = []
    """Those of them that are asked beside the usual one."""
    python: str = ""
    """The versions of Python that are asked for, a PEP 440 specifier, and where."""
    python_where: str = ""
    complete: bool = False
    """Whether the file lists everything that may be installed."""
    not_taken: list[str] = []
    """`where: what was left out, and why`."""
    faults: list[str] = []
    """`file:line: what is wrong`."""
    hint: str = ""
    """What to do about the faults, where one thing helps against all of them."""

    def leave(self, where: str, why: str) -> None:
        """Remember what is not declared; a file of nothing else is not remembered whole."""
        if len(self.not_taken) < NOT_TAKEN_LIMIT:
            self.not_taken.append(f"{where}: {why}")


def unknown_choices(name: str, kind: str, wanted: Iterable[str], known: Collection[str]) -> list[str]:
    """Return a sentence for each extra or group that a file has not; both are compared as PEP 503 spells them."""
    there = {canonicalize_name(one) for one in known}
    missing = [one for one in wanted if canonicalize_name(one) not in there]
    if not known:
        return [f"{name}: no {kind} called {one[:40]!r}; the file has none" for one in missing]
    return [f"{name}: no {kind} called {one[:40]!r}; {suggest(one, sorted(known))}" for one in missing]
