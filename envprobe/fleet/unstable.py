"""Members that compute otherwise when asked again, and cores that do: no setting explains that, a failing one does. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from ..fingerprint import Fingerprint
from ..numerics.trace import read_trace
from .report import BurnIn, UnstableMember, class_of, most_frequent

Known = Mapping[str, Fingerprint]
"""Fingerprints by their ids."""
Burned = Mapping[str, Mapping[str, Sequence[str]]]
"""Member, its core or GPU, and the id that each run there gave."""


def unstable_members(members: Mapping[str, Sequence[str]], fingerprints: Known) -> Iterator[UnstableMember]:
    """Yield the members whose answers differ among themselves, with where."""
    for name, ids in sorted(members.items()):
        if len(set(ids)) > 1:
            yield _unstable(name, ids, most_frequent(ids), fingerprints)


def unstable_parts(burned: Burned, fingerprints: Known) -> Iterator[UnstableMember]:
    """Yield the cores and GPUs that give other bits than most runs on their like in the same member do, once or always."""
    for name, parts in sorted(burned.items()):
        alike: dict[tuple[str, str], list[str]] = {}
        for part, ids in parts.items():
            kind = part.partition(" ")[0], class_of(fingerprints[most_frequent(ids)])
            alike.setdefault(kind, []).append(part)
        for peers in alike.values():
            usual = most_frequent(id_ for part in peers for id_ in parts[part])
            for part in peers:
                if set(parts[part]) != {usual}:
                    yield _unstable(name, parts[part], usual, fingerprints, part)


def burn_in_of(burned: Burned) -> BurnIn:
    """Return how much was computed."""
    runs = [len(ids) for parts in burned.values() for ids in parts.values()]
    left_out = tuple(sorted(name for name, parts in burned.items() if not parts))
    return BurnIn(
        members=len(burned) - len(left_out), parts=len(runs), runs=sum(runs), fewest=min(runs, default=0), left_out=left_out
    )


def _unstable(name: str, ids: Sequence[str], usual: str, fingerprints: Known, part: str = "") -> UnstableMember:
    odd = [id_ for id_ in ids if id_ != usual]
    stages = {stage: None for id_ in dict.fromkeys(odd) for stage in _stages(fingerprints[usual], fingerprints[id_])}
    is_steady = bool(part) and len(set(ids)) == 1
    return UnstableMember(member=name, times=len(ids), odd=len(odd), stages=tuple(stages), part=part, is_steady=is_steady)


def _stages(usual: Fingerprint, odd: Fingerprint) -> Iterator[str]:
    """Yield the tensors of which two answers have other bits, in the order of the benchmark."""
    if usual.trace is None or odd.trace is None:
        yield "the benchmark ran only sometimes"
        return
    ours, theirs = (read_trace(one.trace, "trace").records for one in (usual, odd))
    by_key = {record.key: record for record in theirs}
    yield from (record.name for record in ours if record.key not in by_key or not record.same_bits(by_key[record.key]))
