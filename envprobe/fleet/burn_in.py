"""Burn-in: the benchmark on each core and each GPU of a member by itself, round after round, for as long as was asked."""

from __future__ import annotations

import time
from typing import Any, NamedTuple

import msgspec

from ..error import EnvprobeError, TargetError
from ..fact import Known
from ..fingerprint import Fingerprint
from ..numerics.trace import read_trace
from ..probing.collect import Options
from ..targets.interruption import is_called_off
from .engine import FleetMember
from .spool import checked

ROUNDS = 2
"""At least: what ran once cannot differ from itself."""


class BurnedPart(NamedTuple):
    """A core or a GPU."""

    name: str
    """`core 3`, `GPU 0`: at first by its place among those that the member may use."""
    core: int | None = None
    gpu: int | None = None


def parts_of(seen: Fingerprint) -> list[BurnedPart]:
    """Return the cores that a member may use, and the GPUs that its benchmark ran on; none where neither is known."""
    cores, gpus = (fact.value if isinstance(fact := seen.get(path), Known) else 0 for path in ("cpu.affinity", "gpu.count"))
    runs_on_gpu = seen.trace is not None and any(one.part.endswith("-gpu") for one in read_trace(seen.trace, "trace").records)
    found = [BurnedPart(f"core {index}", core=index) for index in range(cores if isinstance(cores, int) else 0)]
    return found + [
        BurnedPart(f"GPU {index}", gpu=index) for index in range(gpus if isinstance(gpus, int) and runs_on_gpu else 0)
    ]


def burn_in(member: FleetMember, options: Options, seen: Fingerprint, seconds: float) -> dict[str, list[Fingerprint]]:
    """Return what each part of a member computed, one fingerprint a run: `seen`, but for its benchmark.

    A run that did not come to its end has none. Raises EnvprobeError where no run of a whole round did.
    """
    found: dict[str, list[Fingerprint]] = {part.name: [] for part in parts_of(seen)}
    own: dict[str, str] = {}
    end = time.monotonic() + seconds
    while found:
        ended: EnvprobeError | None = None
        for part in parts_of(seen):
            if time.monotonic() > end and len(found[part.name]) >= ROUNDS:
                continue
            if is_called_off():
                raise TargetError(f"{member.name}: interrupted while it was burned in")
            try:
                trace = member.ask(_pinned(options, part), None).trace
            except EnvprobeError as error:
                trace, ended = None, error
            found[part.name].append(checked(msgspec.structs.replace(seen, trace=trace)))
            own[part.name] = _own_name(part, trace) or own.get(part.name, part.name)
        if ended is not None and all(runs[-1].trace is None for runs in found.values()):
            raise ended
        if time.monotonic() > end and all(len(runs) >= ROUNDS for runs in found.values()):
            break
    are_told_apart = len(set(own.values())) == len(found)
    return {own[name]: runs for name, runs in found.items()} if are_told_apart else found


def _own_name(part: BurnedPart, trace: dict[str, Any] | None) -> str:
    """Return a core's name by the number that the machine itself gives it, where the run says so."""
    context = (trace or {}).get("context")
    core = context.get("core") if isinstance(context, dict) else None
    return f"core {core}" if part.core is not None and type(core) is int else ""


def _pinned(options: Options, part: BurnedPart) -> Options:
    return msgspec.structs.replace(options, integrity=False, sections=("numerics",), core=part.core, gpu=part.gpu)
