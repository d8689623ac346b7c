"""What a cluster says when it does not do what it was asked for."""

from __future__ import annotations

from ...error import TargetError


class Gone(TargetError):
    """What was asked for is not there."""


class Silent(TargetError):
    """Nobody answered, or the server has trouble of its own: another time it may."""
