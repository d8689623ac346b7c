"""What a full check costs in the environment: files are hashed while the benchmark runs."""

from __future__ import annotations

from collections.abc import Iterator

from . import guest
from .row import Row, ratio


def rows(runs: int) -> Iterator[Row]:
    """Yield both together beside the longer of the two."""
    hashing = guest.probe(sections=["integrity"], integrity=True)
    computing = guest.probe(sections=["numerics"], benchmark="quick")
    both = guest.probe(sections=["integrity", "numerics"], integrity=True, benchmark="quick")
    with guest.container() as name:
        ours, hashed, computed = guest.in_turn(name, runs, both, hashing, computing)
    longer = [max(one.wall_s, other.wall_s) for one, other in zip(hashed, computed, strict=True)]
    walls = [cost.wall_s for cost in ours]
    yield ratio("integrity and quick benchmark together", walls, "the longer of the two", longer, at_most=1.15)
