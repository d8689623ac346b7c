"""A reference to its target, whose file is imported when it is wanted."""

from __future__ import annotations

from importlib import import_module

from ..error import UsageError
from .address import parse
from .deadline import Deadline
from .protocol import Target


def open_target(reference: str, deadline: Deadline | None = None) -> Target:
    """Return the target that a reference names; nothing is contacted before it is entered. Raises UsageError.

    By `deadline` everything there has an end, or is given up. Without one each step has a limit of its own.
    """
    address = parse(reference)
    module, _, name = address.row.opens.partition(":")
    if not module:
        raise UsageError(f"{reference}: a file is read, nothing can be run in it", "name a machine or a container instead")
    target: Target = getattr(import_module(f".{module}", __package__), name)(address, deadline or Deadline())
    return target
