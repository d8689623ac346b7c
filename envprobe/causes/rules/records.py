"""Groups of records, `part/stage/tensor`, as globs: what several rules can move."""

from __future__ import annotations

TRAINED = tuple(
    f"training/{stage}/*" for stage in ("forward", "dropout", "loss", "gradient", "update", "weights", "prediction", "metric")
)
"""All that the model computes from injected weights; its data and initial weights come before."""
MODEL = ("training/*", "full.training/*", "full.fit/*", "layers/*")
PRODUCTS = ("operation/matmul/*", "operation/convolution/*", "precision/*")
BLAS = ("host/blas/*", "host/lapack/*")
NUMPY = ("host/numpy/*", *BLAS)
LIBM = ("host/libm/*", "host/numpy/pow.float64", "host/numpy/sin.float64", "operation/function/sin.float64")
TIES = ("pipeline/ties/*", "pipeline/order/*")
