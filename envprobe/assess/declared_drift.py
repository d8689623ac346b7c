"""What a baseline declares against what was observed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec

from ..baseline import Baseline
from ..baseline.declaration import Declaration
from ..fact import ABSENT, Absent, Fact, Known, Section, Unknown
from ..fingerprint import SEEN_FROM_OUTSIDE, Fingerprint, skip_reason
from ..report import Kind
from .change import Change, Changes, classify
from .left_out import in_words


def compare_declared(baseline: Baseline, observed: Fingerprint, by_caller: Mapping[str, str]) -> Changes:
    """Compare only what a baseline declares; where its declarations are complete, tell what is there besides."""
    changes: list[Change] = []
    unknown: dict[str, str] = {}
    skipped: dict[str, str] = {}
    compared = 0
    for path, declaration in sorted(baseline.declared.items()):
        reason = skip_reason(path, by_caller) or _not_visible(path, observed)
        if reason:
            skipped[path] = reason
            continue
        if not declaration.applies(observed):
            continue
        compared += 1
        fact = _observed(path, observed)
        verdict = declaration.accepts(fact, observed)
        if verdict is None:
            unknown[path] = fact.reason if isinstance(fact, Unknown) else "cannot be compared with what is declared"
        elif not verdict:
            changes.append(_declared_change(path, declaration.here(observed), fact))
    changes.extend(_undeclared(baseline, observed))
    return Changes(changes, unknown, skipped, compared)


def _observed(path: str, observed: Fingerprint) -> Fact:
    fact = observed.get(path)
    if fact is not ABSENT or path.partition(".")[2] in observed.sections[path.partition(".")[0]].absent:
        return fact
    reason = skip_reason(path, observed.skipped)
    return Unknown(in_words(reason)) if reason else fact


def _not_visible(path: str, observed: Fingerprint) -> str:
    name = path.partition(".")[0]
    return SEEN_FROM_OUTSIDE.get(name, "") if name not in observed.sections else ""


def _declared_change(path: str, declaration: Declaration, observed: Fact) -> Change:
    expected: Fact = ABSENT if declaration.absent else Known(declaration.describe())
    if isinstance(observed, Absent) and path.startswith("packages.") and path.endswith(".version"):
        return Change(path.removesuffix(".version"), Kind.REMOVED, expected, observed)
    pinned = declaration.pinned()
    if pinned is not None:
        return msgspec.structs.replace(classify(path, Known(pinned), observed), expected=expected)
    return classify(path, expected, observed)


def _undeclared(baseline: Baseline, observed: Fingerprint) -> Iterator[Change]:
    """Yield what is there although the baseline says that its declarations are complete."""
    packages = observed.sections.get("packages", Section()) if "packages.*" in baseline.complete else Section()
    declared = {path.split(".")[1] for path in baseline.declared if path.startswith("packages.")}
    for name in sorted({key.partition(".")[0] for key in packages.known} - declared):
        yield Change(f"packages.{name}", Kind.ADDED, ABSENT, packages.get(f"{name}.version"))
