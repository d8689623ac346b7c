"""Host canaries: what Python, libm, numpy, BLAS and LAPACK compute outside of any framework.

Sizes matter: a 200 x 300 product is large enough for OpenBLAS to use its threads, a 96 x 128 one is not.
"""

import math
import random

from .counter import floats

SEED = 7


def python_canaries(record):
    """Record Python's own arithmetic: libm through `math`, and its random stream."""
    values = [4.0 * value for value in floats("host.python", 256)]
    record.tensor("libm", "exp", [math.exp(value) for value in values])
    record.tensor("libm", "sin", [math.sin(value) for value in values])
    record.tensor("libm", "pow", [math.pow(abs(value), 1.7) for value in values])
    record.tensor("libm", "lgamma", [math.lgamma(value) for value in values])
    record.tensor("random", "python", [random.Random(SEED).gauss(0.0, 1.0) for _ in range(4)])
    generator = random.Random(SEED)
    record.tensor("random", "python.gauss", [generator.gauss(0.0, 1.0) for _ in range(32)])


def numpy_canaries(np, draw, record):
    """Record numpy's ufuncs, reductions, BLAS, LAPACK and random streams."""
    single = draw.uniform("host.single", 2048) * np.float32(4)
    double = single.astype(np.float64)
    for name, compute in (
        ("tanh.float32", lambda: np.tanh(single)),
        ("exp.float32", lambda: np.exp(single)),
        ("sin.float32", lambda: np.sin(single)),
        ("exp.float64", lambda: np.exp(double)),
        ("sin.float64", lambda: np.sin(double)),
        ("log.float64", lambda: np.log(np.abs(double) + 0.01)),
        ("pow.float64", lambda: np.abs(double) ** 1.7),
        ("sum.float32", lambda: single.sum()),
        ("std.float32", lambda: single.std()),
    ):
        record.attempt("numpy", name, compute)
    _linear_algebra(np, draw, record)
    _random_streams(np, record)


def _linear_algebra(np, draw, record):
    wide, square = draw.uniform("host.wide", 200, 300), draw.uniform("host.square", 48, 48).astype(np.float64)
    for stage, name, compute in (
        ("blas", "dot.float32", lambda: np.dot(wide, wide.T)),
        ("blas", "dot.float32.small", lambda: np.dot(wide[:96, :128], wide[:96, :128].T)),
        ("blas", "dot.float64", lambda: np.dot(square, square)),
        ("lapack", "svd", lambda: np.linalg.svd(square)[1]),
        ("lapack", "solve", lambda: np.linalg.solve(square, square[0])),
    ):
        record.attempt(stage, name, compute)


def _random_streams(np, record):
    legacy = np.random.RandomState(SEED)
    record.attempt("random", "numpy.legacy", lambda: legacy.normal(size=64))
    record.attempt("random", "numpy.shuffle", lambda: legacy.permutation(64))
    if hasattr(np.random, "default_rng"):  # numpy 1.17
        record.attempt("random", "numpy.generator", lambda: np.random.default_rng(SEED).normal(size=64))
