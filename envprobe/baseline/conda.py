"""What conda is asked for, and whether an installed package is that: `1.22.*`, `>=1.20,<2`, `1.22.3 py39_0`.

The rules are those of conda's MatchSpec. Two versions are put in order as PEP 440 has it; where it has none, nothing is claimed.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from fnmatch import fnmatchcase
from operator import ge, gt, le, lt
from typing import Any

from ..pep440 import parse_version

CONDITION = re.compile(r"(==|!=|>=|<=|~=|=|>|<|)([A-Za-z0-9_.*+!-]+)")
ORDER: dict[str, Callable[[Any, Any], bool]] = {">=": ge, "<=": le, ">": gt, "<": lt}


def matches(expected: str, installed: str) -> bool | None:
    """Tell whether an installed `VERSION BUILD` is what is expected: conditions on its version, and a glob for its build.

    None where two versions have no order that is known.
    """
    conditions, _, build = expected.partition(" ")
    version, _, its_build = installed.partition(" ")
    if build and not fnmatchcase(its_build, build):
        return False
    return _any([_all([_holds(one, version) for one in choice.split(",")]) for choice in conditions.split("|")])


def fault(expected: str) -> str:
    """Return what is wrong with conditions, or an empty string."""
    conditions, _, build = expected.partition(" ")
    wrong = next((one for one in re.split(r"[|,]", conditions) if not CONDITION.fullmatch(one)), None)
    if wrong is not None:
        return f"{wrong[:80]!r} is no condition of conda, such as 1.22.* or >=1.20"
    return f"{build[:80]!r} is no build" if re.search(r"\s", build) else ""


def _holds(condition: str, version: str) -> bool | None:
    found = CONDITION.fullmatch(condition)
    if found is None:
        return None
    operator, wanted = found[1], found[2]
    if wanted == "*":
        return True
    if operator == "!=":
        same = _matches_one(wanted, version)
        return None if same is None else not same
    if operator == "=":
        return _below(wanted.removesuffix("*").removesuffix("."), version)
    if operator == "~=":
        return _all([_ordered(ge, version, wanted), _below(wanted.rpartition(".")[0], version)])
    if operator in ORDER:
        return _ordered(ORDER[operator], version, wanted.removesuffix("*").removesuffix("."))
    return _matches_one(wanted, version)


def _matches_one(wanted: str, version: str) -> bool | None:
    if wanted.endswith(".*"):
        return _below(wanted[:-2], version)
    if "*" in wanted:
        return fnmatchcase(version, wanted)
    try:
        return parse_version(version) == parse_version(wanted)
    except ValueError:
        return version.lower() == wanted.lower()


def _below(prefix: str, version: str) -> bool:
    """Tell whether a version begins with these parts: 1.22 has 1.22.3, and not 1.220."""
    rest = version.lower().removeprefix(prefix.lower())
    return rest != version.lower() and (not rest or not (prefix[-1:].isdigit() and rest[0].isdigit()))


def _ordered(order: Callable[[Any, Any], bool], version: str, wanted: str) -> bool | None:
    try:
        return order(parse_version(version), parse_version(wanted))
    except ValueError:
        return None


def _all(answers: list[bool | None]) -> bool | None:
    return False if False in answers else (None if None in answers else True)


def _any(answers: list[bool | None]) -> bool | None:
    return True if True in answers else (None if None in answers else False)
