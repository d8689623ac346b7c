"""Versions of real CUDA libraries, from NVIDIA's wheels: nothing here has a driver, and nothing may abort."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import engine

pytestmark = pytest.mark.real

PROGRAM = """
import ctypes, json, sys
from probes.benchmark.loaded import cuda_libraries, library_facts, own_version
from probes.host import Host
ctypes.CDLL(sys.argv[1])
libraries = cuda_libraries()
host = Host({})
print(json.dumps([library_facts(host, libraries), own_version(host, "cudart", sys.argv[1])]))
"""


def test_the_runtime_of_a_wheel_is_told_without_a_driver() -> None:
    """The wheel's file is named by its soname alone, and its own call would answer with an error: its metadata tell the version."""
    folder = engine.wheel_overlay("nvidia-cuda-runtime-cu11==11.7.99")
    library = folder / "nvidia/cuda_runtime/lib/libcudart.so.11.0"
    command = [sys.executable, "-c", PROGRAM, str(library)]
    environment = {"PYTHONPATH": f"{Path(__file__).parents[2]}:{folder}", "PATH": "/usr/bin:/bin"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    facts, called = json.loads(done.stdout)
    assert facts["cudart.version"] == "11.7.99"
    assert facts["cudart.place"] == "{pythonpath:1}/nvidia/cuda_runtime/lib"
    assert called == ""
