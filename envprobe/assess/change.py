"""One fact that is not what was expected, and the name for how it differs: no policy, no words, no I/O."""

from __future__ import annotations

import itertools

import msgspec

from ..fact import Absent, Fact, Known
from ..pep440 import parse_version
from ..report import Kind

SOUND = Known("ok")
"""What `integrity.NAME` says where every file of a package is the one of its RECORD."""

SHADOWING = ("shadowed", "shadowed_by")
ORIGINS = ("origin", "record")


class Change(msgspec.Struct, frozen=True):
    """One fact, or one whole package, that is not what was expected."""

    path: str
    kind: Kind
    expected: Fact
    observed: Fact
    magnitude: str = ""
    """The first part of a version that differs, as policy.MAGNITUDES names them; empty for what is no version."""


class Changes(msgspec.Struct, frozen=True):
    """Everything that a comparison of facts found."""

    changes: list[Change]
    unknown: dict[str, str]
    """Paths of facts that are unknown on at least one side, with the reason."""
    skipped: dict[str, str]
    compared: int


def classify(path: str, expected: Fact, observed: Fact) -> Change:
    """Name the kind of a change between two facts that differ and are both known."""
    if isinstance(expected, Known) and isinstance(observed, Known) and _is_version(path):
        kind, magnitude = compare_versions(str(expected.value), str(observed.value))
        return Change(path, kind, expected, observed, magnitude)
    return Change(path, _kind(path, expected, observed), expected, observed)


def _kind(path: str, expected: Fact, observed: Fact) -> Kind:
    section, _, key = path.partition(".")
    last = key.rpartition(".")[2]
    if section == "packages" and last in SHADOWING and not isinstance(observed, Absent):
        return Kind.SHADOWED
    if section == "integrity" and observed != SOUND:
        return Kind.MODIFIED
    if section == "stdlib" and isinstance(expected, Known) and isinstance(observed, Known):
        return Kind.MODIFIED
    if isinstance(expected, Absent):
        return Kind.ADDED
    if isinstance(observed, Absent):
        return Kind.REMOVED
    if section == "packages" and last in ORIGINS:
        return Kind.CROSSGRADED
    return Kind.CHANGED


def _is_version(path: str) -> bool:
    return path.endswith(".version") or path.startswith("ospackages.") or path in VERSIONS


VERSIONS = ("gpu.driver", "gpu.driver_cuda", "cuda.built.cuda", "cuda.built.cudnn")
RELEASE_PARTS = ("major", "minor", "micro")


def compare_versions(expected: str, observed: str) -> tuple[Kind, str]:
    """Return the kind of a version change and the first part that differs, by PEP 440.

    A local label is no order: `2.9.0+cu112` and `2.9.0+cpu` are crossgraded. What PEP 440 cannot parse is only `changed`.
    """
    try:
        ours, theirs = parse_version(expected), parse_version(observed)
    except ValueError:
        return Kind.CHANGED, ""
    if ours == theirs:
        return Kind.CHANGED, ""
    if ours.public == theirs.public:
        return Kind.CROSSGRADED, "local"
    kind = Kind.UPGRADED if theirs > ours else Kind.DOWNGRADED
    if ours.epoch != theirs.epoch:
        return kind, "epoch"
    pairs = itertools.zip_longest(ours.release, theirs.release, fillvalue=0)
    first = next((index for index, (left, right) in enumerate(pairs) if left != right), len(RELEASE_PARTS))
    return kind, RELEASE_PARTS[first] if first < len(RELEASE_PARTS) else "suffix"
