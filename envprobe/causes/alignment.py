"""The smallest set of switches under which two machines leave the same bits: the search, over runs that are asked for. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import Enum
from fnmatch import fnmatchcase

import msgspec

from ..fingerprint import Fingerprint
from .intervention import Intervention, said
from .proving import TrialOutcome
from .rules.records import BLAS, LIBM, NUMPY, PRODUCTS, TIES, TRAINED

SCHEMA = "envprobe.alignment/1"
NO_AVX512 = "AVX512F AVX512CD AVX512_SKX AVX512_CLX AVX512_CNL AVX512_ICL"
NO_AVX2 = f"AVX2 FMA3 {NO_AVX512}"
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


class AlignedMember(msgspec.Struct, frozen=True):
    """One machine of a lab: what is apart there without and with the switches."""

    target: str
    before: RecordCount
    after: RecordCount


class Alignment(msgspec.Struct, frozen=True, kw_only=True):
    """The switches, and what they leave."""

    verdict: AlignmentVerdict
    expected: str
    observed: str
    switches: dict[str, str]
    """Variables to set; `cpus` is how many CPUs a process is to be bound to."""
    before: RecordCount
    after: RecordCount
    members: list[AlignedMember] = []
    """Each machine that was brought to the bits of `expected`."""
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


BLAS_KERNELS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "OpenBLAS": ("OPENBLAS_CORETYPE", ("Haswell", "SkylakeX", "Zen", "Sandybridge", "Prescott")),
    "MKL": ("MKL_CBWR", ("COMPATIBLE", "AVX2", "AVX512")),
    "BLIS": ("BLIS_ARCH_TYPE", ("haswell", "skx", "zen", "zen2", "generic")),
}
"""A library that multiplies for numpy to the variable that chooses its kernel, and values."""
OTHER_STATE: Mapping[str, tuple[str, ...]] = {"True": ("0",), "False": ("1",)}
CAPS = {"AVX-512": "AVX512_CORE", "AVX2": "AVX2", "AVX": "AVX", "SSE4.1": "SSE41"}
"""What oneDNN calls what it dispatches to, widest first, and the cap that is as wide."""
XLA_CLUSTERS = "--tf_xla_auto_jit=2 --tf_xla_cpu_global_jit"


def switchables(wanted: Fingerprint, seen: Fingerprint) -> list[Switchable]:
    """Return the switches that are tried, without those that there is nothing for: no such library, no such instructions.

    What the other side has in effect is the first value.
    """
    return [switch for switch in _switchables(wanted, seen) if switch.values]


def _switchables(wanted: Fingerprint, seen: Fingerprint) -> Iterator[Switchable]:
    normalized = (*PRODUCTS, "operation/normalization/*", *TRAINED)
    simd = said(seen, "numerics.numpy_simd")
    yield Switchable("TF_ENABLE_ONEDNN_OPTS", OTHER_STATE.get(said(seen, "numerics.onednn"), ("0", "1")), normalized)
    caps = _first(_cap(said(wanted, "numerics.onednn_isa")), _caps_below(said(seen, "numerics.onednn_isa")))
    yield Switchable("ONEDNN_MAX_CPU_ISA", caps, normalized)
    name, kernels = BLAS_KERNELS[_blas(seen)]
    core = next((core for core in kernels if core.lower() in said(wanted, "numerics.blas").lower().split()), "")
    yield Switchable(name, _first(core, kernels), BLAS)
    without = (NO_AVX512, NO_AVX2) if not simd or "AVX512F" in simd else (NO_AVX2,)
    yield Switchable("NPY_DISABLE_CPU_FEATURES", without, (*NUMPY, *TIES))
    tunables = ("glibc.cpu.hwcaps=-AVX2_Usable,-FMA_Usable",) if said(seen, "system.libc")[:5] in ("glibc", "") else ()
    yield Switchable("GLIBC_TUNABLES", tunables, LIBM)
    clusters = said(wanted, "numerics.xla"), said(seen, "numerics.xla")
    yield Switchable("TF_XLA_FLAGS", (XLA_CLUSTERS,) if clusters == ("True", "False") else (), TRAINED)
    cpus = _cpus(wanted, seen)
    yield Switchable(CPUS, (cpus,) if cpus else (), (*normalized, "operation/reduction/*", *BLAS))
    pools = dict.fromkeys(filter(None, (said(wanted, "numerics.intra_threads"), cpus)))
    pools.pop(said(seen, "numerics.intra_threads"), None)
    yield Switchable("TF_NUM_INTRAOP_THREADS", tuple(pools), ("operation/*", "precision/*", *TRAINED))
    if _blas(seen) == "OpenBLAS":
        yield Switchable("OPENBLAS_NUM_THREADS", tuple(dict.fromkeys(filter(None, ("1", cpus)))), BLAS)
    if said(seen, "gpu.count") not in ("", "0"):
        yield Switchable("NVIDIA_TF32_OVERRIDE", ("0",), ("*-gpu/*",))


def _blas(seen: Fingerprint) -> str:
    """Return which library multiplies for numpy there; its wheels bring OpenBLAS."""
    if said(seen, "numerics.blas"):
        return "OpenBLAS"
    return next((name for name in BLAS_KERNELS if said(seen, f"packages.{name.lower()}.version")), "OpenBLAS")


def _caps_below(isa: str) -> tuple[str, ...]:
    """Return the caps that take something away from what oneDNN dispatches to; all of them where nobody knows."""
    caps = tuple(CAPS.values())
    return caps[caps.index(_cap(isa)) + ("AMX" not in isa) :] if _cap(isa) else caps


def _first(value: str, values: tuple[str, ...]) -> tuple[str, ...]:
    """Return the values with one of them in front."""
    return (value, *(one for one in values if one != value)) if value in values else values


def _cap(isa: str) -> str:
    """Return the cap under which oneDNN says that it dispatches to these instructions."""
    return next((cap for word, cap in CAPS.items() if word in isa), "")


def _cpus(wanted: Fingerprint, seen: Fingerprint) -> str:
    """Return how many CPUs the other side has, where this one can be bound to as few."""
    theirs, ours = said(wanted, "cpu.affinity"), said(seen, "cpu.affinity")
    return theirs if theirs.isdigit() and ours.isdigit() and 0 < int(theirs) < int(ours) else ""


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
TryEach = Callable[[Sequence[Chosen]], list[TrialOutcome]]
"""Run the benchmark under as many sets of switches."""


def search(switches: Sequence[Switchable], try_each: TryEach) -> tuple[Chosen, TrialOutcome, TrialOutcome]:
    """Return the switches that leave the fewest records apart, with what is left before and after; no member can be left out.

    As many CPUs as the other side has come first, as most depends on them. Of the others those that can move no record in common
    are tried in the same runs; where what was found apart does not hold together, all are tried one at a time.
    """
    bound = [{switch.name: value} for switch in switches if switch.name == CPUS for value in switch.values]
    before, *outcomes = try_each([{}, *bound])
    best, chosen = min([(before, Chosen()), *zip(outcomes, bound, strict=True)], key=lambda pair: _apart(pair[0]))
    rest = [switch for switch in switches if switch.name != CPUS]
    found = _descend(_families(rest, best.records), chosen, best, try_each)
    chosen, best = found or _descend([list(switches)], {}, before, try_each) or (chosen, best)
    while len(chosen) > 1:
        rests = [{other: value for other, value in chosen.items() if other != name} for name in chosen]
        spare = next((pair for pair in zip(rests, try_each(rests), strict=True) if _apart(pair[1]) <= _apart(best)), None)
        if spare is None:
            break
        chosen, best = spare
    return chosen, before, best


def _descend(
    families: Sequence[Sequence[Switchable]], chosen: Chosen, best: TrialOutcome, try_each: TryEach
) -> tuple[Chosen, TrialOutcome] | None:
    """Return the best set that steps from a chosen one lead to; None where what families do apart does not hold together.

    At each step every family tries each of its values, all families in the same copies; a family that got no better is done.
    """
    left = list(families)
    while left and best.moved and not best.problem:
        rows = [[(one.name, value) for one in family for value in one.values if chosen.get(one.name) != value] for family in left]
        tried = [
            {**chosen, **dict(row[number] for row in rows if number < len(row))}
            for number in range(max((len(row) for row in rows), default=0))
        ]
        outcomes = try_each(tried)
        better, going = dict(chosen), []
        for family, row in zip(left, rows, strict=True):
            counts = [_apart(outcomes[number], family) for number in range(len(row))]
            number = min(range(len(row)), key=counts.__getitem__, default=None)
            if number is not None and counts[number] < _apart(best, family):
                better[row[number][0]] = row[number][1]
                going.append(family)
        if not going:
            break
        (found,) = [outcomes[tried.index(better)]] if better in tried else try_each([better])
        if _apart(found) >= _apart(best):
            return None if len(families) > 1 else (chosen, best)
        best, chosen, left = found, better, [family for family in going if _apart(found, family)]
    return chosen, best


def _families(switches: Sequence[Switchable], records: Sequence[str]) -> list[list[Switchable]]:
    """Return the switches that can move what differs, those together that can move a record in common."""
    families: list[tuple[set[str], list[Switchable]]] = []
    for switch in switches:
        moved = {record for record in records if _moves([switch], record)}
        if not moved:
            continue
        shared = [family for family in families if family[0] & moved]
        families = [family for family in families if family not in shared]
        families.append((moved.union(*(one[0] for one in shared)), [*(each for one in shared for each in one[1]), switch]))
    return [family for _, family in families]


def _moves(family: Sequence[Switchable], record: str) -> bool:
    return any(fnmatchcase(record, glob) for switch in family for glob in switch.moves)


def _apart(outcome: TrialOutcome, family: Sequence[Switchable] = ()) -> float:
    """Return how many records differ, of those that a family can move; infinitely many where the benchmark did not run."""
    if outcome.moved is None or outcome.problem:
        return float("inf")
    return sum(_moves(family, record) for record in outcome.records) if family else outcome.moved


def together(outcomes: Sequence[TrialOutcome]) -> TrialOutcome:
    """Return what several machines left as one: a record is apart where it is on any of them."""
    if len(outcomes) == 1:
        return outcomes[0]
    records = tuple(dict.fromkeys(record for one in outcomes for record in one.records))
    is_known = all(one.moved is not None for one in outcomes)
    times = [one.run_s for one in outcomes if one.run_s is not None]
    return TrialOutcome(
        state=" ".join(one.state for one in outcomes),
        moved=len(records) if is_known else None,
        compared=max(one.compared for one in outcomes),
        records=records,
        run_s=max(times, default=None) if len(times) == len(outcomes) else None,
        problem="; ".join(dict.fromkeys(one.problem for one in outcomes if one.problem)),
        is_untried=any(one.is_untried for one in outcomes),
    )


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
