"""Which switch a pattern looks like: the table against what was measured."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from envprobe.numerics.pattern import LIMIT, Moved, guess, tokens
from envprobe.numerics.pattern_table import CONTROLS, PATTERNS

MEASURED: dict[str, list[list[str]]] = json.loads((Path(__file__).parents[2] / "data" / "switches.json").read_text())
EXPECTED = {
    "oneDNN off": "oneDNN switched on or off",
    "oneDNN ISA AVX2": "capped at AVX2",
    "oneDNN ISA AVX": "capped at AVX,",
    "oneDNN ISA SSE41": "capped at SSE4.1",
    "oneDNN off, ISA AVX2": "oneDNN off, and the instruction set capped",
    "one CPU": "number of CPUs",
    "intra-op threads 1": "intra-op threads",
    "intra-op threads 4": "intra-op threads",
    "intra-op threads 16": "intra-op threads",
    "XLA auto-jit": "XLA",
    "keras.json float64": "floatx",
    "keras.json float16": "floatx",
    "keras.json channels_first": "image_data_format",
    "numpy 1.20.3": "numpy version",
    "numpy 1.21.6": "numpy version",
    "numpy 1.23.5": "numpy version",
    "numpy 1.26.4": "numpy version",
    "OpenBLAS kernel Sandybridge": "OpenBLAS' kernel",
    "OpenBLAS threads 1": "OpenBLAS' threads",
    "numpy without AVX512": "numpy's instruction sets",
    "glibc without FMA": "C library",
    "Adam epsilon": "optimizers",
    "initializer scale": "initialisers",
    "TensorFlow 2.8.4": "TensorFlow 2.8",
    "TensorFlow 2.10.1": "TensorFlow 2.10",
    "TensorFlow 2.11.1": "TensorFlow 2.11",
}


def measured(name: str) -> frozenset[Moved]:
    return frozenset((part, stage, tensor, how) for part, stage, tensor, how in MEASURED[name])


@pytest.mark.parametrize("name", EXPECTED)
def test_a_measured_switch_is_guessed_first(name: str) -> None:
    """`check` says "looks like oneDNN off" before anything is run again."""
    assert EXPECTED[name] in guess(measured(name))[0].switch


def test_every_switch_that_moves_anything_is_in_the_table() -> None:
    """Measuring a new switch without learning its pattern fails here."""
    assert {name for name, items in MEASURED.items() if items} == set(EXPECTED)


def test_no_control_was_ever_moved_by_a_switch() -> None:
    """A control that moves speaks for a cause outside of the table."""
    assert not CONTROLS & frozenset().union(*(tokens(measured(name)) for name in MEASURED if not name.startswith("keras.json")))


def test_patterns_do_not_contradict_themselves() -> None:
    """What a pattern moves it does not leave, and it is told with why and where that was measured."""
    for pattern in PATTERNS:
        assert pattern.moves and not pattern.moves & pattern.stays
        assert pattern.why and pattern.source


def test_two_switches_at_once_are_told_as_parts() -> None:
    """Where no whole pattern fits, the switches that moved all that they move are named, as parts of the cause."""
    both = guess(measured("one CPU") | measured("numpy without AVX512") | measured("oneDNN ISA AVX2"))
    assert both and all(found.why.startswith("among other causes") for found in both)
    assert len(both) <= LIMIT


def test_a_control_that_moves_ends_guessing() -> None:
    """Nothing in the table explains it, and a wrong guess sends a reader the wrong way."""
    assert guess(measured("oneDNN off") | {("operation", "control", "scatter_nd", "bits")}) == []


def test_the_gpu_alone_is_the_gpu() -> None:
    """The same run on the CPU beside it did not move, so it is not the framework."""
    assert "GPU" in guess({("training-gpu", "forward", "conv1", "bits"), ("operation-gpu", "matmul", "512", "bits")})[0].switch


def test_nothing_moved_is_no_guess() -> None:
    """Equal bits look like nothing."""
    assert guess(frozenset()) == []
