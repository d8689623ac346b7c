"""`[tool.envprobe.doctor]`: how much each rule matters, and findings that somebody has decided to live with."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from fnmatch import fnmatchcase
from typing import Any

import msgspec

from .. import document
from ..suggestion import suggest
from .model import AuditFinding
from .rules import RULES

SEVERITIES = ("fail", "warn", "note", "ignore")
DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


class AuditWaiver(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Findings of a rule that are reported as waived and do not count, until `expires` has passed."""

    rule: str
    """A rule or a family: `gpu.*`, `pin.image`, which stands for `pin.image.…` too."""
    owner: str
    """Who answers for it."""
    reason: str
    """Why it may stay."""
    expires: str
    """The last day on which it holds, `YYYY-MM-DD`."""
    file: str = "*"
    """Glob over the files it holds for; `*` matches `/` too."""

    def matches(self, finding: AuditFinding) -> bool:
        """Tell whether this waiver speaks of a finding; it may have expired."""
        return speaks_of(self.rule, finding.rule) and fnmatchcase(finding.file or "", self.file)

    def expired(self, today: date) -> bool:
        """Tell whether the last day has passed."""
        return today > date.fromisoformat(self.expires)


class AuditSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a project asks of `envprobe doctor`."""

    rules: dict[str, str] = {}
    """Rule, family or glob to `fail`, `warn`, `note` or `ignore`; the longest that matches wins."""
    waivers: list[AuditWaiver] = []

    def severity(self, finding: AuditFinding) -> str:
        """Return how much a finding matters here."""
        matching = [glob for glob in self.rules if speaks_of(glob, finding.rule)]
        return self.rules[max(matching, key=lambda glob: (len(glob), glob))] if matching else finding.severity


def speaks_of(glob: str, rule: str) -> bool:
    """Tell whether a rule, a family or a glob stands for a rule."""
    return fnmatchcase(rule, glob) or fnmatchcase(rule, f"{glob}.*")


def read_settings(value: Any, where: str) -> AuditSettings:
    """Read the table. Raises DocumentError with every fault."""
    found = document.convert(value, AuditSettings, where)
    document.refuse(where, [*_rule_faults(found), *_waiver_faults(found)])
    return found


def _rule_faults(settings: AuditSettings) -> Iterator[str]:
    for glob, severity in settings.rules.items():
        yield from (f"rules.{fault}" for fault in _name_faults(glob))
        if severity not in SEVERITIES:
            yield f"rules.{glob[:60]}: expected one of {', '.join(SEVERITIES)}, found {severity[:40]!r}"


def _waiver_faults(settings: AuditSettings) -> Iterator[str]:
    for index, waiver in enumerate(settings.waivers):
        where = f"waivers[{index}]"
        yield from (f"{where}.rule: {fault}" for fault in _name_faults(waiver.rule))
        if not re.search(r"[^*?.\[\]]", waiver.rule):
            yield f"{where}.rule: {waiver.rule!r} waives everything; name a family, such as `gpu.*`"
        for name in ("owner", "reason"):
            if not getattr(waiver, name).strip():
                yield f"{where}.{name}: empty; a waiver names a rule, an owner and a reason"
        if not _is_date(waiver.expires):
            yield f"{where}.expires: {waiver.expires[:40]!r} is not a date such as 2027-01-31"


def _name_faults(glob: str) -> Iterator[str]:
    families = [row.family for row in RULES]
    is_known = any(speaks_of(family, glob) or speaks_of(glob, family) or fnmatchcase(f"{family}.x", glob) for family in families)
    if not is_known:
        yield f"no rule is called {glob[:40]!r}; {suggest(glob, families)}"


def _is_date(text: str) -> bool:
    try:
        return bool(DATE.fullmatch(text)) and date.fromisoformat(text) is not None
    except ValueError:
        return False
