"""What is in an environment only because somebody looks at it: envprobe and pytest or a notebook, and what they require."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from .policy import Severity


def rules(instruments: tuple[str, ...], tools: tuple[str, ...]) -> dict[str, Severity]:
    """Return the policy under which the instruments show in no finding.

    `tools` are globs of distributions that no experiment imports: whatever differs in them is a note. What an instrument
    requires, an experiment may require too: only that it was added is a note, not another version of it.
    """
    found = {f"packages.{name}{suffix}": Severity.NOTE for name in tools for suffix in ("", ".*")}
    return found | {f"packages.{name}@added": Severity.NOTE for name in sorted(_required(instruments))}


def _required(roots: tuple[str, ...]) -> set[str]:
    """Return these distributions and all that they require in this environment, as far as they are installed."""
    found: set[str] = set()
    left = list(roots)
    while left:
        name = canonicalize_name(left.pop())
        if name not in found:
            found.add(name)
            left.extend(_requirements(name))
    return found


@cache
def _requirements(name: str) -> list[str]:
    try:
        texts = distribution(name).requires or []
    except PackageNotFoundError:
        return []
    return [one.name for one in _applying(texts)]


def _applying(texts: list[str]) -> Iterator[Requirement]:
    for text in texts:
        requirement = Requirement(re.sub(r"\s+", " ", text))
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
            yield requirement
