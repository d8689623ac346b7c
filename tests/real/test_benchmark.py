"""The benchmark on the real image: what must stay identical does, and what is changed is told apart with the right guess."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from envprobe.numerics.comparison import compare, compare_with
from envprobe.numerics.trace import Trace, numeric_class, with_trace
from envprobe.numerics.verdict import TraceVerdict
from envprobe.probing import bundle
from tests.bench.changed_container import answer, request, trace_of, unframed
from tests.bench.switch_table import BY_NAME, SWITCHES, UNCHANGED, Switch
from tests.support import engine

pytestmark = pytest.mark.real

REQUIREMENTS = Path(__file__).parents[1] / "standin" / "requirements.txt"

IDENTICAL = tuple(switch.name for switch in SWITCHES if switch.kind == "nothing" and switch.name != "repeated")
FIRST_AND_GUESS = {
    "oneDNN off": ({"operation/matmul"}, "oneDNN switched on or off"),
    "oneDNN ISA AVX512_CORE": ({"precision/bfloat16"}, "bfloat16 kernels"),
    "oneDNN ISA AVX2": ({"operation/matmul"}, "capped at AVX2"),
    "oneDNN ISA AVX": ({"operation/matmul"}, "capped at AVX,"),
    "oneDNN ISA SSE41": ({"operation/matmul"}, "capped at SSE4.1"),
    "one CPU": ({"host/blas", "host/lapack", "operation/convolution"}, "number of CPUs"),
    "intra-op threads 1": ({"operation/reduction"}, "intra-op threads"),
    "intra-op threads 4": ({"operation/reduction"}, "intra-op threads"),
    "XLA auto-jit": ({"training/loss"}, "XLA"),
    "numpy 1.23.5": ({"host/numpy"}, "numpy version"),
    "numpy 1.26.4": ({"host/numpy"}, "numpy version"),
    "OpenBLAS kernel Prescott": ({"host/blas"}, "OpenBLAS' kernel"),
    "numpy without AVX512": ({"host/numpy"}, "numpy's instruction sets"),
    "TensorFlow 2.8.4": ({"operation/matmul"}, "TensorFlow 2.8"),
}
"""Rounding: the stage in which it may show first, on whichever make of CPU, and what it looks like.

`one CPU` shows in BLAS on AMD (Zen) and in LAPACK on Intel (Sapphire Rapids): OpenBLAS has another kernel for each, and none
of them takes Prescott's.
"""
LARGER = {
    "keras.json float64": "floatx",
    "keras.json channels_first": "image_data_format",
    "mixed_float16": "mixed precision",
    "TF32-like convolutions": "Keras' layers",
    "Adam epsilon": "optimizers",
    "momentum x 0.99": "momentum",
    "batch normalisation epsilon x 1.1": "Keras' layers",
    "Nesterov momentum": "optimizers",
    "dropout's seed": "dropout",
    "TensorFlow's seed + 1": "the seed",
    "initializer scale": "initialisers",
    "TensorFlow 2.10.1": "TensorFlow 2.10",
    "TensorFlow 2.11.1": "TensorFlow 2.10",
}
"""More than rounding on every machine, and what it looks like."""


@pytest.fixture(scope="module")
def unchanged() -> dict[str, Any]:
    """The answer of an unchanged container."""
    return answer(UNCHANGED)


@pytest.fixture(scope="module")
def baseline(unchanged: dict[str, Any]) -> Trace:
    return trace_of(unchanged)


@pytest.mark.parametrize("name", IDENTICAL)
def test_what_changes_no_result_changes_no_bit(name: str, baseline: Trace) -> None:
    """A difference that computes the same is never shown as one that does not."""
    assert compare(baseline, trace_of(answer(BY_NAME[name]))).verdict is TraceVerdict.IDENTICAL


@pytest.mark.parametrize("name", FIRST_AND_GUESS)
def test_another_order_of_sums_is_equivalent_both_ways(name: str, baseline: Trace) -> None:
    """Capped instruction sets, BLAS kernels and CPUs stand in for other machines: none fails, whichever of the two was recorded.

    A cap to what the machine has anyway moves nothing, and where something moves it is told where and what it looks like.
    """
    other = trace_of(answer(BY_NAME[name]))
    found = compare(baseline, other)
    assert found.verdict in (TraceVerdict.IDENTICAL, TraceVerdict.TOLERANCE)
    assert compare(other, baseline).verdict == found.verdict
    if found.first_divergence is not None:
        first, guess = FIRST_AND_GUESS[name]
        assert f"{found.first_divergence.part}/{found.first_divergence.stage}" in first
        if not name.startswith("oneDNN") or "AVX-512" in numeric_class(baseline):  # with which those patterns were learned
            assert guess in found.guesses[0].switch


@pytest.mark.parametrize("name", LARGER)
def test_more_than_rounding_diverges_on_any_machine(name: str, baseline: Trace) -> None:
    """A precision, constant, algorithm or generator is never taken for another machine, even where one is recorded besides."""
    traces = with_trace(with_trace({}, baseline), trace_of(answer(BY_NAME["oneDNN ISA AVX2"])))
    found = compare_with(traces, trace_of(answer(BY_NAME[name])))
    assert found.verdict is TraceVerdict.DIVERGED
    assert LARGER[name] in found.guesses[0].switch


@pytest.mark.parametrize("mode", ["quick", "full"])
def test_repeats_are_bit_identical(mode: str, baseline: Trace) -> None:
    """Ten quick runs, or three full ones, while another process keeps the machine busy: not one bit differs."""
    with _busy():
        runs = [trace_of(answer(UNCHANGED, mode)) for _ in range(10 if mode == "quick" else 3)]
    assert {run.id for run in runs} == {runs[0].id}
    assert compare(baseline, runs[0]).verdict is TraceVerdict.IDENTICAL


def test_a_run_leaves_nothing_behind() -> None:
    """A read-only container suffices, and one that may be written holds no file more than before."""
    options = ("--read-only", "--tmpfs=/tmp", "--user=1234:1234")
    assert answer(Switch("read-only", options=options))["trace"] is not None
    name = "envprobe-test-leaves-nothing"
    try:
        assert answer(Switch("named", options=(f"--name={name}",)), keep=True)["trace"] is not None
        changed = subprocess.run(["docker", "diff", name], check=True, capture_output=True, text=True).stdout
    finally:
        subprocess.run(["docker", "rm", "--force", name], check=True, capture_output=True)
    assert changed == ""


def test_a_trace_is_small_and_its_cost_is_told(unchanged: dict[str, Any]) -> None:
    """Memory and time are in the part of the trace that is not compared, within what the run may cost."""
    context = unchanged["trace"]["context"]
    assert context["peak_memory_bytes"] < 450 << 20
    assert float(context["run_s"]) > 0.0
    assert len(json.dumps(unchanged["trace"])) < 200_000


def test_the_class_names_what_is_in_effect(unchanged: dict[str, Any]) -> None:
    """Facts and class agree: they come from the same run."""
    known = unchanged["sections"]["numerics"]["known"]
    told = numeric_class(trace_of(unchanged))
    assert known["framework"] in told and f"onednn {known['onednn']}" in told
    if known["onednn"]:
        assert known["onednn_isa"] in told and f"cpus {known['onednn_threads']};" in told


@pytest.mark.parametrize(
    ("name", "switch", "words"),
    [
        ("numpy 2", Switch("numpy 2", wheels=("numpy==2.0.2",)), "numpy<2"),
        ("numpy 1.19", Switch("numpy 1.19", wheels=("numpy==1.19.5",)), "numpy<2"),
        ("protobuf 4", Switch("protobuf 4", wheels=("protobuf==4.25.3",)), "protobuf<3.20"),
        ("keras 2.10", Switch("keras 2.10", wheels=("keras==2.10.0",)), "same minor version"),
        ("no /tmp", Switch("no /tmp", options=("--read-only",)), "--tmpfs /tmp"),
        ("few processes", Switch("few processes", options=("--pids-limit=8",)), "processes or threads"),
    ],
)
def test_a_framework_that_does_not_run_is_a_finding(name: str, switch: Switch, words: str) -> None:
    """The known cause is named, and what only the run could tell is unknown."""
    numerics = answer(switch)["sections"]["numerics"]
    assert words in numerics["known"]["diagnosis.framework"]
    assert "onednn" in numerics["unknown"]


def test_a_switch_asked_for_in_vain_is_a_finding() -> None:
    """The XLA flag alone builds no cluster on a CPU, and a misspelt cap is ignored without a word."""
    variables = {"TF_XLA_FLAGS": "--tf_xla_auto_jit=2", "ONEDNN_MAX_CPU_ISA": "AVX_2"}
    known = answer(Switch("in vain", variables))["sections"]["numerics"]["known"]
    assert "none was built" in known["diagnosis.TF_XLA_FLAGS"]
    assert "unknown value" in known["diagnosis.ONEDNN_MAX_CPU_ISA"]


@contextmanager
def _busy() -> Iterator[None]:
    """Keep one CPU busy while the block runs."""
    with subprocess.Popen(["sh", "-c", "while :; do :; done"]) as process:
        try:
            yield
        finally:
            process.kill()


@pytest.mark.parametrize("version", ["3.8", "3.10"])
def test_a_host_with_the_same_wheels_computes_the_same(version: str, baseline: Trace) -> None:
    """Another Python, another C library, no container: the wheels decide, not what is around them."""
    installed = Path.home().glob(f".pyenv/versions/{version}.*/bin/python")
    interpreter = next(map(str, installed), None) or shutil.which(f"python{version}")
    if interpreter is None:
        pytest.skip(f"this machine has no Python {version}")
    pins = [line.split(" ")[0] for line in REQUIREMENTS.read_text().splitlines() if "==" in line and not line.startswith("#")]
    overlay = engine.wheel_overlay(*pins, python=version)
    environment = {"PYTHONPATH": str(overlay), "PATH": os.environ["PATH"], "HOME": str(overlay)}
    command = [interpreter, "-B", "-c", bundle.stub()]
    done = subprocess.run(command, input=bundle.line(request("quick")), env=environment, capture_output=True)
    assert compare(baseline, trace_of(unframed(done.stdout))).verdict is TraceVerdict.IDENTICAL
