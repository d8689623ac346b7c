"""A variable changes what it switches, and nothing where the switch in effect is the same."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec
import pytest

from envprobe.assess import assess
from envprobe.assess.switches import SWITCHES, switches_of
from envprobe.fingerprint import Fingerprint
from envprobe.numerics.trace import to_json
from envprobe.policy import DEFAULT, Policy, Severity, overlay
from envprobe.probing.bundle import variables
from envprobe.report import Difference, Report, Verdict
from tests.support.sample import fingerprint
from tests.support.trace_sample import trace

EFFECTS = {
    "numerics.op_determinism": False,
    "numerics.onednn": True,
    "numerics.onednn_isa": "Intel AVX2",
    "numerics.xla": False,
    "numerics.blas": "OpenBLAS 0.3.18 Zen 2 threads",
    "numerics.framework": "tensorflow 2.9.0",
    "system.locale": "C.UTF-8",
    "system.encoding": {"filesystem": "utf-8", "preferred": "utf-8"},
    "system.timezone": "UTC",
    "python.flags": {},
    "modules.none": "file",
}
NO_GPU = ("gpu.count",)


def _report(variable: str, ours: str | None, theirs: str | None, policy: Policy = DEFAULT, **effects: Any) -> Report:
    """Return the report on two environments that differ in a variable, and in what it switched."""
    left = {"environment." + variable: ours} if ours is not None else {}
    right = {"environment." + variable: theirs} if theirs is not None else {}
    named = {name.replace("__", "."): value for name, value in effects.items()}
    return assess(
        _traced(fingerprint({**EFFECTS, **left}, absent=NO_GPU)),
        _traced(fingerprint({**EFFECTS, **right, **named}, absent=NO_GPU)),
        policy=policy,
        today=date(2026, 1, 1),
    )


def _traced(of: Fingerprint) -> Fingerprint:
    return msgspec.structs.replace(of, trace=to_json(trace()))


def _of(report: Report, path: str) -> Difference:
    return next(item for item in report.differences if item.path == path)


@pytest.mark.parametrize(
    ("variable", "value", "words"),
    [
        ("TF_DETERMINISTIC_OPS", "0", "numerics.op_determinism is false on both sides"),
        ("TF_XLA_FLAGS", "--tf_xla_auto_jit=2", "numerics.xla is false on both sides"),
        ("OMP_NUM_THREADS", "2", "cpu.affinity is 2 on both sides"),
        ("NVIDIA_TF32_OVERRIDE", "0", "no GPU on either side"),
        ("NCCL_ALGO", "Ring", "no GPU on either side"),
        ("JAX_ENABLE_X64", "1", "nothing is installed on either side that reads it"),
        ("MKL_CBWR", "COMPATIBLE", "numerics.blas is OpenBLAS"),
        ("TZ", "Etc/UTC", "system.timezone is UTC on both sides"),
        ("LC_ALL", "C.UTF-8", "system.locale is C.UTF-8"),
        ("PYTHONOPTIMIZE", "", "python.flags is"),
    ],
)
def test_a_switch_that_is_the_same_in_effect_is_a_note_that_says_so(variable: str, value: str, words: str) -> None:
    """Set or not, another value or none: where what it switches is known and equal, it changes nothing here."""
    for report in (_report(variable, None, value), _report(variable, value, None)):
        found = _of(report, f"environment.{variable}")
        assert (found.severity, words in found.why, found.fix.text) == (Severity.NOTE, True, "")
        assert report.verdict is Verdict.REPRODUCES


@pytest.mark.parametrize(
    ("variable", "value", "why"),
    [
        ("TF_XLA_FLAGS", "--tf_xla_clustering_fuel=3", "a flag that no fact answers"),
        ("OMP_NUM_THREADS", "1", "other libraries than OpenBLAS read it"),
        ("KMP_DETERMINISTIC_REDUCTION", "1", "no fact answers it"),
        ("NPY_DISABLE_CPU_FEATURES", "AVX2", "what it switches is unknown here"),
    ],
)
def test_what_no_fact_answers_fails_beside_equal_bits(variable: str, value: str, why: str) -> None:
    """It fails where its effect differs or cannot be seen, though the benchmark left the same bits."""
    assert _of(_report(variable, None, value), f"environment.{variable}").severity is Severity.FAIL, why


def test_an_effect_that_differs_is_judged_by_the_bits() -> None:
    """A cap that is in effect and moved no bit of what the benchmark runs is a note, for that reason."""
    report = _report("ONEDNN_MAX_CPU_ISA", None, "AVX2", numerics__onednn_isa="Intel AVX")
    assert "same bits" in _of(report, "environment.ONEDNN_MAX_CPU_ISA").why


@pytest.mark.parametrize("variable", ["PYTHONHASHSEED", "TZ", "LANG", "LD_PRELOAD", "PYTHONPATH", "OMP_SCHEDULE"])
def test_equal_bits_are_no_reason_where_arithmetic_cannot_answer(variable: str) -> None:
    """Hash seed, time zone, locale, preloaded code and other programs' threads stay a warning, and bits are not its reason."""
    found = _of(_report(variable, None, "x", system__locale="C", system__timezone="CET"), f"environment.{variable}")
    assert found.severity is Severity.WARN
    assert "bits" not in found.why


@pytest.mark.parametrize(
    ("flags", "severity"),
    [
        ({"dont_write_bytecode": 1}, Severity.NOTE),
        ({"utf8_mode": 1}, Severity.NOTE),
        ({"optimize": 1}, Severity.WARN),
        ({"optimize": 1, "verbose": 1}, Severity.WARN),
    ],
)
def test_flags_that_only_write_or_print_are_notes(flags: dict[str, int], severity: Severity) -> None:
    """Byte code that is not written changes nothing; asserts that are left out do."""
    assert _of(_report("X", None, None, python__flags=flags), "python.flags").severity is severity


def test_a_team_that_fails_a_variable_is_heard() -> None:
    """What a policy of its own raised is lowered by no fact."""
    policy = overlay(DEFAULT, Policy(rules={"environment.TZ": Severity.FAIL}))
    assert _of(_report("TZ", None, "UTC", policy), "environment.TZ").severity is Severity.FAIL


def test_nobody_looked_is_no_answer() -> None:
    """Without the benchmark nobody knows what a variable switches: it fails."""
    skipped = {"numerics.op_determinism": "left out by --no-benchmark"}
    ours = fingerprint(EFFECTS)
    theirs = fingerprint({**EFFECTS, "environment.TF_DETERMINISTIC_OPS": "0"}, skipped=skipped)
    report = assess(ours, theirs, policy=DEFAULT, today=date(2026, 1, 1))
    assert _of(report, "environment.TF_DETERMINISTIC_OPS").severity is Severity.FAIL


def test_a_package_that_reads_it_keeps_it() -> None:
    """JAX's precision matters where JAX is installed, on either side."""
    for name in ("packages.jax.version", "modules.jax"):
        ours = fingerprint({**EFFECTS, name: "0.3.0"})
        theirs = fingerprint({**EFFECTS, name: "0.3.0", "environment.JAX_ENABLE_X64": "1"})
        assert assess(ours, theirs, policy=DEFAULT, today=date(2026, 1, 1)).verdict is Verdict.DIFFERS


def test_every_row_speaks_of_variables_that_are_recorded() -> None:
    """A row for a name that nobody reads would be a dead letter."""
    recorded = variables()
    for row in SWITCHES:
        for glob in row.variables:
            assert any(row in switches_of(name) for name in recorded if name.startswith(glob.partition("*")[0])), glob
