"""The search for switches that bring two machines to the same bits, over made-up machines whose bits are known."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from envprobe.causes.alignment import (
    OWN_TABLES,
    AlignedMember,
    Alignment,
    AlignmentVerdict,
    Chosen,
    RecordCount,
    env_file,
    left_of,
    option,
    search,
    switchables,
    together,
    verdict_of,
)
from envprobe.causes.proving import TrialOutcome
from envprobe.render import Style, alignment
from tests.support.sample import fingerprint
from tests.support.schema import problems

WANTED = fingerprint(
    {"cpu.affinity": 1, "numerics.onednn_isa": "Intel AVX2", "numerics.blas": "OpenBLAS 0.3.18 SkylakeX 1 threads"}
)
SEEN = fingerprint(
    {
        "gpu.count": 0,
        "system.libc": "glibc 2.31",
        "numerics.onednn_isa": "Intel AVX-512 with Intel DL Boost",
        "numerics.blas": "OpenBLAS 0.3.18 Zen 2 threads",
        "numerics.numpy_simd": ["AVX2", "AVX512F"],
        "numerics.intra_threads": 2,
        "numerics.xla": False,
    }
)
SWITCHES = switchables(WANTED, SEEN)
PRODUCT, DOT, TABLE = "operation/matmul/k8", "host/blas/dot.float32", "operation/function/rsqrt"


class Machine:
    """Leaves a record apart for each switch that is not set as the other machine has it."""

    def __init__(self, wanted: dict[str, tuple[str, str]], always: tuple[str, ...] = ()) -> None:
        self._wanted, self._always = wanted, always
        self.asked: list[set[str]] = []

    def try_each(self, sets: Sequence[Chosen]) -> list[TrialOutcome]:
        return [self._run({f"{name}={value}" for name, value in one.items()}) for one in sets]

    def _run(self, given: set[str]) -> TrialOutcome:
        self.asked.append(given)
        apart = [record for record, (name, value) in self._wanted.items() if f"{name}={value}" not in given]
        records = (*apart, *self._always)
        return TrialOutcome(state=str(records), moved=len(records), compared=9, records=records, run_s=1.0)


def test_the_switches_that_differ_are_found() -> None:
    """Two switches, each of which moves its own record: both are set, and nothing else."""
    machine = Machine({PRODUCT: ("ONEDNN_MAX_CPU_ISA", "AVX2"), DOT: ("OPENBLAS_CORETYPE", "Haswell")})
    chosen, before, after = search(SWITCHES, machine.try_each)
    assert chosen == {"ONEDNN_MAX_CPU_ISA": "AVX2", "OPENBLAS_CORETYPE": "Haswell"}
    assert (before.moved, after.moved, verdict_of(before, after)) == (2, 0, AlignmentVerdict.IDENTICAL)


def test_only_what_can_move_what_differs_is_tried() -> None:
    """Where BLAS alone is apart, no run is spent on oneDNN."""
    machine = Machine({DOT: ("OPENBLAS_CORETYPE", "Zen")})
    search(SWITCHES, machine.try_each)
    assert not [given for given in machine.asked if any("ONEDNN" in word for word in given)]


def test_switches_that_move_nothing_in_common_are_tried_in_the_same_runs() -> None:
    """oneDNN's caps and BLAS' kernels: as many runs as the longer list has values, not as both have."""
    machine = Machine({PRODUCT: ("ONEDNN_MAX_CPU_ISA", "AVX2"), DOT: ("OPENBLAS_CORETYPE", "Prescott")})
    chosen, _, after = search(SWITCHES, machine.try_each)
    assert (chosen, after.moved) == ({"ONEDNN_MAX_CPU_ISA": "AVX2", "OPENBLAS_CORETYPE": "Prescott"}, 0)
    assert len(machine.asked) <= 14


def test_what_helps_apart_and_not_together_is_searched_one_at_a_time() -> None:
    """Two switches that cancel each other: the better one alone is kept."""

    def try_each(sets: Sequence[Chosen]) -> list[TrialOutcome]:
        return [cancelling(one) for one in sets]

    def cancelling(one: Chosen) -> TrialOutcome:
        isa, core = one.get("ONEDNN_MAX_CPU_ISA") == "AVX2", one.get("OPENBLAS_CORETYPE") == "SkylakeX"
        is_only = isa and core and len(one) == 2
        left = [PRODUCT] * (not isa or is_only) + [DOT] * (not core or is_only)
        return TrialOutcome(state=str(left), moved=len(left), compared=9, records=tuple(left))

    chosen, before, after = search(SWITCHES, try_each)
    assert before.moved == 2
    assert (len(chosen), after.moved) == (1, 1) or after.moved == 0


def test_only_what_is_there_is_tried() -> None:
    """What would change nothing here is no value; what the other side has in effect is the first."""
    values = {switch.name: switch.values for switch in SWITCHES}
    assert values["TF_ENABLE_ONEDNN_OPTS"] == ("0",)
    assert values["ONEDNN_MAX_CPU_ISA"] == ("AVX2", "AVX", "SSE41")
    assert values["OPENBLAS_CORETYPE"][0] == "SkylakeX"
    assert values["cpus"] == values["TF_NUM_INTRAOP_THREADS"] == ("1",)
    assert not {"MKL_CBWR", "BLIS_ARCH_TYPE", "TF_XLA_FLAGS", "NVIDIA_TF32_OVERRIDE"} & set(values)
    other = fingerprint({"packages.mkl.version": "2023.1", "system.libc": "musl 1.2.4", "gpu.count": 1, "numerics.xla": False})
    names = [switch.name for switch in switchables(fingerprint({"numerics.xla": True}), other)]
    assert {"MKL_CBWR", "TF_XLA_FLAGS", "NVIDIA_TF32_OVERRIDE"} <= set(names)
    assert not {"OPENBLAS_CORETYPE", "GLIBC_TUNABLES", "cpus"} & set(names)


def test_a_record_is_apart_where_it_is_on_any_machine_of_a_lab() -> None:
    """Three machines, of which one differs in a product and another in a dot product: both records are apart."""
    one, two = (TrialOutcome(state=name, moved=1, compared=9, records=(name,), run_s=1.0) for name in (PRODUCT, DOT))
    assert together([one, two]).records == (PRODUCT, DOT)
    assert together([one, two]).moved == 2
    assert together([one, TrialOutcome(state="fails")]).moved is None
    assert together([one, TrialOutcome(problem="gone")]).problem == "gone"


def test_what_no_switch_moves_is_left_with_its_mechanism() -> None:
    """The processors' own tables: the switches bring two machines closer, and the rest is named."""
    machine = Machine({DOT: ("OPENBLAS_CORETYPE", "Haswell")}, always=(TABLE,))
    chosen, before, after = search(SWITCHES, machine.try_each)
    assert (chosen, verdict_of(before, after)) == ({"OPENBLAS_CORETYPE": "Haswell"}, AlignmentVerdict.CLOSER)
    assert [(left.stage, left.tensor, left.why) for left in left_of(after)] == [("operation/function", "rsqrt", OWN_TABLES)]


def test_nothing_is_set_that_does_not_help() -> None:
    """Equal machines need no switch, and where none helps none is set."""
    for machine, verdict in ((Machine({}), AlignmentVerdict.IDENTICAL), (Machine({}, (TABLE,)), AlignmentVerdict.NONE)):
        chosen, before, after = search(SWITCHES, machine.try_each)
        assert (chosen, verdict_of(before, after)) == ({}, verdict)


def test_a_run_that_failed_helps_nothing() -> None:
    """A switch under which nothing runs is not taken, though no record of it differs."""

    def try_each(sets: Sequence[Chosen]) -> list[TrialOutcome]:
        return [TrialOutcome(moved=0, problem="no") if one else TrialOutcome(moved=1, records=(DOT,)) for one in sets]

    chosen, before, after = search(SWITCHES, try_each)
    assert (chosen, verdict_of(before, after)) == ({}, AlignmentVerdict.NONE)


def test_cpus_are_a_setting_of_a_container_and_a_binding_here() -> None:
    """In an env file they have no place."""
    assert option("cpus", "4", True).settings == {"CpusetCpus": "0-3"}
    assert option("cpus", "4", False).cpus == 4
    assert env_file({"cpus": "4", "B": "2", "A": "1"}) == "A=1\nB=2\n"


def test_it_is_shown_and_fits_its_schema() -> None:
    """The text has what is typed; JSON is envprobe.alignment/1."""
    found = Alignment(
        verdict=AlignmentVerdict.CLOSER,
        expected="intel",
        observed="docker://x",
        switches={"OPENBLAS_CORETYPE": "Haswell", "cpus": "2"},
        before=RecordCount(8, 184),
        after=RecordCount(4, 184),
        members=[AlignedMember(name, RecordCount(8, 184), RecordCount(moved, 184)) for name, moved in (("one", 4), ("two", 3))],
        left=left_of(TrialOutcome(moved=1, records=(TABLE,))),
        env_file="a.env",
    )
    assert problems("alignment/1", msgspec.json.decode(alignment.json(found))) == []
    text = alignment.text(found, Style())
    for words in (
        "OPENBLAS_CORETYPE=Haswell",
        "--cpuset-cpus=0-1",
        "docker run --env-file a.env",
        "8 of 184 records",
        "4 with 2",
        "two: 8 of 184 records differed, 3 with them",
    ):
        assert words in text
