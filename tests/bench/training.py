"""What the seeded training run costs inside the environment."""

from __future__ import annotations

from collections.abc import Iterator

from envprobe.probing.collect import Options, collect

from . import guest
from .row import Row, amount, ratio


def rows(runs: int) -> Iterator[Row]:
    """Yield what the quick run takes beyond importing TensorFlow, its memory, and the full run."""
    quick, full = (guest.probe(sections=["numerics"], benchmark=mode) for mode in ("quick", "full"))
    with guest.container() as name:
        within = [_within(name) for _ in range(runs)]
        ours, imports, fulls = guest.in_turn(name, runs, quick, guest.python("import tensorflow"), full)
    run, import_ = (list(seconds) for seconds in zip(*within, strict=True))
    yield ratio("quick benchmark with its canaries, in one process", run, "its own `import tensorflow`", import_, at_most=0.45)
    beyond = [cost.wall_s - bare.wall_s for cost, bare in zip(ours, imports, strict=True)]
    yield amount("quick benchmark beyond `import tensorflow`", beyond, "s", at_most=0.8)
    yield amount("quick benchmark, memory of the largest process", [cost.largest_bytes for cost in ours], "MB", at_most=450)
    yield amount("full benchmark, `import tensorflow` included", [cost.wall_s for cost in fulls], "s", at_most=10)


def _within(name: str) -> tuple[float, float]:
    """Return the seconds of one benchmark and of the import ahead of it, as its own process tells them."""
    found = collect(f"docker://{name}", Options(sections=("numerics",), integrity=False, benchmark="quick")).trace
    context = found["context"] if isinstance(found, dict) else {}
    return float(context["run_s"]), float(context["import_s"])
