"""A waiver: a difference that somebody has decided to live with, why, and until when."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from fnmatch import fnmatchcase

import msgspec

from .. import document, policy

LIMIT = 1_000
"""Each is held against each difference, and listed where it covers none."""
# `date.fromisoformat` of Python 3.11 also reads `20260101` and `2026-W01-1`; one spelling keeps files comparable.
ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


class Waiver(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A difference under `path` is reported as waived and does not count in the verdict, until `expires` has passed."""

    path: str
    """Glob over fact paths; `*` matches dots too. At least one section is named: `*` alone waives nothing."""
    owner: str
    """Who answers for it."""
    reason: str
    """Why it may stay."""
    expires: str
    """The last day on which it holds, `YYYY-MM-DD`."""

    def matches(self, path: str) -> bool:
        """Tell whether this waiver speaks of a fact path; it may have expired."""
        return fnmatchcase(path, policy.RENAMED.get(self.path, self.path))

    def expired(self, today: date) -> bool:
        """Tell whether the last day has passed."""
        return today > date.fromisoformat(self.expires)


def read_waivers(value: object, where: str) -> list[Waiver]:
    """Read a list of waivers. Raises DocumentError with every fault of every waiver."""
    if isinstance(value, list):
        document.refuse(where, [fault.partition(": ")[2] for fault in document.too_many(waivers=(len(value), LIMIT))])
    waivers = document.convert(value, list[Waiver], where)
    document.refuse(where, [f"[{index}].{fault}" for index, waiver in enumerate(waivers) for fault in faults(waiver)])
    return waivers


def faults(waiver: Waiver) -> Iterator[str]:
    """Yield what is wrong with a waiver that has the right types."""
    for name in ("path", "owner", "reason"):
        if not getattr(waiver, name).strip():
            yield f"{name}: empty; a waiver names a path, an owner and a reason"
    if not re.search(r"[^*?.\[\]]", waiver.path):
        yield f"path: {waiver.path!r} waives everything; name at least a section, such as `gpu.*`"
    elif waiver.path.strip():
        yield from (f"path: {fault}" for fault in policy.glob_faults(waiver.path))
    if not _is_date(waiver.expires):
        yield f"expires: {waiver.expires[:40]!r} is not a date such as 2027-01-31"


def _is_date(text: str) -> bool:
    try:
        return bool(ISO_DATE.fullmatch(text)) and date.fromisoformat(text) is not None
    except ValueError:
        return False
