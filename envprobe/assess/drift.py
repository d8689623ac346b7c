"""Expected and observed to the facts that differ and the facts that are unknown: no policy, no words, no I/O."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from types import MappingProxyType

from ..baseline import Baseline
from ..fact import ABSENT, WHOLE_SECTION, Fact, Known, Section, Unknown, canonical
from ..fingerprint import SEEN_FROM_OUTSIDE, Fingerprint
from ..redaction import is_redacted_before
from ..report import Kind
from .change import SOUND, Change, Changes, classify
from .declared_drift import compare_declared
from .left_out import by_both, views, whole_section
from .same_package import is_same

WRONG_IN_THEMSELVES = ("image.floating", "cuda.diagnosis.*", "numerics.diagnosis.*")
"""Facts that are there only where something is wrong, whatever was expected."""


LATER = {
    **{glob: glob for glob in ("numerics.floating_point.*", "numerics.bfloat16.*", "numerics.graph_options")},
    **{glob: glob for glob in ("python.finders", "python.archives", "system.ld_so_preload", "system.ld_so_conf")},
    **dict.fromkeys(("stdlib.interpreter", "stdlib.altered"), "stdlib.interpreter"),
    **dict.fromkeys(("packages.*.files", "packages.*.data"), "python.finders"),  # most environments have none of these
}
"""Facts that an older envprobe did not look for, each with one that says something on every side that did look for it."""
OWN_FINDER = "builtins.MemoryImporter"
"""The probe's, which the first versions recorded among the finders of the target."""
RECORDED_BEFORE = "one side was recorded before envprobe looked for it"


def compare(
    expected: Baseline | Fingerprint, observed: Fingerprint, left_out: Mapping[str, str] = MappingProxyType({})
) -> Changes:
    """Compare what was expected with what was observed, fact by fact; `left_out` are globs that the caller does not ask for."""
    if isinstance(expected, Fingerprint):
        found = _compare_fingerprints(expected, observed, left_out)
    elif expected.fingerprint is not None:
        found = _compare_fingerprints(expected.fingerprint, observed, left_out)
    else:
        found = compare_declared(expected, observed, left_out)
    told = {change.path for change in found.changes}
    found.changes.extend(change for change in _wrong_in_themselves(observed) if change.path not in told)
    return found


def _wrong_in_themselves(observed: Fingerprint) -> Iterator[Change]:
    """Yield what is a finding even where a baseline was recorded with the same fault."""
    for name in ("image", "cuda", "numerics"):
        for key in sorted(observed.sections.get(name, Section()).known):
            if any(fnmatchcase(f"{name}.{key}", glob) for glob in WRONG_IN_THEMSELVES):
                yield Change(f"{name}.{key}", Kind.ADDED, ABSENT, Known(observed.sections[name].known[key]))


def _compare_fingerprints(expected: Fingerprint, observed: Fingerprint, left_out: Mapping[str, str]) -> Changes:
    changes: list[Change] = []
    unknown: dict[str, str] = {}
    compared = 0
    skipped = {**by_both(expected, observed), **left_out, **_only_one_knows(expected, observed)}
    ours, theirs = views(expected, observed, skipped)
    for name in sorted(ours.keys() | theirs.keys()):
        if reason := _one_sided(name, ours, theirs):
            skipped.setdefault(f"{name}.*", reason)
            continue
        if why := whole_section(name, expected, observed):
            unknown[f"{name}.*"] = why
            continue
        if name not in theirs:
            unknown[f"{name}.*"] = "the observed fingerprint has no such section"
            continue
        compared += len(ours[name].known) + len(ours[name].absent)
        if _is_same_section(name, (expected, ours), (observed, theirs)):
            continue
        _compare_sections(name, ours[name], theirs[name], changes, unknown)
    return Changes(_without_files_of_whole_packages(changes), unknown, skipped, compared)


def _is_same_section(name: str, *sides: tuple[Fingerprint, Mapping[str, Section]]) -> bool:
    """Tell by their digests that two sections are the same and all of them is known: nearly all are, and need no walk."""
    if any(side.sections.get(name) is not view[name] or view[name].unknown for side, view in sides):
        return False
    return len({side.section_ids[name] for side, _ in sides}) == 1


def _only_one_knows(expected: Fingerprint, observed: Fingerprint) -> dict[str, str]:
    """Return the facts that came later and that one of the two is too old to have."""
    return {glob: RECORDED_BEFORE for glob, mark in LATER.items() if {*_looked(mark, expected, observed)} == {True, False}}


def _looked(mark: str, *sides: Fingerprint) -> Iterator[bool]:
    """Yield whether each side says anything of such a fact; nothing of a side without the whole section."""
    name, _, key = mark.partition(".")
    for section in (side.sections.get(name) for side in sides):
        if section is not None:
            yield any(fnmatchcase(mentioned, key) for mentioned in (*section.known, *section.absent, *section.unknown))


def _without_files_of_whole_packages(changes: list[Change]) -> list[Change]:
    """Leave out that the files of a package came or went with it; files that are not what was released stay a change."""
    whole = {change.path.removeprefix("packages.") for change in changes if change.path.count(".") == 1}
    return [change for change in changes if not (_is_of(change.path, whole) and SOUND in (change.expected, change.observed))]


def _is_of(path: str, packages: set[str]) -> bool:
    section, _, name = path.partition(".")
    return section == "integrity" and name in packages


def _one_sided(name: str, expected: Mapping[str, Section], observed: Mapping[str, Section]) -> str:
    """Return why a section that only one side has is not compared, or an empty string where it must be there."""
    if name in expected and name in observed:
        is_one_empty = (expected[name] == Section()) is not (observed[name] == Section())
        return SEEN_FROM_OUTSIDE.get(name, "") if is_one_empty else ""
    if name in SEEN_FROM_OUTSIDE:
        return SEEN_FROM_OUTSIDE[name]
    return "" if name in expected else "the expected side was recorded without it"


def _compare_sections(name: str, expected: Section, observed: Section, changes: list[Change], unknown: dict[str, str]) -> None:
    keys = sorted({*expected.keys(), *observed.keys()} - _plainly_same(expected, observed))
    whole = _whole_entities(expected, observed) if name == "packages" and keys else {}
    for key in keys:
        path = f"{name}.{key}"
        if key.partition(".")[0] not in whole and not (name == "packages" and is_same(key, expected, observed)):
            _compare_facts(path, expected.get(key), observed.get(key), changes, unknown)
    _whole_section_unknown(name, expected, observed, unknown)
    for entity, kind in sorted(whole.items()):
        key = f"{entity}.version"
        changes.append(Change(f"{name}.{entity}", kind, expected.get(key), observed.get(key)))


def _plainly_same(expected: Section, observed: Section) -> set[str]:
    """Return the keys with the same text on both sides, or absent on both: nearly all, and not worth building facts for."""
    ours, theirs = expected.known, observed.known
    texts = {key for key, value in ours.items() if isinstance(value, str) and theirs.get(key) == value}
    absent = {*expected.absent}.intersection(observed.absent)
    return texts | (absent - ours.keys() - theirs.keys() - expected.unknown.keys() - observed.unknown.keys())


def _whole_section_unknown(name: str, expected: Section, observed: Section, unknown: dict[str, str]) -> None:
    """Say once what a collector that failed as a whole leaves unknown."""
    path = f"{name}.{WHOLE_SECTION}"
    if WHOLE_SECTION in observed.unknown:
        unknown[path] = observed.unknown[WHOLE_SECTION]
    elif WHOLE_SECTION in expected.unknown:
        unknown[path] = f"unknown in the baseline: {expected.unknown[WHOLE_SECTION]}"


def _compare_facts(path: str, expected: Fact, observed: Fact, changes: list[Change], unknown: dict[str, str]) -> None:
    if path == "python.finders":
        expected, observed = _without_own_finder(expected), _without_own_finder(observed)
    if isinstance(observed, Unknown):
        unknown[path] = observed.reason
    elif isinstance(expected, Unknown):
        unknown[path] = f"unknown in the baseline: {expected.reason}"
    elif reason := _incomparable(path, expected, observed):
        unknown[path] = reason
    elif not _same(expected, observed) and not _is_redacted_before(path, expected, observed):
        changes.append(classify(path, expected, observed))


def _without_own_finder(fact: Fact) -> Fact:
    if not isinstance(fact, Known) or not isinstance(fact.value, list):
        return fact
    others = [name for name in fact.value if name != OWN_FINDER]
    return Known(others) if others else ABSENT


def _is_redacted_before(path: str, expected: Fact, observed: Fact) -> bool:
    """Tell whether two values of a variable differ only in what an earlier version took out of them."""
    both = [fact.value for fact in (expected, observed) if isinstance(fact, Known) and isinstance(fact.value, str)]
    is_redacted = len(both) == 2 and path.startswith("environment.") and any("{scrubbed}" in value for value in both)
    return is_redacted and is_redacted_before(*both)


def _incomparable(path: str, expected: Fact, observed: Fact) -> str:
    """Return why two digests of data say nothing of each other: one is DVC's MD5, the other the SHA-256 of what was read."""
    ours, theirs = _digest_kind(expected), _digest_kind(observed)
    if not path.startswith("data.") or not ours or not theirs or ours == theirs:
        return ""
    return f"its digest is {theirs}, the baseline's is {ours}: neither says anything of the other"


def _digest_kind(fact: Fact) -> str:
    digest = fact.value.get("digest") if isinstance(fact, Known) and isinstance(fact.value, dict) else None
    return digest.partition(":")[0] if isinstance(digest, str) else ""


def _same(expected: Fact, observed: Fact) -> bool:
    """Compare two known facts; True is not 1, as in JSON."""
    if expected != observed:
        return False
    if isinstance(expected, Known) and isinstance(observed, Known) and not isinstance(expected.value, str):
        return canonical(expected.value) == canonical(observed.value)
    return True


def _whole_entities(expected: Section, observed: Section) -> dict[str, Kind]:
    """Return the packages that only one side has: one difference each, not one for each of their facts."""
    if WHOLE_SECTION in expected.unknown or WHOLE_SECTION in observed.unknown:
        return {}
    gone = dict.fromkeys(_only_in(expected, observed), Kind.REMOVED)
    return {**gone, **dict.fromkeys(_only_in(observed, expected), Kind.ADDED)}


def _only_in(section: Section, other: Section) -> set[str]:
    """Return the packages that one side knows something about and the other says nothing about."""
    candidates = _entities(section.known.keys() - other.known.keys())
    return candidates - _entities((*other.known, *other.unknown)) if candidates else candidates


def _entities(keys: Iterable[str]) -> set[str]:
    return {key.partition(".")[0] for key in keys}
