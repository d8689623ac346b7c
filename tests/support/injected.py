"""Causes put into real containers of the stand-in, one to three at a time, with what has to be named: the corpus of `explain`.

A label is a fact's path. Where several would do (a variable, or the mount that holds it), `also` has the others.
"""

from __future__ import annotations

import shlex
import subprocess
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from tests.support import engine

SITE = "/usr/local/lib/python3.9/dist-packages"
KERAS = f"{SITE}/keras"
NO_AVX512 = "AVX512F AVX512CD AVX512_SKX AVX512_CLX AVX512_CNL AVX512_ICL"
FLUSHES = "void __attribute__((constructor)) flush(void) { __builtin_ia32_ldmxcsr(__builtin_ia32_stmxcsr() | 0x8040); }"
SETS_ONEDNN = "import os; os.environ['TF_ENABLE_ONEDNN_OPTS'] = '0'\n"


class Injected(NamedTuple):
    """One case: how the container is started, what is done in it, and which roots are its causes."""

    name: str
    causes: tuple[str, ...]
    """Paths of the facts that are the cause; the first is to be named first."""
    options: tuple[str, ...] = ()
    """For `docker run`."""
    wheels: tuple[str, ...] = ()
    """Requirements that are installed in it."""
    program: str = ""
    """For a shell in it, as root."""
    breaks: bool = False
    """Whether the framework no longer runs."""
    is_seen: bool = True
    """Whether the benchmark computes other bits, or none."""
    also: tuple[str, ...] = ()
    """Other paths that are as right as the first."""


def env(**variables: str) -> tuple[str, ...]:
    return tuple(word for name, value in variables.items() for word in ("--env", f"{name}={value}"))


def write(path: str, text: str) -> str:
    return f"mkdir -p {shlex.quote(str(Path(path).parent))} && printf %s {shlex.quote(text)} > {shlex.quote(path)}"


def edit(file: str, old: str, new: str) -> str:
    program = f"p={file!r}; t=open(p).read(); assert {old!r} in t; open(p,'w').write(t.replace({old!r},{new!r},1))"
    return f"python3 -B -c {shlex.quote(program)}"


def variable(name: str) -> tuple[str, ...]:
    return (f"environment.{name}",)


def version(package: str) -> tuple[str, ...]:
    return (f"packages.{package}.version",)


CASES = (
    # -- switches
    Injected("onednn-off", variable("TF_ENABLE_ONEDNN_OPTS"), env(TF_ENABLE_ONEDNN_OPTS="0")),
    Injected("isa-avx2", variable("DNNL_MAX_CPU_ISA"), env(DNNL_MAX_CPU_ISA="AVX2")),
    Injected("isa-avx", variable("ONEDNN_MAX_CPU_ISA"), env(ONEDNN_MAX_CPU_ISA="AVX")),
    Injected("isa-sse41", variable("ONEDNN_MAX_CPU_ISA"), env(ONEDNN_MAX_CPU_ISA="SSE41")),
    Injected("intra-1", variable("TF_NUM_INTRAOP_THREADS"), env(TF_NUM_INTRAOP_THREADS="1")),
    Injected("intra-4", variable("TF_NUM_INTRAOP_THREADS"), env(TF_NUM_INTRAOP_THREADS="4")),
    Injected("one-cpu", ("container.limits.cpuset",), ("--cpuset-cpus=0",), also=("cpu.affinity",)),
    Injected("blas-sandybridge", variable("OPENBLAS_CORETYPE"), env(OPENBLAS_CORETYPE="Sandybridge")),
    Injected("blas-threads", variable("OPENBLAS_NUM_THREADS"), env(OPENBLAS_NUM_THREADS="1")),
    Injected("omp-threads", variable("OMP_NUM_THREADS"), env(OMP_NUM_THREADS="1")),
    Injected("numpy-no-avx512", variable("NPY_DISABLE_CPU_FEATURES"), env(NPY_DISABLE_CPU_FEATURES=NO_AVX512)),
    Injected("glibc-no-fma", variable("GLIBC_TUNABLES"), env(GLIBC_TUNABLES="glibc.cpu.hwcaps=-AVX2_Usable,-FMA_Usable")),
    Injected("xla", variable("TF_XLA_FLAGS"), env(TF_XLA_FLAGS="--tf_xla_auto_jit=2 --tf_xla_cpu_global_jit")),
    Injected("hash-seed", variable("PYTHONHASHSEED"), env(PYTHONHASHSEED="0"), is_seen=False),
    Injected("time-zone", variable("TZ"), env(TZ="Europe/Paris"), is_seen=False),
    # -- packages
    Injected("numpy-1.21", version("numpy"), wheels=("numpy==1.21.6",)),
    Injected("numpy-1.23", version("numpy"), wheels=("numpy==1.23.5",)),
    Injected("numpy-1.26", version("numpy"), wheels=("numpy==1.26.4",)),
    Injected("shadowed-numpy", variable("PYTHONPATH"), env(PYTHONPATH="/opt/mine"), ("numpy==1.23.5",)),
    # -- what no longer runs
    Injected("numpy-2", version("numpy"), wheels=("numpy==2.0.2",), breaks=True),
    Injected("numpy-1.19", version("numpy"), wheels=("numpy==1.19.5",), breaks=True),
    Injected("protobuf-4", version("protobuf"), wheels=("protobuf==4.21.12",), breaks=True),
    Injected("keras-2.10", version("keras"), wheels=("keras==2.10.0",), breaks=True),
    Injected("keras-2.15", version("keras"), wheels=("keras==2.15.0",), breaks=True),
    Injected("keras-file-gone", ("integrity.keras",), program=f"rm {KERAS}/backend_config.py", breaks=True),
    Injected("wrapt-gone", ("packages.wrapt",), program="python3 -m pip uninstall -q -y wrapt", breaks=True),
    Injected("astunparse-gone", ("packages.astunparse",), program="python3 -m pip uninstall -q -y astunparse", breaks=True),
    Injected(
        "half-removed", ("integrity.absl-py",), program=f"rm -r {SITE}/absl", breaks=True, also=("packages.absl-py.broken",)
    ),
    Injected(
        "read-only", ("container.read_only",), ("--read-only", "--env", "TMPDIR=/nowhere"), breaks=True, also=variable("TMPDIR")
    ),
    # -- files
    Injected(
        "adam-epsilon",
        ("integrity.keras",),
        program=edit(f"{KERAS}/optimizers/optimizer_v2/adam.py", "epsilon=1e-7", "epsilon=1e-3"),
    ),
    Injected(
        "norm-momentum",
        ("integrity.keras",),
        program=edit(f"{KERAS}/layers/normalization/batch_normalization.py", "momentum=0.99", "momentum=0.9"),
    ),
    Injected(
        "dense-doubled",
        ("integrity.keras",),
        program=edit(f"{KERAS}/layers/core/dense.py", "return outputs", "return outputs * 1.001"),
    ),
    Injected("stdlib-random", ("stdlib.random",), program="echo 'x = 1' >> /usr/lib/python3.9/random.py", is_seen=False),
    Injected("overwritten", ("packages.keras-nightly",), wheels=("keras-nightly==2.10.0.dev2022051007",)),
    # -- configuration and start-up
    Injected("floatx", ("numerics.keras.floatx",), program=write("/root/.keras/keras.json", '{"floatx": "float64"}')),
    Injected(
        "channels-first",
        ("numerics.keras.image_data_format",),
        program=write("/root/.keras/keras.json", '{"image_data_format": "channels_first"}'),
    ),
    Injected(
        "keras-epsilon",
        ("numerics.keras.epsilon",),
        program=write("/root/.keras/keras.json", '{"epsilon": 0.001}'),
        is_seen=False,
    ),
    Injected("usercustomize", ("python.usercustomize",), program=write(f"{SITE}/usercustomize.py", SETS_ONEDNN)),
    Injected("pth", ("python.pth.zz.pth",), program=write(f"{SITE}/zz.pth", SETS_ONEDNN)),
    Injected("flush", variable("LD_PRELOAD"), env(LD_PRELOAD="/opt/flush.so")),
    # -- several
    Injected(
        "onednn-and-blas",
        (*variable("TF_ENABLE_ONEDNN_OPTS"), *variable("OPENBLAS_CORETYPE")),
        env(TF_ENABLE_ONEDNN_OPTS="0", OPENBLAS_CORETYPE="Sandybridge"),
    ),
    Injected(
        "two-caps",
        (*variable("DNNL_MAX_CPU_ISA"), *variable("ONEDNN_MAX_CPU_ISA")),
        env(DNNL_MAX_CPU_ISA="AVX2", ONEDNN_MAX_CPU_ISA="AVX2"),
    ),
    Injected(
        "onednn-cap-threads",
        (*variable("TF_ENABLE_ONEDNN_OPTS"), *variable("DNNL_MAX_CPU_ISA"), *variable("TF_NUM_INTRAOP_THREADS")),
        env(TF_ENABLE_ONEDNN_OPTS="0", DNNL_MAX_CPU_ISA="AVX2", TF_NUM_INTRAOP_THREADS="4"),
    ),
    Injected(
        "numpy-and-onednn",
        (*version("numpy"), *variable("TF_ENABLE_ONEDNN_OPTS")),
        env(TF_ENABLE_ONEDNN_OPTS="0"),
        ("numpy==1.23.5",),
    ),
    Injected(
        "adam-and-blas",
        ("integrity.keras", *variable("OPENBLAS_CORETYPE")),
        env(OPENBLAS_CORETYPE="Sandybridge"),
        program=edit(f"{KERAS}/optimizers/optimizer_v2/adam.py", "epsilon=1e-7", "epsilon=1e-3"),
    ),
)

HELD_OUT = (
    # -- switches, among others that do nothing
    Injected(
        "cap-among-decoys",
        variable("ONEDNN_MAX_CPU_ISA"),
        env(ONEDNN_MAX_CPU_ISA="AVX", PYTHONHASHSEED="7", TZ="Asia/Tokyo", TF_DETERMINISTIC_OPS="1", TF_NUM_INTEROP_THREADS="1"),
    ),
    Injected(
        "one-of-six",
        variable("DNNL_MAX_CPU_ISA"),
        env(
            DNNL_MAX_CPU_ISA="AVX2",
            OPENBLAS_NUM_THREADS="2",
            OMP_NUM_THREADS="2",
            NPY_DISABLE_CPU_FEATURES="AVX512_ICL",
            GLIBC_TUNABLES="glibc.malloc.check=0",
            MKL_NUM_THREADS="2",
        ),
    ),
    Injected(
        "cpuset-and-numpy-features",
        ("container.limits.cpuset", *variable("NPY_DISABLE_CPU_FEATURES")),
        ("--cpuset-cpus=0", *env(NPY_DISABLE_CPU_FEATURES=NO_AVX512)),
        also=("cpu.affinity",),
    ),
    Injected("prescott", variable("OPENBLAS_CORETYPE"), env(OPENBLAS_CORETYPE="Prescott", MALLOC_PERTURB_="85", LANG="C")),
    # -- packages
    Injected("numpy-1.20", version("numpy"), wheels=("numpy==1.20.3",)),
    Injected("keras-2.11", version("keras"), wheels=("keras==2.11.0",), breaks=True),
    Injected("protobuf-5", version("protobuf"), wheels=("protobuf==5.29.3",), breaks=True),
    Injected("flatbuffers-gone", ("packages.flatbuffers",), program="python3 -m pip uninstall -q -y flatbuffers", breaks=True),
    Injected("opt-einsum-gone", ("packages.opt-einsum",), program="python3 -m pip uninstall -q -y opt_einsum", breaks=True),
    # -- files
    Injected("numpy-file-gone", ("integrity.numpy",), program=f"rm {SITE}/numpy/core/einsumfunc.py", breaks=True),
    Injected(
        "lstm-bias",
        ("integrity.keras",),
        program=edit(f"{KERAS}/layers/rnn/lstm.py", "unit_forget_bias=True", "unit_forget_bias=False"),
    ),
    # -- configuration and start-up
    Injected("floatx-16", ("numerics.keras.floatx",), program=write("/root/.keras/keras.json", '{"floatx": "float16"}')),
    Injected(
        "bound-at-start",
        ("python.usercustomize",),
        program=write(f"{SITE}/usercustomize.py", "import os; os.sched_setaffinity(0, {0})\n"),
        also=("cpu.affinity",),
    ),
    Injected(
        "sitecustomize-on-path",
        variable("PYTHONPATH"),
        env(PYTHONPATH="/opt/mine"),
        program=write("/opt/mine/sitecustomize.py", "import os; os.environ['OPENBLAS_CORETYPE'] = 'Sandybridge'\n"),
        also=("python.sitecustomize",),
    ),
    Injected("few-processes", ("container.limits.pids",), ("--pids-limit=10",), breaks=True),
)
"""Written after the rules, and run before any of them was changed for it."""


@contextmanager
def injected(case: Injected) -> Iterator[str]:
    """Give the name of a container in which the case has been made; it is removed afterwards."""
    name = f"envprobe-injected-{uuid.uuid4().hex[:12]}"
    try:
        run = ["docker", "create", "--name", name, *case.options, engine.standin_image(), "sleep", "900"]
        _done(run)
        if case.wheels and "PYTHONPATH=/opt/mine" in case.options:
            _done(["docker", "cp", f"{engine.wheel_overlay(*case.wheels)}/.", f"{name}:/opt/mine"])
        if "LD_PRELOAD=/opt/flush.so" in case.options:
            _done(["docker", "cp", str(_flushing()), f"{name}:/opt/flush.so"])
        _done(["docker", "start", name])
        if case.wheels and "PYTHONPATH=/opt/mine" not in case.options:
            _done(["docker", "cp", f"{engine.wheel_folder(*case.wheels)}/.", f"{name}:/tmp/wheels"])
            install = "python3 -m pip install -q --no-deps --no-index --find-links /tmp/wheels"
            _inside(name, f"{install} {shlex.join(case.wheels)} && rm -r /tmp/wheels /root/.cache 2>/dev/null; true")
        if case.program:
            _inside(name, case.program)
        yield name
    finally:
        subprocess.run(["docker", "rm", "--force", name], capture_output=True, check=False)


def _inside(name: str, program: str) -> None:
    _done(["docker", "exec", "--user", "0", "--env", "LD_PRELOAD=", name, "sh", "-c", program])


def _done(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{shlex.join(command)}: {done.stderr[-2000:]}"


def _flushing() -> Path:
    """Return a library that turns subnormal numbers off as it is loaded, as those do that were linked with -ffast-math."""
    library = engine.cache_folder() / "flush.so"
    if not library.exists():
        subprocess.run(["gcc", "-shared", "-fPIC", "-x", "c", "-", "-o", str(library)], input=FLUSHES.encode(), check=True)
    return library
