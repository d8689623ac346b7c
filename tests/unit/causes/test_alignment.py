"""The search for switches that bring two machines to the same bits, over made-up machines whose bits are known."""

from __future__ import annotations

import msgspec

from envprobe.causes.alignment import (
    OWN_TABLES,
    Alignment,
    AlignmentVerdict,
    RecordCount,
    env_file,
    left_of,
    option,
    search,
    switchables,
    verdict_of,
)
from envprobe.causes.proving import Taken, TrialOutcome
from envprobe.render import Style, alignment
from tests.support.schema import problems

SWITCHES = list(switchables(1, has_gpu=False))
PRODUCT, DOT, TABLE = "operation/matmul/k8", "host/blas/dot.float32", "operation/function/rsqrt"


class Machine:
    """Leaves a record apart for each switch that is not set as the other machine has it."""

    def __init__(self, wanted: dict[str, tuple[str, str]], always: tuple[str, ...] = ()) -> None:
        self._wanted, self._always = wanted, always
        self.asked: list[set[str]] = []

    def run_each(self, taken: list[Taken]) -> list[TrialOutcome]:
        return [self._run({one.words for one in part}) for part in taken]

    def _run(self, given: set[str]) -> TrialOutcome:
        self.asked.append(given)
        apart = [record for record, (name, value) in self._wanted.items() if f"{name}={value}" not in given]
        records = (*apart, *self._always)
        return TrialOutcome(state=str(records), moved=len(records), compared=9, records=records, run_s=1.0)


def test_the_switches_that_differ_are_found() -> None:
    """Two switches, each of which moves its own record: both are set, and nothing else."""
    machine = Machine({PRODUCT: ("ONEDNN_MAX_CPU_ISA", "AVX2"), DOT: ("OPENBLAS_CORETYPE", "Haswell")})
    chosen, before, after = search(SWITCHES, True, machine.run_each)
    assert chosen == {"ONEDNN_MAX_CPU_ISA": "AVX2", "OPENBLAS_CORETYPE": "Haswell"}
    assert (before.moved, after.moved, verdict_of(before, after)) == (2, 0, AlignmentVerdict.IDENTICAL)


def test_only_what_can_move_what_differs_is_tried() -> None:
    """Where BLAS alone is apart, no run is spent on oneDNN."""
    machine = Machine({DOT: ("OPENBLAS_CORETYPE", "Zen")})
    search(SWITCHES, True, machine.run_each)
    assert not [given for given in machine.asked if any("ONEDNN" in word for word in given)]


def test_what_no_switch_moves_is_left_with_its_mechanism() -> None:
    """The processors' own tables: the switches bring two machines closer, and the rest is named."""
    machine = Machine({DOT: ("OPENBLAS_CORETYPE", "Haswell")}, always=(TABLE,))
    chosen, before, after = search(SWITCHES, True, machine.run_each)
    assert (chosen, verdict_of(before, after)) == ({"OPENBLAS_CORETYPE": "Haswell"}, AlignmentVerdict.CLOSER)
    assert [(left.stage, left.tensor, left.why) for left in left_of(after)] == [("operation/function", "rsqrt", OWN_TABLES)]


def test_nothing_is_set_that_does_not_help() -> None:
    """Equal machines need no switch, and where none helps none is set."""
    for machine, verdict in ((Machine({}), AlignmentVerdict.IDENTICAL), (Machine({}, (TABLE,)), AlignmentVerdict.NONE)):
        chosen, before, after = search(SWITCHES, True, machine.run_each)
        assert (chosen, verdict_of(before, after)) == ({}, verdict)


def test_a_run_that_failed_helps_nothing() -> None:
    """A switch under which nothing runs is not taken, though no record of it differs."""

    def run_each(taken: list[Taken]) -> list[TrialOutcome]:
        return [TrialOutcome(moved=0, problem="no") if part else TrialOutcome(moved=1, records=(DOT,)) for part in taken]

    chosen, before, after = search(SWITCHES, True, run_each)
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
    ):
        assert words in text
