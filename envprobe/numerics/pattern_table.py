"""What each numeric switch moves and leaves, as measured: the rows that `pattern.guess` looks in."""

from __future__ import annotations

import msgspec


class Pattern(msgspec.Struct, frozen=True, kw_only=True):
    """What one switch does to the records."""

    switch: str
    """What to call it, and what to set."""
    moves: frozenset[str]
    """Every one of these differs. A canary's name, or `training/STAGE`, or `training/STAGE:HOW`, or a part and `/`."""
    stays: frozenset[str] = frozenset()
    """None of these differs."""
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
EIGEN_FUNCTIONS = frozenset({"function/exp", "function/log", "function/sigmoid", "function/reciprocal"})
ARITHMETIC = frozenset({"training/forward", "training/gradient"})

CONTROLS = frozenset(
    {
        "control/matmul.float64",
        "control/average_pool",
        "control/scatter_nd",
        "control/segment_sum",
        "function/tanh",
        "function/pow",
        "random/stateless_normal",
        "random/shuffle",
        "random/python",
        "random/numpy.legacy",
        "random/numpy.generator",
        "libm/exp",
    }
)
"""Nothing in the table moves these."""

PATTERNS = (
    Pattern(
        switch="oneDNN switched on or off (TF_ENABLE_ONEDNN_OPTS, or the default of another CPU)",
        moves=NORMALIZATION | {"matmul/k1024", "matmul/vector", "convolution/3x3.backprop_filter"},
        stays=PRODUCTS | EIGEN_FUNCTIONS | {"normalization/local_response", "reduction/bias_gradient"},
        why="batch normalisation, depthwise convolution and long products moved, short products and forward convolution did not",
        source=MEASURED,
    ),
    Pattern(
        switch="oneDNN's instruction set capped at AVX2, or another CPU (ONEDNN_MAX_CPU_ISA)",
        moves=PRODUCTS | {"matmul/k1024", "normalization/local_response"},
        stays=NORMALIZATION | EIGEN_FUNCTIONS | {"matmul/512", "matmul/vector"},
        why="products and convolutions moved, batch normalisation and depthwise convolution did not",
        source=MEASURED,
    ),
    Pattern(
        switch="oneDNN's instruction set capped at AVX, or another CPU (ONEDNN_MAX_CPU_ISA)",
        moves=PRODUCTS | NORMALIZATION | {"matmul/512", "convolution/5x5", "normalization/local_response"},
        stays=EIGEN_FUNCTIONS | {"reduction/bias_gradient"},
        why="every product, convolution and normalisation moved, elementwise functions did not",
        source=MEASURED,
    ),
    Pattern(
        switch="oneDNN's instruction set capped at SSE4.1, or another CPU (ONEDNN_MAX_CPU_ISA)",
        moves=PRODUCTS | NORMALIZATION | {"matmul/512", "convolution/5x5"},
        stays=EIGEN_FUNCTIONS | {"normalization/local_response", "reduction/bias_gradient"},
        why="every product and convolution and batch normalisation moved, local response normalisation did not",
        source=MEASURED,
    ),
    Pattern(
        switch="oneDNN off, and the instruction set capped at AVX2 (TF_ENABLE_ONEDNN_OPTS, ONEDNN_MAX_CPU_ISA)",
        moves=NORMALIZATION | {"matmul/k8", "matmul/batched", "matmul/vector", "normalization/local_response"},
        stays=EIGEN_FUNCTIONS | {"matmul/512", "convolution/3x3", "reduction/bias_gradient"},
        why="what oneDNN off moves and what the AVX2 cap moves, without forward convolution",
        source=MEASURED,
    ),
    Pattern(
        switch="the number of CPUs by affinity (--cpuset-cpus, taskset, another machine)",
        moves=frozenset({"normalization/batch_norm", "convolution/depthwise.backprop_filter", "reduction/bias_gradient"}),
        stays=PRODUCTS | EIGEN_FUNCTIONS | {"convolution/depthwise", "matmul/k1024", "normalization/local_response"},
        why="sums that are split over threads moved (batch normalisation, bias gradient), products did not",
        source=MEASURED,
    ),
    Pattern(
        switch="TensorFlow's intra-op threads (TF_NUM_INTRAOP_THREADS)",
        moves=frozenset({"reduction/bias_gradient"}),
        stays=ARITHMETIC | PRODUCTS | NORMALIZATION | BLAS,
        why="of all operations only the bias gradient moved, which is summed by threads",
        source=MEASURED,
    ),
    Pattern(
        switch="XLA auto-clustering (TF_XLA_FLAGS)",
        moves=frozenset({"training/loss", "training/gradient"}),
        stays=frozenset({"training/forward", "training/init"}) | PRODUCTS | NORMALIZATION,
        why="the traced training step moved, the same operations run eagerly did not",
        source=MEASURED,
    ),
    Pattern(
        switch="keras.json: floatx",
        moves=frozenset({"training/init:dtype"}),
        why="the weights are of another type",
        source=MEASURED,
    ),
    Pattern(
        switch="keras.json: image_data_format",
        moves=frozenset({"training/init:shape"}),
        stays=frozenset({"training/init:dtype"}) | PRODUCTS,
        why="the layers have another shape for the same images",
        source=MEASURED,
    ),
    Pattern(
        switch="Keras' seeding of initialisers and dropout (TensorFlow 2.10 does it in another way)",
        moves=frozenset({"training/init", "training/dropout"}),
        stays=ARITHMETIC | {"training/update", "training/init:shape", "training/init:dtype"},
        why="initial weights and dropout moved; from injected weights everything is computed as before",
        source=MEASURED,
    ),
    Pattern(
        switch="one of Keras' initialisers (a changed file)",
        moves=frozenset({"training/init"}),
        stays=ARITHMETIC | {"training/update", "training/dropout", "training/init:shape", "training/init:dtype"},
        why="initial weights moved; from injected weights everything is computed as before",
        source=MEASURED,
    ),
    Pattern(
        switch="Keras' optimizers (TensorFlow 2.11 has new ones, or a changed constant or file)",
        moves=frozenset({"training/update"}),
        stays=ARITHMETIC | PRODUCTS,
        why="gradients are the same, and the weights after one step are not",
        source=MEASURED,
    ),
    Pattern(
        switch="TensorFlow 2.11 or newer (other optimizers, other seeding)",
        moves=frozenset({"training/init", "training/dropout", "training/update", "function/atan"}),
        stays=EIGEN_FUNCTIONS | {"training/init:shape", "training/init:dtype"},
        why="initial weights, dropout, optimizers and atan moved together",
        source=MEASURED,
    ),
    Pattern(
        switch="TensorFlow 2.8 or older (another Eigen)",
        moves=EIGEN_FUNCTIONS | {"normalization/softmax"},
        why="exp, log, sigmoid, reciprocal and softmax moved, which no switch of one build moves",
        source=MEASURED,
    ),
    Pattern(
        switch="numpy's instruction sets (NPY_DISABLE_CPU_FEATURES, or another CPU)",
        moves=frozenset({"numpy/tanh.float32", "numpy/exp.float64", "numpy/sin.float64", "numpy/log.float64"}),
        stays=BLAS | ARITHMETIC | {"numpy/pow.float64"},
        why="numpy's vectorised functions moved, BLAS and TensorFlow did not",
        source=MEASURED,
    ),
    Pattern(
        switch="the numpy version",
        moves=frozenset({"numpy/tanh.float32", "numpy/sin.float64"}),
        stays=ARITHMETIC | {"numpy/exp.float64", "numpy/log.float64"},
        why="as numpy 1.20 and 1.21 against 1.22: tanh and sin moved, exp did not",
        source=MEASURED,
    ),
    Pattern(
        switch="the numpy version",
        moves=frozenset({"numpy/exp.float64", "numpy/log.float64"}),
        stays=ARITHMETIC | {"numpy/tanh.float32", "numpy/sin.float64"},
        why="as numpy 1.23 against 1.22: exp and log moved, sin and tanh did not",
        source=MEASURED,
    ),
    Pattern(
        switch="the numpy version",
        moves=frozenset({"numpy/exp.float64", "numpy/sin.float64", "numpy/pow.float64"}),
        stays=ARITHMETIC | {"numpy/tanh.float32"},
        why="as numpy 1.26 against 1.22: exp, sin and pow moved, tanh did not",
        source=MEASURED,
    ),
    Pattern(
        switch="OpenBLAS' kernel (OPENBLAS_CORETYPE, or another CPU)",
        moves=BLAS | {"lapack/svd"},
        stays=NUMPY_FUNCTIONS | ARITHMETIC | {"reduction/bias_gradient"},
        why="numpy's products, solve and svd moved, nothing else did",
        source=MEASURED,
    ),
    Pattern(
        switch="OpenBLAS' threads (OPENBLAS_NUM_THREADS, OMP_NUM_THREADS)",
        moves=BLAS,
        stays=NUMPY_FUNCTIONS | ARITHMETIC | {"lapack/svd", "reduction/bias_gradient"},
        why="numpy's products and solve moved, svd and everything else did not",
        source=MEASURED,
    ),
    Pattern(
        switch="the C library's variants of its functions (GLIBC_TUNABLES, or another CPU)",
        moves=frozenset({"numpy/pow.float64"}),
        stays=ARITHMETIC | BLAS | {"numpy/exp.float64", "numpy/tanh.float32"},
        why="numpy's pow moved, which calls libm, and numpy's own functions did not",
        source=MEASURED,
    ),
    Pattern(
        switch="the GPU, its driver, its libraries, or TF32 (NVIDIA_TF32_OVERRIDE)",
        moves=frozenset({"gpu"}),
        stays=ARITHMETIC | PRODUCTS | NORMALIZATION | BLAS,
        why="the run on the GPU moved, the same run on the CPU did not",
        source=CITED,
    ),
)
