"""What was left out of a comparison, and by whom: only what the caller leaves out, or both sides did, is passed over. Pure.

What one side alone left out is unknown there: it does not decide what is compared.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from ..fact import WHOLE_SECTION, Section
from ..fingerprint import Fingerprint, skip_reason

Skipped = Mapping[str, str]
"""Globs of fact paths, with the reason."""
WHAT_TO_DO = "record that side whole, or leave it out here too, with the same option"


def by_both(expected: Fingerprint, observed: Fingerprint) -> dict[str, str]:
    """Return what both sides left out, and sections that neither has; what an id does not cover, nobody agreed to."""
    ours, theirs = expected.agreed, observed.agreed
    agreed = {glob: why for glob, why in {**ours, **theirs}.items() if skip_reason(glob, ours) and skip_reason(glob, theirs)}
    nowhere = {
        glob: why
        for glob, why in {**expected.skipped, **observed.skipped}.items()
        if glob.endswith(".*") and "." not in glob[:-2] and glob[:-2] not in {**expected.sections, **observed.sections}
    }
    return {**nowhere, **agreed}


def views(expected: Fingerprint, observed: Fingerprint, passed_over: Skipped) -> tuple[dict[str, Section], dict[str, Section]]:
    """Return the sections of both sides as they are compared: without what is passed over, and with what one left out unknown."""
    names = expected.sections.keys() | observed.sections.keys()
    mentioned = {name: [*_keys(expected, name), *_keys(observed, name)] for name in names}
    return _view(expected, mentioned, passed_over), _view(observed, mentioned, passed_over)


def whole_section(name: str, expected: Fingerprint, observed: Fingerprint) -> str:
    """Return why a whole section is unknown: one side left it out. Empty where neither did."""
    if reason := skip_reason(f"{name}.*", observed.skipped):
        return in_words(reason)
    reason = skip_reason(f"{name}.*", expected.skipped)
    return f"unknown in the baseline: {in_words(reason)}" if reason else ""


def in_words(reason: str) -> str:
    """Return the reason of an unknown that one side alone left out."""
    return f"{reason}; {WHAT_TO_DO}"


def _keys(side: Fingerprint, name: str) -> Iterable[str]:
    return side.sections[name].keys() if name in side.sections else ()


def _view(side: Fingerprint, mentioned: Mapping[str, Iterable[str]], passed_over: Skipped) -> dict[str, Section]:
    found = {}
    for name, keys in mentioned.items():
        if skip_reason(f"{name}.*", passed_over):
            continue
        section = side.sections.get(name)
        if reason := skip_reason(f"{name}.*", side.skipped):
            section = Section(unknown={WHOLE_SECTION: in_words(reason)})
        elif section is not None:
            section = _without(section, name, keys, side.skipped, passed_over)
        if section is not None:
            found[name] = section
    return found


def _without(section: Section, name: str, keys: Iterable[str], skipped: Skipped, passed_over: Skipped) -> Section:
    """Return a section in which what was left out is unknown, and what is passed over is not mentioned."""
    skipped, passed_over = _speaking_of(name, skipped), _speaking_of(name, passed_over)
    if not skipped and not passed_over:
        return section
    gone = {key for key in keys if skip_reason(f"{name}.{key}", passed_over)}
    unknown = {key: in_words(why) for key in keys if key not in gone and (why := skip_reason(f"{name}.{key}", skipped))}
    gone.update(unknown)
    return msgspec.structs.replace(
        section,
        known={key: value for key, value in section.known.items() if key not in gone},
        absent=[key for key in section.absent if key not in gone],
        unknown={**{key: why for key, why in section.unknown.items() if key not in gone}, **unknown},
    )


def _speaking_of(name: str, skipped: Skipped) -> dict[str, str]:
    """Return the globs that may match a fact of a section: nearly every section has none."""
    return {glob: why for glob, why in skipped.items() if glob.startswith(f"{name}.") or glob[:1] in "*?["}
