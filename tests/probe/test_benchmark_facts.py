"""What the benchmark's run says as facts: switches in effect, asked for in vain, loaded libraries, and why it did not run."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from envprobe.probing.collect import Options
from probes.benchmark import asked, cause, loaded, verbose
from probes.benchmark.framework import leave_no_keras_json
from probes.benchmark.process import Outcome, Stream
from probes.collectors.benchmark import IN_EFFECT, collect, report
from probes.fact import Section
from probes.host import Host

ROOT = Path(__file__).parents[2]
ONEDNN_2 = """onednn_verbose,info,oneDNN v2.6.0 (commit N/A)
onednn_verbose,info,cpu,runtime:threadpool,nthr:2
onednn_verbose,info,cpu,isa:Intel AVX-512 with Intel DL Boost and bfloat16 support
onednn_verbose,info,gpu,runtime:none
onednn_verbose,exec,cpu,convolution,brgconv:avx512_core,forward_training,src_f32,,alg:convolution_direct,mb8_ic16oc32,0.06
onednn_verbose,exec,cpu,matmul,brg:avx512_core,undef,src_f32,,,7x4000:4000x7,0.08
"""
ONEDNN_3 = """onednn_verbose,v1,info,oneDNN v3.7.3 (commit N/A)
onednn_verbose,v1,info,cpu,runtime:threadpool,nthr:8
onednn_verbose,v1,info,cpu,isa:Intel AVX2
onednn_verbose,v1,primitive,exec,cpu,convolution,jit:avx2,forward_training,src:f32,,alg:convolution_direct,mb8_ic16oc32,0.06
"""
ONEDNN_1 = """dnnl_verbose,info,DNNL v1.6.4
dnnl_verbose,info,cpu,isa:AVX2
dnnl_verbose,exec,cpu,convolution,jit:avx2,forward_training,src_f32,,alg:convolution_direct,mb8_ic16oc32,0.06
"""


@pytest.mark.parametrize(
    ("printed", "version", "threads", "kernels"),
    [
        (ONEDNN_1, "1.6.4", None, ["convolution jit:avx2"]),
        (ONEDNN_2, "2.6.0", 2, ["convolution brgconv:avx512_core", "matmul brg:avx512_core"]),
        (ONEDNN_3, "3.7.3", 8, ["convolution jit:avx2"]),
    ],
)
def test_onednn_is_on_where_its_kernels_ran(printed: str, version: str, threads: int | None, kernels: list[str]) -> None:
    """Version, instruction set and threads are what oneDNN itself prints, in every dialect that it had."""
    facts = verbose.onednn(printed)
    assert facts["onednn"] is True
    assert (facts["onednn_version"], facts.get("onednn_threads"), facts["onednn_kernels"]) == (version, threads, kernels)


def test_onednn_that_only_says_hello_is_off() -> None:
    """A library that is linked and runs no kernel is not in effect, whatever a variable says."""
    assert verbose.onednn(ONEDNN_2.split("onednn_verbose,exec")[0]) == {"onednn": False}


@pytest.mark.parametrize(
    ("variable", "value", "known", "word"),
    [
        ("TF_ENABLE_ONEDNN_OPTS", "1", {"onednn": False}, "asks for oneDNN on"),
        ("TF_ENABLE_ONEDNN_OPTS", "0", {"onednn": True}, "asks for oneDNN off"),
        ("ONEDNN_MAX_CPU_ISA", "AVX2", {"onednn_isa": "Intel AVX-512 with Intel DL Boost"}, "asks for at most AVX2"),
        ("DNNL_MAX_CPU_ISA", "avx3", {"onednn_isa": "Intel AVX2"}, "unknown value"),
        ("TF_DETERMINISTIC_OPS", "1", {"op_determinism": False}, "deterministic"),
        ("TF_XLA_FLAGS", "--tf_xla_auto_jit=2", {"xla": False}, "tf_xla_cpu_global_jit"),
        ("NVIDIA_TF32_OVERRIDE", "0", {"tf32": True}, "TF32"),
    ],
)
def test_what_is_asked_for_in_vain_is_a_finding(variable: str, value: str, known: dict[str, Any], word: str) -> None:
    """A variable that is set and does nothing looks safe and is not."""
    assert word in asked.not_in_effect({variable: value}, known)[variable]


@pytest.mark.parametrize(
    ("variable", "value", "known"),
    [
        ("TF_ENABLE_ONEDNN_OPTS", "1", {"onednn": True}),
        ("ONEDNN_MAX_CPU_ISA", "AVX2", {"onednn_isa": "Intel AVX2"}),
        ("ONEDNN_MAX_CPU_ISA", "ALL", {"onednn_isa": "Intel AVX-512"}),
        ("ONEDNN_MAX_CPU_ISA", "AVX2", {"onednn": False}),
        ("TF_XLA_FLAGS", "--tf_xla_auto_jit=2 --tf_xla_cpu_global_jit", {"xla": True}),
        ("TF_DETERMINISTIC_OPS", "0", {"op_determinism": False}),
    ],
)
def test_what_is_in_effect_or_cannot_be_told_is_none(variable: str, value: str, known: dict[str, Any]) -> None:
    """No finding without evidence."""
    assert asked.not_in_effect({variable: value}, known) == {}


def ended(status: int, stderr: str = "", answer: bytes = b"", timed_out: bool = False) -> Outcome:
    """Return a child that ended so."""
    streams = [Stream(1 << 20) for _ in range(3)]
    streams[0].add(answer)
    streams[2].add(stderr.encode())
    return Outcome(status, 60, timed_out, *streams)


class Machine(Host):
    """A machine with a memory limit, or none."""

    def __init__(self, limit: str = "max\n") -> None:
        super().__init__({})
        self.limit = limit

    def read_text(self, path: str, limit_bytes: int = 0) -> str:
        if path == cause.CGROUP_LIMITS[0]:
            return self.limit
        raise FileNotFoundError(path)


@pytest.mark.parametrize(
    ("outcome", "failure", "limit", "words"),
    [
        (ended(0), "TypeError: Unable to convert function return value to a Python type!", "max", "numpy<2"),
        (ended(0), "TypeError: Descriptors cannot not be created directly.", "max", "protobuf<3.20"),
        (ended(0), "ModuleNotFoundError: No module named 'tensorflow.python.trackable'", "max", "same minor version"),
        (ended(0), "FileNotFoundError: No usable temporary directory found in ['/tmp']", "max", "--tmpfs /tmp"),
        (ended(-signal.SIGABRT, "F cpu_feature_guard.cc: compiled to use AVX instructions, but"), None, "max", "instruction set"),
        (ended(-signal.SIGILL), None, "max", "instruction set"),
        (ended(-signal.SIGSEGV, "words\n"), None, "max", "segmentation fault"),
        (ended(-signal.SIGKILL), None, "268435456\n", "256 MB"),
        (ended(-signal.SIGKILL, timed_out=True), None, "268435456\n", "crawls"),
        (ended(-signal.SIGKILL, timed_out=True), None, "max", "did not end within 60 s"),
        (ended(0, answer=b'{"trace"'), None, "max", "without an answer"),
    ],
)
def test_why_there_is_no_trace(outcome: Outcome, failure: str | None, limit: str, words: str) -> None:
    """What happened, the last words, and the known cause: `pip check` calls several of these environments healthy."""
    said = cause.of(Machine(limit), outcome, {"framework": "tensorflow", "error": failure} if failure else None)
    assert words in said
    assert len(said) < 500


def test_chatter_is_no_last_word() -> None:
    """TensorFlow's information lines come last and explain nothing."""
    printed = "2026-01-01 10:00:00.1: F env.cc:73] Check failed\n2026-01-01 10:00:00.2: I tensorflow/cuda/cudart_stub.cc:29] Ignore above\n"
    assert cause.last_words(printed) == "F env.cc:73] Check failed"
    assert cause.last_words("2026-01-01 10:00:00.2: W tensorflow/dso_loader.cc:64] Could not load\n") == ""


def test_no_trace_makes_every_switch_unknown() -> None:
    """A framework that does not run is a finding, and what only it could tell is unknown: never absent, never equal."""
    numerics = Section()
    answer = report(Machine(), numerics, ended(-signal.SIGSEGV, "words"))
    facts = numerics.as_json()
    assert "trace" not in answer
    assert sorted(facts["unknown"]) == sorted(IN_EFFECT)
    assert "segmentation fault" in facts["known"]["diagnosis.framework"]
    assert "loaded.cudnn.version" in answer["sections"]["cuda"].as_json()["unknown"]


def test_too_slow_or_killed_is_unknown_not_wrong() -> None:
    """A busy machine or a tight memory limit says nothing about what is installed: it could not be told, and does not differ."""
    for outcome in (ended(-signal.SIGKILL, timed_out=True), ended(-signal.SIGKILL)):
        numerics = Section()
        report(Machine(), numerics, outcome)
        facts = numerics.as_json()
        assert facts["known"] == {}
        assert "diagnosis.framework" in facts["unknown"]


def test_left_out_is_said() -> None:
    """With `--no-benchmark` each fact of the run is named as left out, so that nothing passes as absent."""
    section = Section()
    skipped = collect(Machine(), section, {"benchmark": "off"})["skipped"]
    assert {f"numerics.{name}" for name in IN_EFFECT} | {"cuda.loaded.*"} == set(skipped)
    assert section.as_json() == {"known": {}, "absent": [], "unknown": {}}
    assert set(skipped) | {"trace"} == set(Options(benchmark="off").left_out), "what the host lets a target leave out"


def test_keras_finds_no_place_to_write(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Where there is no keras.json, importing Keras must not make one; where there is one, it stays in effect."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("KERAS_HOME", raising=False)
    leave_no_keras_json()
    assert not Path(os.environ.pop("KERAS_HOME")).exists()
    (tmp_path / ".keras").mkdir()
    (tmp_path / ".keras/keras.json").write_text("{}")
    leave_no_keras_json()
    assert "KERAS_HOME" not in os.environ


def compiled(folder: Path, name: str, source: str) -> Path:
    """Compile a stand-in for a CUDA library."""
    (folder / "source.c").write_text(source)
    subprocess.run(["cc", "-shared", "-fPIC", "-o", folder / name, folder / "source.c"], check=True)
    return folder / name


def test_a_version_call_that_aborts_harms_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """cuDNN aborts without a driver: it is asked in a throw-away process, and only where libcuda.so.1 loads."""
    library = compiled(tmp_path, "libcudnn.so.8", "#include <stdlib.h>\nunsigned long cudnnGetVersion(void) { abort(); }")
    assert loaded.own_version(Host({}), "cudnn", str(library)) == ""
    compiled(tmp_path, "libcuda.so.1", "int cuInit(unsigned flags) { return 0; }")
    compiled(tmp_path, "libcudnn.so.8", "unsigned long cudnnGetVersion(void) { return 8100; }")
    monkeypatch.setenv("LD_LIBRARY_PATH", str(tmp_path))
    assert loaded.own_version(Host({}), "cudnn", str(library)) == "8100"


def test_mapped_libraries_are_what_this_process_loaded(tmp_path: Path) -> None:
    """A library counts when it is mapped, with its real file; a file on disk that nothing opened does not."""
    real = compiled(tmp_path, "libcudart.so.11.2.152", "int cudaRuntimeGetVersion(int *v) { *v = 11020; return 0; }")
    (tmp_path / "libcudart.so.11.0").symlink_to(real)
    compiled(tmp_path, "libcudnn.so.8.1.0", "int unused;")
    program = "import ctypes, json, sys; ctypes.CDLL(sys.argv[1]); "
    program += "from probes.benchmark.loaded import cuda_libraries; print(json.dumps(cuda_libraries()))"
    command = [sys.executable, "-c", program, str(tmp_path / "libcudart.so.11.0")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == f'{{"cudart": ["{real}"]}}'
    facts = loaded.library_facts(Host({}), {"cudart": [str(real)]})
    assert facts["cudart.version"] == "11.2.152"


def answered(**members: Any) -> bytes:
    """Return a child's answer in miniature."""
    trace = {
        "schema": "envprobe.trace/1",
        "kind": "tensorflow",
        "mode": "quick",
        "class": {"framework": "tensorflow 2.9.0", "cpus": 2},
        "records": [{"part": "host", "stage": "random", "tensor": "python", "digest": "0" * 32}],
        "context": {"caches": "L1 32K", "loaded": {}},
    }
    known = {"framework": "tensorflow 2.9.0", "op_determinism": False}
    return json.dumps({"trace": {**trace, **members}, "facts": {"known": known, "unknown": {}}}).encode()


def test_what_onednn_printed_is_in_facts_and_class() -> None:
    """The trace's class names the instruction set that was really dispatched to; kernels are kept beside, not compared."""
    numerics, outcome = Section(), ended(0, answer=answered())
    outcome.stdout.add(ONEDNN_2.encode())
    trace = report(Machine(), numerics, outcome)["trace"]
    known = numerics.as_json()["known"]
    assert (known["onednn"], known["onednn_threads"], known["xla"]) == (True, 2, False)
    assert known["random_streams"] == {"python": "0" * 32}
    assert trace["class"] == {
        "framework": "tensorflow 2.9.0",
        "cpus": 2,
        "onednn": True,
        "onednn_isa": "Intel AVX-512 with Intel DL Boost and bfloat16 support",
    }
    assert trace["context"]["onednn_kernels"] == ["convolution brgconv:avx512_core", "matmul brg:avx512_core"]


def test_without_onednn_the_caches_belong_to_the_class() -> None:
    """Eigen cuts its products to fit the caches, so two CPUs of other cache sizes are not expected to agree."""
    trace = report(Machine(), Section(), ended(0, answer=answered()))["trace"]
    assert trace["class"]["onednn"] is False
    assert trace["class"]["caches"] == "L1 32K"


def test_a_switch_that_a_kind_of_run_does_not_have_is_absent() -> None:
    """Without TensorFlow there is no oneDNN to be on or off: that is known, not unknown."""
    numerics = Section()
    report(Machine(), numerics, ended(0, answer=answered(kind="numpy")))
    facts = numerics.as_json()
    assert "onednn" in facts["absent"] and facts["unknown"] == {}


def test_mapped_cuda_libraries_become_facts() -> None:
    """Version and place of each, and both copies where two files of one library are mapped."""
    mapped = {
        "cudart": ["/usr/local/cuda-11.2/lib64/libcudart.so.11.2.152"],
        "cublas": ["/a/libcublas.so.11.4.1.1043", "/b/libcublas.so.11"],
    }
    trace_context = {"caches": "", "loaded": mapped}
    cuda = report(Machine(), Section(), ended(0, answer=answered(context=trace_context)))["sections"]["cuda"].as_json()["known"]
    assert cuda["loaded.cudart.version"] == "11.2.152"
    assert cuda["loaded.cublas.version"] == "11.4.1.1043"
    assert len(cuda["loaded.cublas.copies"]) == 2
