"""Whether the installed packaging reads PEP 751: its reader came with version 26, and envprobe works with 23.2."""

from __future__ import annotations

from importlib.util import find_spec

READS_PYLOCK = find_spec("packaging.pylock") is not None


def readable(file: str) -> bool:
    """Tell whether a sample can be read here; what is said where it cannot is tested by itself."""
    return READS_PYLOCK or "pylock" not in file
