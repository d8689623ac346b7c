"""The smallest set of switches under which two machines leave the same bits: the search, over runs that are asked for. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from fnmatch import fnmatchcase

import msgspec

from .intervention import Intervention
from .proving import RunEach, TrialOutcome
from .rules.records import BLAS, LIBM, NUMPY, PRODUCTS, TIES, TRAINED

SCHEMA = "envprobe.alignment/1"
NO_AVX512 = "AVX512F AVX512CD AVX512_SKX AVX512_CLX AVX512_CNL AVX512_ICL"
CPUS = "cpus"
"""The switch that is no variable: to how many CPUs a process is bound."""
TABLES = (
    "operation/function/rsqrt",
    "operation/function/reciprocal",
    "operation/normalization/*",
    "training/*",
    "layers/*",
)
"""What the processors' own tables for reciprocals move."""
OWN_TABLES = "each make of processor approximates reciprocals and their roots by its own tables, which no switch replaces"
FOLLOWS = "it is computed from what is left before it"
UNMOVED = "no switch that was tried moves it to the baseline's bits"


class AlignmentVerdict(Enum):
    """How near the switches bring two machines."""

    IDENTICAL = "identical"
    CLOSER = "closer"
    NONE = "none"


ALIGNMENT_STATUS = {AlignmentVerdict.IDENTICAL: 0, AlignmentVerdict.CLOSER: 1, AlignmentVerdict.NONE: 1}


class Switchable(msgspec.Struct, frozen=True):
    """One switch: the values that are tried, and the records that it can move."""

    name: str
    values: tuple[str, ...]
    moves: tuple[str, ...]


class RecordCount(msgspec.Struct, frozen=True):
    """How many records differ."""

    moved: int | None
    """Null where one side runs no benchmark."""
    compared: int


class LeftRecord(msgspec.Struct, frozen=True):
    """A record that no switch brought to the same bits."""

    stage: str
    """`part/stage`."""
    tensor: str
    why: str


class Alignment(msgspec.Struct, frozen=True, kw_only=True):
    """The switches, and what they leave."""

    verdict: AlignmentVerdict
    expected: str
    observed: str
    switches: dict[str, str]
    """Variables to set; `cpus` is how many CPUs a process is to be bound to."""
    before: RecordCount
    after: RecordCount
    left: list[LeftRecord] = []
    env_file: str | None = None
    """Where the variables were written for `docker run --env-file`; null where they were not."""
    cost: float | None = None
    """How long the benchmark takes with the switches, as a share of how long it takes without them; null where unknown."""
    problem: str = ""
    """Why nothing could be tried; empty where it could."""
    untried: int = 0
    """How many sets of switches were not tried, because the budget was spent."""
    runs: int = 0
    seconds: float = 0.0


def switchables(cpus: int | None, has_gpu: bool) -> Iterator[Switchable]:
    """Yield the switches that are tried; `cpus` is how many the other side has, None where nobody knows."""
    normalized = (*PRODUCTS, "operation/normalization/*", *TRAINED)
    yield Switchable("TF_ENABLE_ONEDNN_OPTS", ("0", "1"), normalized)
    yield Switchable("ONEDNN_MAX_CPU_ISA", ("AVX512_CORE", "AVX2", "AVX", "SSE41"), normalized)
    yield Switchable("OPENBLAS_CORETYPE", ("Haswell", "SkylakeX", "Zen", "Sandybridge", "Prescott"), BLAS)
    yield Switchable("NPY_DISABLE_CPU_FEATURES", (NO_AVX512, f"AVX2 FMA3 {NO_AVX512}"), (*NUMPY, *TIES))
    yield Switchable("GLIBC_TUNABLES", ("glibc.cpu.hwcaps=-AVX2_Usable,-FMA_Usable",), LIBM)
    if cpus is not None:
        yield Switchable(CPUS, (str(cpus),), (*normalized, "operation/reduction/*", *BLAS))
        yield Switchable("TF_NUM_INTRAOP_THREADS", (str(cpus),), ("operation/*", "precision/*", *TRAINED))
    threads = tuple(dict.fromkeys(["1", *([str(cpus)] if cpus is not None else [])]))
    yield Switchable("OPENBLAS_NUM_THREADS", threads, BLAS)
    if has_gpu:
        yield Switchable("NVIDIA_TF32_OVERRIDE", ("0",), ("*-gpu/*",))


def option(name: str, value: str, is_container: bool) -> Intervention:
    """Return one value of one switch as what is done to a copy."""
    path, words = f"switch {name}={value}", f"{name}={value}"
    if name != CPUS:
        return Intervention(path=path, words=words, variables={name: value})
    last = int(value) - 1
    if is_container:
        return Intervention(path=path, words=words, settings={"CpusetCpus": f"0-{last}" if last else "0"})
    return Intervention(path=path, words=words, cpus=int(value))


Chosen = dict[str, str]


def search(switches: Sequence[Switchable], is_container: bool, run_each: RunEach) -> tuple[Chosen, TrialOutcome, TrialOutcome]:
    """Return the switches that leave the fewest records apart, with what is left before and after; no member can be left out.

    Step by step the value is taken that leaves the fewest; of those that leave as many the first in the table.
    """

    def ways(chosen: Mapping[str, str]) -> list[Intervention]:
        return [option(name, value, is_container) for name, value in chosen.items()]

    (before,) = run_each([()])
    best, chosen = before, Chosen()
    while best.moved and not best.problem:
        tried = [
            {**chosen, switch.name: value}
            for switch in switches
            if any(fnmatchcase(record, glob) for record in best.records for glob in switch.moves)
            for value in switch.values
            if chosen.get(switch.name) != value
        ]
        outcomes = run_each([ways(one) for one in tried])
        index = min(range(len(tried)), key=lambda number: _apart(outcomes[number]), default=None)
        if index is None or _apart(outcomes[index]) >= _apart(best):
            break
        best, chosen = outcomes[index], tried[index]
    for name in list(chosen) if len(chosen) > 1 else ():
        without = {other: value for other, value in chosen.items() if other != name}
        (found,) = run_each([ways(without)])
        if _apart(found) <= _apart(best):
            best, chosen = found, without
    return chosen, before, best


def _apart(outcome: TrialOutcome) -> float:
    """Return how many records differ; infinitely many where the benchmark did not run."""
    return float("inf") if outcome.moved is None or outcome.problem else outcome.moved


def left_of(outcome: TrialOutcome) -> list[LeftRecord]:
    """Return the records that are left, each with the mechanism that keeps it there."""
    is_tables = any(fnmatchcase(record, glob) for record in outcome.records for glob in TABLES[:2])
    found = []
    for record in outcome.records:
        stage, _, tensor = record.rpartition("/")
        if is_tables and any(fnmatchcase(record, glob) for glob in TABLES):
            why = FOLLOWS if record.startswith(("training/", "layers/")) else OWN_TABLES
        else:
            why = UNMOVED
        found.append(LeftRecord(stage, tensor, why))
    return found


def verdict_of(before: TrialOutcome, after: TrialOutcome) -> AlignmentVerdict:
    """Return how near two machines came."""
    if after.restores:
        return AlignmentVerdict.IDENTICAL
    is_closer = after.moved is not None and before.moved is not None and after.moved < before.moved
    return AlignmentVerdict.CLOSER if is_closer else AlignmentVerdict.NONE


def env_file(switches: Mapping[str, str]) -> str:
    """Return the variables as `docker run --env-file` reads them."""
    return "".join(f"{name}={value}\n" for name, value in sorted(switches.items()) if name != CPUS)
