"""Burn-in: each core by itself, round after round; a fault that was put into one of them is found there and nowhere else."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import msgspec
import pytest

from envprobe.error import ProbeError
from envprobe.fingerprint import Fingerprint
from envprobe.fleet.ask import ask_all
from envprobe.fleet.burn_in import burn_in
from envprobe.fleet.engine import FleetMember
from envprobe.fleet.report import UnstableMember
from envprobe.fleet.spool import Arrived, open_spool, read_spool
from envprobe.fleet.unstable import burn_in_of, unstable_parts
from envprobe.probing.collect import Options
from envprobe.render.fleet.words import burned, wrong
from tests.support.sample import fingerprint
from tests.support.trace_sample import TRACE

STAGE = "/".join(TRACE["records"][0][name] for name in ("part", "stage", "tensor"))
SEEN = msgspec.structs.replace(fingerprint({"cpu.affinity": 4}), trace=TRACE)


def _trace(core: int | None, wrong: bool) -> dict[str, object]:
    """Return the benchmark's trace, with one bit of its first tensor flipped where it is wrong."""
    first = TRACE["records"][0]
    flipped = {**first, "digest": f"{int(first['digest'][0], 16) ^ 1:x}{first['digest'][1:]}"}
    records = [flipped if wrong else first, *TRACE["records"][1:]]
    context = {} if core is None else {"core": 2 * core}  # as on a machine of which every other core may be used
    return {**TRACE, "records": records, "context": context}


class Machine:
    """A member of four cores; `faults` says in which of its runs a core computes wrong, or does not come to its end."""

    def __init__(self, faults: dict[int, tuple[int, ...]], ends: dict[int, tuple[int, ...]] | None = None) -> None:
        self.faults, self.ends = faults, ends or {}
        self.runs: Counter[int] = Counter()

    def ask(self, options: Options, known: Fingerprint | None) -> Fingerprint:
        if options.core is None:
            return SEEN
        assert options.sections == ("numerics",) and not options.integrity
        self.runs[options.core] += 1
        if self.runs[options.core] in self.ends.get(options.core, ()):
            raise ProbeError("the benchmark was killed by signal 11")
        is_wrong = self.runs[options.core] in self.faults.get(options.core, ())
        return msgspec.structs.replace(SEEN, trace=_trace(options.core, is_wrong))


def _found(machine: Machine, seconds: float = 0.05) -> list[UnstableMember]:
    arrived = Arrived()
    runs = burn_in(FleetMember("m", machine.ask), Options(), SEEN, seconds)
    arrived.answered("m", [SEEN], runs)
    return list(unstable_parts(arrived.burned, arrived.fingerprints))


def test_sound_cores_are_not_accused() -> None:
    """Each ran, and none is named."""
    machine = Machine({})
    assert _found(machine) == []
    assert set(machine.runs) == {0, 1, 2, 3} and min(machine.runs.values()) >= 2


def test_a_core_that_is_wrong_once_is_named() -> None:
    """By the number that its machine gives it, with the stage and how often; its neighbours are not."""
    (one,) = _found(Machine({1: (2,)}))
    assert (one.member, one.part, one.odd, one.stages, one.is_steady) == ("m", "core 2", 1, (STAGE,), False)
    assert one.times >= 2
    assert wrong(one) == f"core 2 gave other bits in 1 of {one.times} runs of the same benchmark: {STAGE}"


def test_a_core_that_is_wrong_every_time_is_named() -> None:
    """It does not differ from itself, and does from its neighbours."""
    (one,) = _found(Machine({3: tuple(range(1, 10_000))}))
    assert one.part == "core 6" and one.is_steady and one.odd == one.times
    assert "other bits than its neighbours in all" in wrong(one)


def test_a_core_on_which_the_benchmark_dies_is_named() -> None:
    """A run that did not come to its end is no reason to drop the member."""
    (one,) = _found(Machine({}, {2: (1,)}))
    assert one.part == "core 4" and one.odd == 1 and one.stages == ("the benchmark ran only sometimes",)


def test_a_member_that_is_gone_is_not_asked_for_minutes() -> None:
    """Where no core answers, the reason is the member's."""
    every = tuple(range(1, 10_000))
    with pytest.raises(ProbeError, match="killed by signal 11"):
        _found(Machine({}, dict.fromkeys(range(4), every)), seconds=3600)


def test_what_was_burned_in_is_kept(tmp_path: Path) -> None:
    """In the spool, so that a later reading names the same core; of whom the cores are not known, that is said."""
    blind = msgspec.structs.replace(fingerprint(unknown={"cpu.affinity": "no such call"}, without=("cpu.affinity",)), trace=TRACE)
    members = [FleetMember("m", Machine({1: (2,)}).ask), FleetMember("n", lambda options, known: blind)]
    with open_spool(tmp_path / "s.jsonl", {"engine": "x"}, resume=False) as spool:
        ask_all(members, Options(), spool, burn_in_s=0.05)
        before = list(unstable_parts(spool.arrived.burned, spool.arrived.fingerprints))
    arrived = read_spool(tmp_path / "s.jsonl")
    assert list(unstable_parts(arrived.burned, arrived.fingerprints)) == before and len(before) == 1
    done = burn_in_of(arrived.burned)
    assert (done.members, done.parts, done.left_out) == (1, 4, ("n",)) and done.fewest >= 2
    assert "on 4 cores and GPUs of 1 member" in burned(done) and "not of n" in burned(done)
