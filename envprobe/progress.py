"""What is being waited for, in words for somebody who waits."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

Progress: TypeAlias = Callable[[str], None]
"""Called with what begins; with an empty text where somebody else's output comes next, and nothing is to be shown."""
