"""What is known to raise a traceback: over tracebacks that real environments gave."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envprobe.causes import explain_traceback
from envprobe.causes.cause import ExplanationVerdict
from envprobe.causes.failure import WORDS, read_traceback
from tests.support.captured import FOLDER

TRACEBACKS = {
    "numpy-2": "import.numpy-abi",
    "numpy-1.19": "import.numpy-abi",
    "numpy-bool": "import.numpy-removed",
    "protobuf-4": "import.protobuf-descriptors",
    "keras-2.10": "import.keras-minor",
    "keras-2.15": "import.keras-minor",
    "read-only": "start.temporary",
    "pkg-resources": "import.pkg-resources",
    "pids": "start.threads",
    "python-3.12": "install.python",
    "wrapt-gone": "import.module-missing",
    "keras-file-gone": "import.part-missing",
}
ADDONS = """Traceback (most recent call last):
  File "/opt/venv/lib/python3.10/site-packages/tensorflow_addons/__init__.py", line 21, in <module>
    from tensorflow_addons import activations
  File "/opt/venv/lib/python3.10/site-packages/tensorflow_addons/utils/types.py", line 29, in <module>
    from tensorflow.python.trackable import base
ModuleNotFoundError: No module named 'tensorflow.python.trackable'
"""


@pytest.mark.parametrize("name", TRACEBACKS)
def test_a_known_breakage_is_named(name: str) -> None:
    """The rule that fits is named first."""
    found = explain_traceback((FOLDER / "tracebacks" / f"{name}.txt").read_text("utf-8"), name)
    rules = [cause.rule for cause in found.causes]
    assert rules[:1] == [TRACEBACKS[name]]
    assert found.verdict is ExplanationVerdict.EXPLAINED


def test_an_unknown_exception_is_not_guessed_at() -> None:
    """What no rule knows is not explained, whatever TensorFlow printed before it: a CPU machine always lacks CUDA's libraries."""
    log = (
        "2026-01-31 09:00:00.1: W tensorflow/x.cc:64] Could not load dynamic library 'libcudart.so.11.0'; dlerror: no such file\n"
    )
    found = explain_traceback(f"{log}Traceback (most recent call last):\n{log}ValueError: 3 is not 4\n", "log")
    assert (found.verdict, found.causes) == (ExplanationVerdict.UNEXPLAINED, [])


def test_the_package_that_raised_it_is_blamed() -> None:
    """An add-on that is too new for TensorFlow raises what a keras that is too new does, and keras has no part in it."""
    (cause,) = explain_traceback(ADDONS, "train.log").causes
    assert cause.paths == ["packages.tensorflow_addons"]
    assert "tensorflow_addons" in cause.fix.text


def test_the_last_traceback_of_a_log_counts() -> None:
    """A training log may hold one that was caught."""
    caught = "Traceback (most recent call last):\n  File \"a.py\", line 1, in <module>\nKeyError: 'x'\n"
    assert read_traceback(caught + "epoch 1\n" + ADDONS).raised.startswith("ModuleNotFoundError")


@given(st.text(max_size=3000))
def test_any_text_can_be_read(text: str) -> None:
    """A log may hold anything: the answer is bounded and never an exception."""
    assert len(read_traceback(text).raised) <= WORDS
    assert explain_traceback(text, "log").observed == "log"
