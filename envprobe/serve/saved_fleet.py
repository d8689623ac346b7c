"""A fleet that was saved with `--format json`, as far as its history asks: who had which verdict, in which class, and why."""

from __future__ import annotations

from typing import Any

import msgspec

from .. import document
from ..error import DocumentError
from ..fleet.unreachable import UnreachableMember
from ..policy import Severity
from ..render.fleet.json import SCHEMA
from ..report import Verdict

MEMBERS_LIMIT = 200_000
FACTS_LIMIT = 3


class _Side(msgspec.Struct, frozen=True):
    id: str
    name: str


class _Fact(msgspec.Struct, frozen=True):
    path: str
    severity: Severity = Severity.NOTE


class _Class(msgspec.Struct, frozen=True):
    id: str
    verdict: Verdict
    members: list[str]
    headline: str = ""
    differences: list[_Fact] = []


class _Saved(msgspec.Struct, frozen=True):
    """The document as render/fleet/json.py writes it; members that a later version adds are passed over."""

    verdict: Verdict
    engine: str
    baseline: _Side
    classes: list[_Class]
    unreachable: list[UnreachableMember]


class MemberState(msgspec.Struct, frozen=True):
    """What a report says of one member."""

    word: str
    """A verdict, or `unreachable`."""
    id: str = ""
    """Of its fingerprint: another one is a change, whatever the verdict says of it."""
    why: str = ""


class SavedFleet(msgspec.Struct, frozen=True, kw_only=True):
    """What a fleet came to at one time."""

    verdict: Verdict
    engine: str
    baseline: str
    members: dict[str, MemberState]


def from_value(value: dict[str, Any], where: str) -> SavedFleet:
    """Read a parsed document. Raises DocumentError with its faults."""
    document.check_schema(value, SCHEMA, where)
    saved = document.convert(value, _Saved, where)
    count = sum(len(one.members) for one in saved.classes) + len(saved.unreachable)
    document.refuse(where, list(document.too_many(members=(count, MEMBERS_LIMIT))))
    members: dict[str, MemberState] = {}
    for one in saved.classes:
        state = MemberState(one.verdict.value, one.id, _why(one))
        members.update(dict.fromkeys(one.members, state))
    members.update({one.member: MemberState("unreachable", why=one.reason) for one in saved.unreachable})
    if len(members) != count:
        raise DocumentError(f"{where}: a member stands there twice", "the file was edited or damaged; ask the fleet again")
    return SavedFleet(verdict=saved.verdict, engine=saved.engine, baseline=saved.baseline.name, members=members)


def _why(one: _Class) -> str:
    gravest = sorted(one.differences, key=lambda fact: -fact.severity.rank)
    paths = ", ".join(fact.path for fact in gravest[:FACTS_LIMIT])
    more = f" and {len(gravest) - FACTS_LIMIT} more" if len(gravest) > FACTS_LIMIT else ""
    return f"{one.headline}: {paths}{more}" if paths else one.headline
