"""What each switch of arithmetic moves and leaves, as measured: rows that `pattern.guess` looks in."""

from __future__ import annotations

from typing import Literal

import msgspec


class Pattern(msgspec.Struct, frozen=True, kw_only=True):
    """What one switch does to the records."""

    switch: str
    """What to call it, and what to set."""
    moves: frozenset[str] = frozenset()
    """Every one of these differs. A word of `pattern.tokens`."""
    moves_any: frozenset[str] = frozenset()
    """At least one of these differs: which, depends on the machine."""
    stays: frozenset[str] = frozenset()
    """None of these differs."""
    size: Literal["rounding", "larger", "any"] = "rounding"
    """Whether what moves is more than rounding."""
    facts: tuple[str, ...] = ()
    """What says whether it is so: a switch whose facts are all known and equal on both sides is not the cause."""
    why: str
    """The evidence, for a reader."""
    source: str
    """Where the pattern was measured or is documented."""


MEASURED = "measured on the stand-in image, docs/numerics.md"
CITED = "vendors' documentation, docs/numerics.md; not measured"

BLAS = frozenset({"blas/dot.float32", "blas/dot.float32.small", "lapack/solve"})
NUMPY_FUNCTIONS = frozenset(
    {"numpy/tanh.float32", "numpy/exp.float64", "numpy/sin.float64", "numpy/log.float64", "numpy/pow.float64"}
)
PRODUCTS = frozenset({"matmul/k8", "matmul/batched", "convolution/3x3"})
"""What oneDNN's instruction set moves, and switching oneDNN off does not."""
NORMALIZATION = frozenset({"convolution/depthwise", "normalization/batch_norm", "normalization/batch_norm.variance"})
"""What oneDNN computes itself: batch normalisation and depthwise convolution."""
EIGEN_FUNCTIONS = frozenset({"function/exp", "function/log", "function/sigmoid"})
ARITHMETIC = frozenset({"training/forward", "training/gradient"})
NOT_TRACED = frozenset({"training/forward", "training/init", "training/dropout"})
ANOTHER_MODEL = frozenset({"training/init:shape", "training/init:dtype", "training/forward:dtype"})
LIBM = frozenset({"libm/exp", "libm/sin", "libm/pow", "libm/lgamma"})
CAP = ("numerics.onednn_isa", "environment.ONEDNN_MAX_CPU_ISA", "environment.DNNL_MAX_CPU_ISA", "cpu.dispatch")
KERAS = ("packages.keras.version", "integrity.keras")
NUMPY = ("packages.numpy.version", "integrity.numpy")
TENSORFLOW = ("packages.tensorflow.version", "integrity.tensorflow")

CONTROLS = frozenset(
    {
        "control/matmul.float64",
        "control/average_pool",
        "control/scatter_nd",
        "control/segment_sum",
        "function/tanh",
        "function/pow",
        "random/stateless_normal",
        "random/stateful_normal",
        "random/shuffle",
        "random/python",
        "random/numpy.legacy",
        "random/numpy.generator",
        *LIBM,
    }
)
"""Nothing moves these but a pattern that names them."""

ARITHMETIC_PATTERNS = (
    Pattern(
        switch="oneDNN switched on or off (TF_ENABLE_ONEDNN_OPTS, or the default of another CPU)",
        moves=NORMALIZATION | {"matmul/k1024", "matmul/vector", "convolution/3x3.backprop_filter"},
        stays=PRODUCTS | EIGEN_FUNCTIONS | {"normalization/local_response", "reduction/bias_gradient"},
        facts=("numerics.onednn",),
        why="batch normalisation, depthwise convolution and long products moved, short products and forward convolution did not",
        source=MEASURED,
    ),
    Pattern(
        switch="oneDNN's instruction set capped at AVX2, or another CPU (ONEDNN_MAX_CPU_ISA)",
        moves=PRODUCTS | {"matmul/k1024", "normalization/local_response"},
        stays=NORMALIZATION | EIGEN_FUNCTIONS | {"matmul/512", "matmul/vector"},
        facts=CAP,
        why="products and convolutions moved, batch normalisation and depthwise convolution did not",
        source=MEASURED,
    ),
    Pattern(
        switch="oneDNN's instruction set capped at AVX, or another CPU (ONEDNN_MAX_CPU_ISA)",
        moves=PRODUCTS | NORMALIZATION | {"matmul/512", "convolution/5x5", "normalization/local_response"},
        stays=EIGEN_FUNCTIONS | {"reduction/bias_gradient"},
        facts=CAP,
        why="every product, convolution and normalisation moved, elementwise functions did not",
        source=MEASURED,
    ),
    Pattern(
        switch="oneDNN's instruction set capped at SSE4.1, or another CPU (ONEDNN_MAX_CPU_ISA)",
        moves=PRODUCTS | NORMALIZATION | {"matmul/512", "convolution/5x5"},
        stays=EIGEN_FUNCTIONS | {"normalization/local_response", "reduction/bias_gradient"},
        facts=CAP,
        why="every product and convolution and batch normalisation moved, local response normalisation did not",
        source=MEASURED,
    ),
    Pattern(
        switch="oneDNN off, and the instruction set capped at AVX2 (TF_ENABLE_ONEDNN_OPTS, ONEDNN_MAX_CPU_ISA)",
        moves=NORMALIZATION | {"matmul/k8", "matmul/batched", "matmul/vector", "normalization/local_response"},
        stays=EIGEN_FUNCTIONS | {"matmul/512", "convolution/3x3", "reduction/bias_gradient"},
        facts=("numerics.onednn",),
        why="what oneDNN off moves and what the AVX2 cap moves, without forward convolution",
        source=MEASURED,
    ),
    Pattern(
        switch="oneDNN's bfloat16 kernels: AMX or AVX512_BF16, or another CPU (ONEDNN_MAX_CPU_ISA)",
        moves_any=frozenset({"bfloat16/matmul", "bfloat16/convolution"}),
        stays=PRODUCTS | NORMALIZATION | ARITHMETIC | {"float16/matmul"},
        facts=CAP,
        why="products of bfloat16 moved, those of float32 did not",
        source=MEASURED,
    ),
    Pattern(
        switch="a library that turns subnormal numbers off as it is loaded (linked with -ffast-math)",
        moves_any=frozenset({"python/subnormal.results", "numpy/subnormal.results"}),
        stays=frozenset({"tensorflow/rounding"}),
        size="larger",
        facts=("numerics.floating_point.python", "numerics.floating_point.numpy"),
        why="numbers below the smallest normal one became zero in Python or numpy",
        source=MEASURED,
    ),
    Pattern(
        switch="numpy's sorting of equal elements (its version; from 1.25 on its instruction sets, or another CPU)",
        moves_any=frozenset({"ties/numpy.argsort", "ties/numpy.argpartition"}),
        stays=ARITHMETIC | NUMPY_FUNCTIONS | {"order/sort", "ties/top_k"},
        facts=(*NUMPY, "numerics.numpy_simd"),
        why="which of equal elements comes first moved, their order by size did not",
        source=MEASURED,
    ),
    Pattern(
        switch="the number of CPUs by affinity (--cpuset-cpus, taskset, another machine)",
        moves=frozenset({"normalization/batch_norm", "convolution/depthwise.backprop_filter", "reduction/bias_gradient"}),
        stays=PRODUCTS | EIGEN_FUNCTIONS | {"convolution/depthwise", "matmul/k1024", "normalization/local_response"},
        facts=("cpu.affinity",),
        why="sums that are split over threads moved (batch normalisation, bias gradient), products did not",
        source=MEASURED,
    ),
    Pattern(
        switch="TensorFlow's intra-op threads (TF_NUM_INTRAOP_THREADS)",
        moves=frozenset({"reduction/bias_gradient"}),
        stays=ARITHMETIC | PRODUCTS | NORMALIZATION | BLAS,
        facts=("numerics.intra_threads",),
        why="of all operations only the bias gradient moved, which is summed by threads",
        source=MEASURED,
    ),
    Pattern(
        switch="another make of CPU (its tables for reciprocals; no switch)",
        moves=frozenset({"function/rsqrt", "function/reciprocal"}),
        stays=EIGEN_FUNCTIONS | {"function/tanh"},
        facts=("cpu.model",),
        why="reciprocals and reciprocal roots moved, which processors approximate by their own tables, other functions did not",
        source=MEASURED,
    ),
    Pattern(
        switch="XLA auto-clustering (TF_XLA_FLAGS)",
        moves=frozenset({"training/loss", "training/gradient"}),
        stays=NOT_TRACED | PRODUCTS | NORMALIZATION,
        facts=("numerics.xla",),
        why="the traced training step moved, the same operations run eagerly did not",
        source=MEASURED,
    ),
    Pattern(
        switch="TensorFlow's graph optimizer (tf.config.optimizer; what it fuses is rounded once)",
        moves=frozenset({"training/loss", "training/gradient"}),
        stays=NOT_TRACED | PRODUCTS | NORMALIZATION,
        facts=("numerics.graph_options", "numerics.graph_optimizer"),
        why="the traced training step moved, the same operations run eagerly did not",
        source=MEASURED,
    ),
    Pattern(
        switch="TensorFlow 2.8 or older (another Eigen)",
        moves=EIGEN_FUNCTIONS | {"normalization/softmax", "function/reciprocal"},
        facts=TENSORFLOW,
        why="exp, log, sigmoid, reciprocal and softmax moved, which no switch of one build moves",
        source=MEASURED,
    ),
    Pattern(
        switch="numpy's instruction sets (NPY_DISABLE_CPU_FEATURES, or another CPU)",
        moves=frozenset({"numpy/tanh.float32", "numpy/exp.float64", "numpy/sin.float64", "numpy/log.float64"}),
        stays=BLAS | ARITHMETIC | {"numpy/pow.float64"},
        facts=("numerics.numpy_simd",),
        why="numpy's vectorised functions moved, BLAS and TensorFlow did not",
        source=MEASURED,
    ),
    Pattern(
        switch="the numpy version",
        moves=frozenset({"numpy/tanh.float32", "numpy/sin.float64"}),
        stays=ARITHMETIC | {"numpy/exp.float64", "numpy/log.float64"},
        facts=NUMPY,
        why="as numpy 1.20 and 1.21 against 1.22: tanh and sin moved, exp did not",
        source=MEASURED,
    ),
    Pattern(
        switch="the numpy version",
        moves=frozenset({"numpy/exp.float64", "numpy/log.float64"}),
        stays=ARITHMETIC | {"numpy/tanh.float32", "numpy/sin.float64"},
        facts=NUMPY,
        why="as numpy 1.23 against 1.22: exp and log moved, sin and tanh did not",
        source=MEASURED,
    ),
    Pattern(
        switch="the numpy version",
        moves=frozenset({"numpy/exp.float64", "numpy/sin.float64", "numpy/pow.float64"}),
        stays=ARITHMETIC | {"numpy/tanh.float32"},
        facts=NUMPY,
        why="as numpy 1.26 against 1.22: exp, sin and pow moved, tanh did not",
        source=MEASURED,
    ),
    Pattern(
        switch="OpenBLAS' kernel (OPENBLAS_CORETYPE, or another CPU)",
        moves=frozenset({"lapack/svd"}),
        moves_any=BLAS,
        stays=NUMPY_FUNCTIONS | ARITHMETIC | {"reduction/bias_gradient"},
        facts=("numerics.blas",),
        why="numpy's products, solve and svd moved, nothing else of numpy did",
        source=MEASURED,
    ),
    Pattern(
        switch="OpenBLAS' threads (OPENBLAS_NUM_THREADS, OMP_NUM_THREADS)",
        moves_any=BLAS,
        stays=NUMPY_FUNCTIONS | ARITHMETIC | {"lapack/svd", "reduction/bias_gradient"},
        facts=("numerics.blas",),
        why="numpy's products or solve moved, svd and everything else did not",
        source=MEASURED,
    ),
    Pattern(
        switch="the C library's variants of its functions (GLIBC_TUNABLES, or another CPU)",
        moves=frozenset({"numpy/pow.float64"}),
        stays=ARITHMETIC | BLAS | {"numpy/exp.float64", "numpy/tanh.float32"},
        facts=("environment.GLIBC_TUNABLES", "system.libc", "cpu.dispatch"),
        why="numpy's pow moved, which calls libm, and numpy's own functions did not",
        source=MEASURED,
    ),
    Pattern(
        switch="another mathematical library (libm: another C library, or one put in front by LD_PRELOAD)",
        moves_any=LIBM,
        stays=ARITHMETIC | PRODUCTS | BLAS | {"numpy/exp.float32"},
        size="any",
        facts=(
            "environment.LD_PRELOAD",
            "environment.LD_LIBRARY_PATH",
            "environment.GLIBC_TUNABLES",
            "system.libc",
            "cpu.dispatch",
        ),
        why="functions of Python's `math` moved, which are libm's, and what TensorFlow computes did not",
        source=MEASURED,
    ),
    Pattern(
        switch="the GPU, its driver, its libraries, or TF32 (NVIDIA_TF32_OVERRIDE)",
        moves=frozenset({"gpu"}),
        stays=ARITHMETIC | PRODUCTS | NORMALIZATION | BLAS,
        size="any",
        why="the run on the GPU moved, the same run on the CPU did not",
        source=CITED,
    ),
)
