"""Compare files by their bytes: how many, and where they first part. What every other comparator falls back to."""

from __future__ import annotations

import hashlib
from pathlib import Path

from ..finding import Findings
from ..summary import Summary

BLOCK_BYTES = 1 << 18
"""Two blocks fit the second-level cache, where they are compared."""


def same(expected: list[Path], observed: list[Path]) -> bool:
    """Tell whether files have the same bytes, one by one."""
    if [path.stat().st_size for path in expected] != [path.stat().st_size for path in observed]:
        return False
    return all(first_difference(ours, theirs) is None for ours, theirs in zip(expected, observed, strict=True))


def first_difference(expected: Path, observed: Path) -> int | None:
    """Return the offset of the first byte that differs, None where all are the same."""
    left, right = bytearray(BLOCK_BYTES), bytearray(BLOCK_BYTES)
    offset = 0
    with expected.open("rb") as ours, observed.open("rb") as theirs:
        while True:
            sizes = ours.readinto(left), theirs.readinto(right)
            if sizes[0] != sizes[1] or left != right:  # beyond a short read both hold the block before, which was equal
                pairs = zip(left[: min(sizes)], right, strict=False)
                return offset + next((index for index, (a, b) in enumerate(pairs) if a != b), min(sizes))
            if not sizes[0]:
                return None
            offset += sizes[0]


def compare(expected: Path, observed: Path, findings: Findings, *, decides: bool = False) -> None:
    """Write down size and first difference: of a file that nothing here reads, unless a rule says that bytes decide."""
    offset = first_difference(expected, observed)
    if offset is not None:
        is_empty = 0 in (expected.stat().st_size, observed.stat().st_size)
        kind = "changed" if decides or is_empty else "unread"
        findings.add(f"byte {offset:,}", kind, _spell(expected, offset), _spell(observed, offset))


def _spell(path: Path, offset: int) -> str:
    with path.open("rb") as stream:
        stream.seek(offset)
        shown = stream.read(8).hex(" ") or "end"
    return f"{shown} ({path.stat().st_size:,} bytes in all)"


def digest(path: Path) -> str:
    """Return the SHA-256 digest of a file."""
    hasher = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(BLOCK_BYTES):
            hasher.update(block)
    return f"sha256:{hasher.hexdigest()}"


def summarize(path: Path, type_name: str) -> Summary:
    """Say nothing beyond size and digest."""
    return Summary()
