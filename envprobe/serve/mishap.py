"""The guard around one document of the folder: whatever is in it must not take the others with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from ..error import EnvprobeError

T = TypeVar("T")


def guarded(work: Callable[[], T], faulty: Callable[[str], T]) -> T:
    """Return what `work` does with a document; where that is trouble, or a bug of ours, what `faulty` makes of the reason."""
    try:
        return work()
    except EnvprobeError as error:
        return faulty(error.message)
    except Exception as error:  # noqa: BLE001 - a document that nobody has thought of is one faulty line, not a page that fails
        return faulty(f"this is a bug in envprobe: {type(error).__name__}: {error}")
