"""A declared baseline for a reader: what is expected, what of it only as present, and what its file says besides."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import TypeAlias

from ..baseline import Baseline
from ..baseline.declaration import Declaration
from ..spelling import line, safe
from . import Style

SHOWN = 16
SHOWN_REST = 8
SHOWN_NAMES = 6
DIGEST = re.compile(r"([a-z0-9]+:[0-9a-f]{8})[0-9a-f]{9,}")
KINDS = ("in one version", "within limits", "only as present", "absent")

Row: TypeAlias = tuple[str, str]
Package: TypeAlias = tuple[Declaration, Declaration | None]
"""What is declared of a version, and of where it comes from."""


def declared_rows(baseline: Baseline, style: Style) -> Iterator[Row]:
    """Yield what there is to say of the declarations as (label, words); an empty label goes on with the one before."""
    packages = _packages(baseline.declared)
    yield "declares", ", ".join(_counts(baseline, packages))
    if packages:
        yield "versions", ", ".join(f"{count:,} {kind}" for kind, count in _kinds(packages))
        yield from _origins(packages)
        yield from _markers(packages)
    if baseline.complete:
        yield "complete", f"what is there besides in {', '.join(baseline.complete)} counts as added"
    yield from _limited(
        [(line(name), line(words, 400)) for name, words in _lines(baseline.declared, packages, style)], SHOWN, style
    )
    present = [(name, item) for name, item in packages.items() if _kind(item[0]) == KINDS[2]]
    yield from _labelled("present", list(_reasons(present, style)), style)
    yield from _labelled("not taken", baseline.provenance.not_declared, style)


def _packages(declared: dict[str, Declaration]) -> dict[str, Package]:
    """Return package to what is declared of its version and of its origin."""
    names = [path.removeprefix("packages.").removesuffix(".version") for path in sorted(declared) if _is_version(path)]
    return {name: (declared[f"packages.{name}.version"], declared.get(f"packages.{name}.origin")) for name in names}


def _is_version(path: str) -> bool:
    return path.startswith("packages.") and path.endswith(".version")


def _is_of(path: str, packages: dict[str, Package]) -> bool:
    """Tell whether a fact is shown with its package: its version, its origin and the URL of that."""
    section, _, rest = path.partition(".")
    name, _, kind = rest.rpartition(".")
    return section == "packages" and name in packages and kind in ("version", "origin", "url")


def _counts(baseline: Baseline, packages: dict[str, Package]) -> Iterator[str]:
    conda = sum(path.startswith("ospackages.conda:") for path in baseline.declared)
    others = sum(not (path.startswith("ospackages.conda:") or _is_of(path, packages)) for path in baseline.declared)
    for count, word in ((len(packages), "package"), (conda, "package of conda"), (others, "other fact")):
        if count:
            first, _, rest = word.partition(" ")
            plural = word if count == 1 else f"{first}s {rest}".strip() if first == "package" else f"{word}s"
            yield f"{count:,} {plural}"


def _kind(version: Declaration) -> str:
    if version.present or version.absent:
        return KINDS[3] if version.absent else KINDS[2]
    return KINDS[0] if version.pinned() is not None else KINDS[1]


def _kinds(packages: dict[str, Package]) -> list[tuple[str, int]]:
    found = Counter(_kind(version) for version, _ in packages.values())
    return [(kind, found[kind]) for kind in KINDS if found[kind]]


def _origins(packages: dict[str, Package]) -> Iterator[Row]:
    words = Counter(_origin_kind(origin) for _, origin in packages.values() if origin is not None)
    if words:
        yield "origins", ", ".join(f"{count:,} {word}" for word, count in sorted(words.items()))


def _origin_kind(origin: Declaration) -> str:
    if origin.hashes:
        return "by URL and digest" if " " in origin.origin else "by digest"
    if " " in origin.origin:
        return "by URL"
    return "by commit" if "+" in origin.origin else origin.origin


def _markers(packages: dict[str, Package]) -> Iterator[Row]:
    count = sum(bool(version.when) for version, _ in packages.values())
    if count:
        verb = "is" if count == 1 else "are"
        yield "markers", f"{count:,} {verb} expected only where a marker holds, which is asked of the observed Python"


def _lines(declared: dict[str, Declaration], packages: dict[str, Package], style: Style) -> Iterator[Row]:
    """Yield one line a package, and one for every other fact."""
    for path, item in sorted(declared.items()):
        name = path.removeprefix("packages.").removesuffix(".version")
        if _is_version(path):
            origin = packages[name][1]
            yield name, ", ".join([item.describe(), *([_short(origin, style)] if origin is not None else [])]) + _why(item, style)
        elif not _is_of(path, packages):
            yield path.removeprefix("ospackages."), item.describe() + _why(item, style)


def _short(origin: Declaration, style: Style) -> str:
    if style.verbosity > 0:
        return origin.describe()
    digest = DIGEST.sub(r"\1…", origin.hashes[0]) if origin.hashes else ""
    more = f" or {len(origin.hashes) - 1} more" if len(origin.hashes) > 1 else ""
    return " ".join(filter(None, (origin.origin, digest + more)))


def _why(item: Declaration, style: Style) -> str:
    return (
        f"   ({'; '.join(filter(None, (item.source, item.note)))})" if style.verbosity > 0 and (item.source or item.note) else ""
    )


def _limited(rows: list[Row], number: int, style: Style) -> Iterator[Row]:
    yield from rows if style.verbosity > 0 else rows[:number]
    if len(rows) > number and style.verbosity <= 0:
        yield "", f"and {len(rows) - number:,} more: -v shows all"


def _reasons(present: list[tuple[str, Package]], style: Style) -> Iterator[str]:
    """Yield why no version is declared, each reason once with the packages that it is true of."""
    names: dict[str, list[str]] = {}
    for name, (version, _) in present:
        names.setdefault(version.note or "no version is asked for", []).append(name)
    for reason, found in names.items():
        shown = found if style.verbosity > 0 else found[:SHOWN_NAMES]
        more = f" and {len(found) - len(shown):,} more" if len(found) > len(shown) else ""
        yield f"{', '.join(shown)}{more}: {reason}"


def _labelled(label: str, sentences: list[str], style: Style) -> Iterator[Row]:
    rows = [("" if number else label, safe(sentence)) for number, sentence in enumerate(sentences)]
    yield from _limited(rows, SHOWN_REST, style)
