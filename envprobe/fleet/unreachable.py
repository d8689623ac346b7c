"""Why a member gave no fingerprint."""

from __future__ import annotations

import msgspec


class UnreachableMember(msgspec.Struct, frozen=True):
    """A member that gave no fingerprint. It is reported with its reason, never dropped."""

    member: str
    reason: str
