"""Members that compute otherwise when they are asked again: no setting explains that, a failing processor does. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from ..fingerprint import Fingerprint
from ..numerics.trace import read_trace
from .report import UnstableMember, most_frequent

SHOWN_STAGES = 8


def unstable_members(members: Mapping[str, Sequence[str]], fingerprints: Mapping[str, Fingerprint]) -> Iterator[UnstableMember]:
    """Yield the members whose answers differ among themselves, with where."""
    for name, ids in sorted(members.items()):
        if len(set(ids)) > 1:
            usual = most_frequent(ids)
            odd = [id_ for id_ in ids if id_ != usual]
            stages = {stage: None for id_ in odd for stage in _stages(fingerprints[usual], fingerprints[id_])}
            yield UnstableMember(member=name, times=len(ids), odd=len(odd), stages=tuple(stages)[:SHOWN_STAGES])


def _stages(usual: Fingerprint, odd: Fingerprint) -> Iterator[str]:
    """Yield the tensors of which two answers have other bits, in the order of the benchmark."""
    if usual.trace is None or odd.trace is None:
        yield "the benchmark ran only sometimes"
        return
    ours, theirs = (read_trace(one.trace, "trace").records for one in (usual, odd))
    by_key = {record.key: record for record in theirs}
    yield from (record.name for record in ours if record.key not in by_key or not record.same_bits(by_key[record.key]))
