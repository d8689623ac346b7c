"""The benchmark's run itself, as far as it needs no framework: numbers, records, and the pure Python run."""

from __future__ import annotations

import base64
import hashlib
import json
import struct
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from envprobe.numerics.trace import read_trace
from envprobe.probing import bundle
from probes.benchmark import counter, recorder

INTERPRETERS = sorted({sys.executable, *map(str, Path.home().glob(".pyenv/versions/3.*/bin/python"))})


def test_drawn_numbers_are_exact_multiples() -> None:
    """Every number is a multiple of 2^-23 in [-1, 1), which a float32 holds exactly; and they are these for ever."""
    drawn = counter.floats("host.python", 1000)
    assert all(-1.0 <= value < 1.0 and (value * 2.0**23).is_integer() for value in drawn)
    assert all(struct.unpack("<f", struct.pack("<f", value))[0] == value for value in drawn)
    assert hashlib.sha256(repr(drawn).encode()).hexdigest()[:16] == "377ccb52c33fa39a"


def test_a_digest_tells_type_and_shape_apart() -> None:
    """Two tensors of the same bytes are equal only with the same type and shape."""
    record = recorder.Recorder(lambda value, size: recorder._members(*value, size))
    for dtype, shape in (("float32", (2, 2)), ("int32", (2, 2)), ("float32", (4,))):
        record.tensor("stage", dtype + str(len(shape)), (dtype, shape, bytes(16), 4))
    assert len({item["digest"] for item in record.records}) == 3


def test_a_sample_is_spread_over_the_tensor() -> None:
    """The sample holds exact elements from the whole tensor, the first among them, and no more than was asked for."""
    values = [float(k) for k in range(100)]
    sample = base64.b64decode(recorder.describe_floats(values, 8)["sample"])
    assert struct.unpack("<8d", sample) == (0.0, 12.0, 25.0, 37.0, 50.0, 62.0, 75.0, 87.0)
    assert len(base64.b64decode(recorder.describe_floats(values[:3], 8)["sample"])) == 24


def test_an_operation_that_raises_is_a_record() -> None:
    """Some operations raise under op determinism: the exception's name is compared, its words are not."""
    record = recorder.Recorder(recorder.describe_floats)
    record.begin("operation")

    def raises() -> None:
        raise ArithmeticError("no deterministic kernel")

    record.attempt("convolution", "depthwise", raises)
    assert record.records == [{"part": "operation", "stage": "convolution", "tensor": "depthwise", "error": "ArithmeticError"}]
    assert record.errors == {"operation/convolution/depthwise": "no deterministic kernel"}


@pytest.mark.parametrize("interpreter", INTERPRETERS)
def test_pure_python_computes_the_same_everywhere(interpreter: str) -> None:
    """Without numpy the run is Python's own arithmetic, and every interpreter of this machine leaves the same bits."""
    trace = read_trace(_answer(interpreter, "-S")["trace"], "answer")
    assert (trace.kind, trace.records[0].name) == ("python", "host/libm/exp")
    ours = read_trace(_answer(sys.executable, "-S")["trace"], "answer")
    assert [record.digest for record in trace.records] == [record.digest for record in ours.records]


def _answer(interpreter: str, *options: str) -> dict[str, Any]:
    """Run the child's part alone and return what it writes on its own file descriptor; `-S` hides installed packages."""
    program = (
        "import json, os, sys; line = json.loads(sys.stdin.readline()); "
        "exec(compile(line['sources']['loader.py'], 'loader', 'exec'), {'LINE': line})"
    )
    request = {"task": "benchmark", "benchmark": "quick", "benchmark_timeout_s": 60, "answer_fd": 1}
    done = subprocess.run([interpreter, *options, "-c", program], input=bundle.line(request), capture_output=True)
    assert done.returncode == 0, done.stderr.decode()
    found: dict[str, Any] = json.loads(done.stdout)
    return found
