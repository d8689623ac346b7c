"""What a caller leaves out of a probe, as globs of fact paths with the reason: nobody else decides what is not looked at."""

from __future__ import annotations

from ..guest import shared

INTEGRITY = ("integrity", "unlisted", "stdlib")


def left_out(*, integrity: bool, benchmark: bool) -> dict[str, str]:
    """Return what a probe leaves out that does not hash files (`integrity` is False) or does not run the benchmark."""
    found = {} if integrity else {f"{name}.*": "left out by --no-integrity" for name in INTEGRITY}
    if not benchmark:
        names = ("cuda.loaded.*", "trace", *(f"numerics.{name}" for name in shared("in_effect").IN_EFFECT))
        found |= dict.fromkeys(names, "left out by --no-benchmark")
    return found
