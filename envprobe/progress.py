"""What is being waited for, in words for somebody who waits."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

Progress: TypeAlias = Callable[[str], None]
"""Called with what begins. A text that ends in a newline stays; after it, as after an empty one, something else prints."""
