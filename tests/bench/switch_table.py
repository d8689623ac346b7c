"""One thing that is changed in an otherwise unchanged container, and what kind of change it is: the rows of docs/numerics.md.

A row of `rounding` computes the same in another order; every other kind but `nothing` is more than that, and has to be told
from it by size alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

SITE = "/usr/local/lib/python3.9/dist-packages"
KERAS = f"{SITE}/keras"
ADAM, SGD = f"{KERAS}/optimizers/optimizer_v2/adam.py", f"{KERAS}/optimizers/optimizer_v2/gradient_descent.py"
NORM, DROPOUT = f"{KERAS}/layers/normalization/batch_normalization.py", f"{KERAS}/layers/regularization/dropout.py"
DENSE, CONVOLUTION = f"{KERAS}/layers/core/dense.py", f"{KERAS}/layers/convolutional/base_conv.py"
SEEDS, INITIALIZERS = f"{KERAS}/utils/tf_utils.py", f"{KERAS}/initializers/initializers_v2.py"
PRECISION, CONTEXT = f"{KERAS}/mixed_precision/policy.py", f"{SITE}/tensorflow/python/eager/context.py"

Kind = Literal["nothing", "rounding", "precision", "constant", "algorithm", "random"]
Edit = tuple[str, str, str]
"""An installed file, a text in it, and what that becomes."""

TEN_BITS = (
    "(lambda x: x + tf.stop_gradient(tf.bitcast(tf.bitwise.bitwise_and("
    "tf.bitcast(tf.convert_to_tensor(x), tf.int32) + 4096, -8192), tf.float32) - x))"
)
"""Rounds to 10 bits of mantissa, as TF32 does with the inputs of products."""


class Switch(NamedTuple):
    """One thing that is changed in an otherwise unchanged container."""

    name: str
    variables: Mapping[str, str] = MappingProxyType({})
    options: tuple[str, ...] = ()
    """Further options of `docker run`."""
    wheels: tuple[str, ...] = ()
    """Requirements that are put in front of the image's own packages."""
    edits: tuple[Edit, ...] = ()
    keras_json: Mapping[str, Any] | None = None
    cpu: str = ""
    """A CPU model of QEMU's, which then executes the interpreter."""
    cpus: int = 0
    """How many CPUs to pretend there are; 0 for those that there are."""
    kind: Kind = "rounding"


def _tensorflow(version: str, minor: str, kind: Kind) -> Switch:
    wheels = (f"tensorflow=={version}", f"keras=={minor}.0", f"tensorflow-estimator=={minor}.0")
    return Switch(f"TensorFlow {version}", wheels=wheels, kind=kind)


def _edited(name: str, kind: Kind, *edits: Edit) -> Switch:
    return Switch(name, edits=edits, kind=kind)


NO_AVX512 = "AVX512F AVX512CD AVX512_SKX AVX512_CLX AVX512_CNL AVX512_ICL"
UNCHANGED = Switch("unchanged", kind="nothing")
SWITCHES = (
    Switch("repeated", kind="nothing"),
    Switch("hash seed", {"PYTHONHASHSEED": "77"}, kind="nothing"),
    Switch("CPU quota", options=("--cpus=1",), kind="nothing"),
    Switch(
        "another user, folder and host name",
        {"HOME": "/tmp"},
        ("--user=1234:1234", "--workdir=/var", "--hostname=other"),
        kind="nothing",
    ),
    Switch("inter-op threads 1", {"TF_NUM_INTEROP_THREADS": "1"}, kind="nothing"),
    Switch("oneDNN ISA AVX512_CORE", {"ONEDNN_MAX_CPU_ISA": "AVX512_CORE"}),
    Switch("keras.json epsilon", keras_json={"epsilon": 1e-3}, kind="nothing"),
    _tensorflow("2.9.3", "2.9", "nothing"),
    # -- the order of sums
    Switch("oneDNN off", {"TF_ENABLE_ONEDNN_OPTS": "0"}),
    Switch("oneDNN ISA AVX2", {"ONEDNN_MAX_CPU_ISA": "AVX2"}),
    Switch("oneDNN ISA AVX", {"ONEDNN_MAX_CPU_ISA": "AVX"}),
    Switch("oneDNN ISA SSE41", {"ONEDNN_MAX_CPU_ISA": "SSE41"}),
    Switch("oneDNN off, ISA AVX2", {"TF_ENABLE_ONEDNN_OPTS": "0", "ONEDNN_MAX_CPU_ISA": "AVX2"}),
    Switch("oneDNN off, ISA SSE41", {"TF_ENABLE_ONEDNN_OPTS": "0", "ONEDNN_MAX_CPU_ISA": "SSE41"}),
    Switch("one CPU", options=("--cpuset-cpus=0",)),
    Switch("one CPU, oneDNN off", {"TF_ENABLE_ONEDNN_OPTS": "0"}, ("--cpuset-cpus=0",)),
    Switch("4 CPUs", cpus=4),
    Switch("16 CPUs", cpus=16),
    Switch("64 CPUs", cpus=64),
    Switch("64 CPUs, oneDNN off", {"TF_ENABLE_ONEDNN_OPTS": "0"}, cpus=64),
    Switch("intra-op threads 1", {"TF_NUM_INTRAOP_THREADS": "1"}),
    Switch("intra-op threads 4", {"TF_NUM_INTRAOP_THREADS": "4"}),
    Switch("intra-op threads 16", {"TF_NUM_INTRAOP_THREADS": "16"}),
    Switch("emulated Haswell", cpu="Haswell"),
    Switch("emulated Skylake server", cpu="Skylake-Server"),
    Switch("emulated EPYC Rome", cpu="EPYC-Rome"),
    Switch("emulated Sandy Bridge", cpu="SandyBridge"),
    Switch("XLA auto-jit", {"TF_XLA_FLAGS": "--tf_xla_auto_jit=2 --tf_xla_cpu_global_jit"}),
    _edited(
        "grappler off",
        "rounding",
        (
            CONTEXT,
            "self._optimizer_experimental_options = {}",
            'self._optimizer_experimental_options = {"disable_meta_optimizer": True}',
        ),
    ),
    Switch("numpy 1.20.3", wheels=("numpy==1.20.3",)),
    Switch("numpy 1.21.6", wheels=("numpy==1.21.6",)),
    Switch("numpy 1.23.5", wheels=("numpy==1.23.5",)),
    Switch("numpy 1.26.4", wheels=("numpy==1.26.4",)),
    *(
        Switch(f"OpenBLAS kernel {name}", {"OPENBLAS_CORETYPE": name})
        for name in ("Haswell", "Sandybridge", "Zen", "SkylakeX", "Prescott")
    ),
    Switch("OpenBLAS threads 1", {"OPENBLAS_NUM_THREADS": "1"}),
    Switch("OMP threads 1", {"OMP_NUM_THREADS": "1"}),
    Switch("numpy without AVX512", {"NPY_DISABLE_CPU_FEATURES": NO_AVX512}),
    Switch("numpy without AVX2", {"NPY_DISABLE_CPU_FEATURES": "AVX2 FMA3 " + NO_AVX512}),
    Switch("glibc without FMA", {"GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX2_Usable,-FMA_Usable"}),
    _tensorflow("2.8.4", "2.8", "rounding"),
    # -- precision
    Switch("keras.json float64", keras_json={"floatx": "float64"}, kind="precision"),
    Switch("keras.json float16", keras_json={"floatx": "float16"}, kind="precision"),
    _edited("mixed_float16", "precision", (PRECISION, "return Policy(backend.floatx())", "return Policy('mixed_float16')")),
    _edited("mixed_bfloat16", "precision", (PRECISION, "return Policy(backend.floatx())", "return Policy('mixed_bfloat16')")),
    _edited(
        "TF32-like dense layers",
        "precision",
        (DENSE, "tf.matmul(a=inputs, b=self.kernel)", f"tf.matmul(a={TEN_BITS}(inputs), b={TEN_BITS}(self.kernel))"),
    ),
    _edited(
        "TF32-like convolutions",
        "precision",
        (CONVOLUTION, "        inputs,\n        kernel,", f"        {TEN_BITS}(inputs),\n        {TEN_BITS}(kernel),"),
    ),
    # -- constants
    _edited("Adam epsilon", "constant", (ADAM, "epsilon=1e-7,", "epsilon=1e-6,")),
    _edited("Adam epsilon x 1.1", "constant", (ADAM, "epsilon=1e-7,", "epsilon=1.1e-7,")),
    _edited("Adam beta_1 x 0.999", "constant", (ADAM, "beta_1', beta_1)", "beta_1', beta_1 * 0.999)")),
    _edited("Adam beta_2 x 0.9999", "constant", (ADAM, "beta_2', beta_2)", "beta_2', beta_2 * 0.9999)")),
    _edited("momentum x 0.99", "constant", (SGD, '_set_hyper("momentum", momentum)', '_set_hyper("momentum", momentum * 0.99)')),
    _edited(
        "momentum x 0.9999", "constant", (SGD, '_set_hyper("momentum", momentum)', '_set_hyper("momentum", momentum * 0.9999)')
    ),
    _edited("batch normalisation epsilon x 1.1", "constant", (NORM, "self.epsilon = epsilon", "self.epsilon = epsilon * 1.1")),
    _edited(
        "batch normalisation momentum x 0.999", "constant", (NORM, "self.momentum = momentum", "self.momentum = momentum * 0.999")
    ),
    _edited("dropout rate x 0.999", "constant", (DROPOUT, "self.rate = rate", "self.rate = rate * 0.999")),
    _edited(
        "initializer scale",
        "constant",
        (INITIALIZERS, "scale /= max(1., (fan_in + fan_out) / 2.)", "scale /= max(1., (fan_in + fan_out) / 2.2)"),
    ),
    # -- algorithms
    _edited("Nesterov momentum", "algorithm", (SGD, "self.nesterov = nesterov", "self.nesterov = True")),
    _edited("AMSGrad", "algorithm", (ADAM, "self.amsgrad = amsgrad", "self.amsgrad = True")),
    _edited(
        "hard sigmoid in LSTM",
        "algorithm",
        (f"{KERAS}/layers/rnn/lstm.py", "activations.get(recurrent_activation)", "activations.get('hard_sigmoid')"),
    ),
    Switch("keras.json channels_first", keras_json={"image_data_format": "channels_first"}, kind="algorithm"),
    _tensorflow("2.11.1", "2.11", "algorithm"),
    # -- random numbers
    _edited(
        "TensorFlow's seed + 1",
        "random",
        (SEEDS, "  tf.random.set_seed(seed)\n  backend", "  tf.random.set_seed(seed + 1)\n  backend"),
    ),
    _edited("dropout's seed", "random", (DROPOUT, "__init__(seed=seed, **kwargs)", "__init__(seed=99, **kwargs)")),
    _tensorflow("2.10.1", "2.10", "random"),
)
BY_NAME = {switch.name: switch for switch in SWITCHES}
