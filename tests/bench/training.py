"""What the seeded training run costs inside the environment."""

from __future__ import annotations

from collections.abc import Iterator

from . import guest
from .row import Row, amount


def rows(runs: int) -> Iterator[Row]:
    """Yield what the quick run takes beyond importing TensorFlow, its memory, and the full run."""
    quick, full = (guest.probe(sections=["numerics"], benchmark=mode) for mode in ("quick", "full"))
    with guest.container() as name:
        ours, imports, fulls = guest.in_turn(name, runs, quick, guest.python("import tensorflow"), full)
    beyond = [cost.wall_s - bare.wall_s for cost, bare in zip(ours, imports, strict=True)]
    yield amount("quick benchmark beyond `import tensorflow`", beyond, "s", at_most=0.8)
    yield amount("quick benchmark, memory of the largest process", [cost.largest_bytes for cost in ours], "MB", at_most=450)
    yield amount("full benchmark, `import tensorflow` included", [cost.wall_s for cost in fulls], "s", at_most=10)
