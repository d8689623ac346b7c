"""Which switch a pattern looks like: the tables against what was measured."""

from __future__ import annotations

import pytest

from envprobe.numerics.divergence import Divergence
from envprobe.numerics.pattern import FACTS, LIMIT, PATTERNS, guess, tokens
from envprobe.numerics.pattern_table import CONTROLS
from tests.support.margins import read

MEASURED = {row.name: [item.divergence() for item in row.moved] for row in read()}
EXPECTED = {
    "oneDNN off": "oneDNN switched on or off",
    "oneDNN ISA AVX2": "capped at AVX2",
    "oneDNN ISA AVX": "capped at AVX,",
    "oneDNN ISA SSE41": "capped at SSE4.1",
    "oneDNN off, ISA AVX2": "oneDNN off, and the instruction set capped",
    "one CPU": "number of CPUs",
    "4 CPUs": "number of CPUs",
    "64 CPUs": "number of CPUs",
    "intra-op threads 1": "intra-op threads",
    "intra-op threads 16": "intra-op threads",
    "XLA auto-jit": "XLA",
    "keras.json float64": "floatx",
    "keras.json float16": "floatx",
    "keras.json channels_first": "image_data_format",
    "mixed_float16": "mixed precision",
    "mixed_bfloat16": "mixed precision",
    "TF32-like convolutions": "Keras' layers",
    "numpy 1.20.3": "numpy version",
    "numpy 1.21.6": "numpy version",
    "numpy 1.23.5": "numpy version",
    "numpy 1.26.4": "numpy version",
    "OpenBLAS kernel Sandybridge": "OpenBLAS' kernel",
    "OpenBLAS kernel SkylakeX": "OpenBLAS' kernel",
    "Intel Sapphire Rapids": "OpenBLAS' kernel",
    "Intel Sapphire Rapids, OpenBLAS kernel Haswell": "another make of CPU",
    "OpenBLAS threads 1": "OpenBLAS' threads",
    "OMP threads 1": "OpenBLAS' threads",
    "numpy without AVX512": "numpy's instruction sets",
    "glibc without FMA": "C library",
    "Adam epsilon": "optimizers",
    "Nesterov momentum": "optimizers",
    "momentum x 0.99": "momentum",
    "AMSGrad": "AMSGrad",
    "batch normalisation momentum x 0.999": "running statistics",
    "batch normalisation epsilon x 1.1": "Keras' layers",
    "dropout rate x 0.999": "dropout",
    "dropout's seed": "dropout",
    "TensorFlow's seed + 1": "the seed",
    "initializer scale": "initialisers",
    "TensorFlow 2.8.4": "TensorFlow 2.8",
    "TensorFlow 2.10.1": "TensorFlow 2.10",
}


def moved(part: str, stage: str, tensor: str, relative: float = 1e-9) -> Divergence:
    return Divergence(part=part, stage=stage, step=None, tensor=tensor, how="bits", relative=relative, limit=1e-6)


@pytest.mark.parametrize("name", EXPECTED)
def test_a_measured_switch_is_guessed_first(name: str) -> None:
    """`check` says "looks like oneDNN off" before anything is run again."""
    assert EXPECTED[name] in guess(MEASURED[name])[0].switch


@pytest.mark.parametrize("name", [name for name, items in MEASURED.items() if items])
def test_every_switch_that_moves_anything_looks_like_something(name: str) -> None:
    """Measuring a new switch without learning its pattern fails here."""
    assert guess(MEASURED[name])


@pytest.mark.parametrize("name", [name for name, items in MEASURED.items() if items])
def test_xla_is_offered_for_nothing_but_what_compiles_the_graph(name: str) -> None:
    """A changed epsilon, dropout or precision is no auto-clustering; and beside a fact that says so, grappler is not either."""
    if name not in ("XLA auto-jit", "grappler off"):
        assert not any("XLA" in found.switch for found in guess(MEASURED[name]))
    assert not any("XLA" in found.switch for found in guess(MEASURED[name], {"numerics.xla"}))


def test_a_switch_that_is_known_and_equal_is_not_offered() -> None:
    """A guess rests on the facts too: what both sides have in effect alike cannot be the cause."""
    assert "optimizer" in guess(MEASURED["grappler off"], {"numerics.xla"})[0].switch
    assert [guess(items, FACTS) for items in MEASURED.values() if guess(items, FACTS)] == []


def test_no_control_was_ever_moved_by_rounding() -> None:
    """A control that moves speaks for a cause that is no order of sums."""
    rounding = [row.name for row in read() if row.kind == "rounding"]
    assert not CONTROLS & frozenset().union(*(tokens(MEASURED[name]) for name in rounding))


def test_patterns_do_not_contradict_themselves() -> None:
    """What a pattern moves it does not leave, and it is told with why and where that was measured."""
    for pattern in PATTERNS:
        assert pattern.moves | pattern.moves_any and not (pattern.moves | pattern.moves_any) & pattern.stays
        assert pattern.why and pattern.source


def test_two_switches_at_once_are_told_as_parts() -> None:
    """Where no whole pattern fits, the switches that moved all that they move are named, as parts of the cause."""
    both = guess([*MEASURED["one CPU"], *MEASURED["numpy without AVX512"], *MEASURED["oneDNN ISA AVX2"]])
    assert both and all(found.why.startswith("among other causes") for found in both)
    assert len(both) <= LIMIT


def test_a_larger_cause_is_found_among_the_rounding_of_another_machine() -> None:
    """Another optimizer on another make of CPU is an optimizer: what rounds is left aside."""
    both = guess([*MEASURED["Intel Sapphire Rapids, oneDNN ISA AVX2"], *MEASURED["Adam epsilon"]])
    assert "optimizers" in both[0].switch


def test_a_control_that_moves_ends_guessing() -> None:
    """Nothing in the table explains it, and a wrong guess sends a reader the wrong way."""
    assert guess([*MEASURED["oneDNN off"], moved("operation", "control", "scatter_nd")]) == []


def test_functions_of_the_c_library_are_the_c_library() -> None:
    """Another libm in front moves Python's `math` alone; any one of its functions is enough."""
    assert "libm" in guess([moved("host", "libm", "lgamma")])[0].switch


def test_the_gpu_alone_is_the_gpu() -> None:
    """The same run on the CPU beside it did not move, so it is not the framework."""
    assert "GPU" in guess([moved("training-gpu", "forward", "conv1"), moved("operation-gpu", "matmul", "512")])[0].switch


def test_nothing_moved_is_no_guess() -> None:
    """Equal bits look like nothing."""
    assert guess([]) == []
