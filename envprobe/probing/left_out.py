"""What a caller leaves out of a probe, as globs of fact paths with the reason: nobody else decides what is not looked at."""

from __future__ import annotations

INTEGRITY = ("integrity", "unlisted", "stdlib")
BENCHMARK = (
    "framework",
    "onednn",
    "onednn_isa",
    "onednn_threads",
    "onednn_version",
    "op_determinism",
    "op_determinism_available",
    "tf32",
    "xla",
    "mixed_precision",
    "intra_threads",
    "inter_threads",
    "devices",
    "eager",
    "blas",
    "numpy_simd",
    "random_streams",
    "graph_options",
    "bfloat16.matmul",
    "bfloat16.convolution",
    "floating_point.numpy",
    "floating_point.tensorflow",
)
"""Facts of `numerics` that only a framework at work tells; the probe has the same list, and a test compares them."""


def left_out(*, integrity: bool, benchmark: bool) -> dict[str, str]:
    """Return what a probe leaves out that does not hash files (`integrity` is False) or does not run the benchmark."""
    found = {} if integrity else {f"{name}.*": "left out by --no-integrity" for name in INTEGRITY}
    if not benchmark:
        names = ("cuda.loaded.*", "trace", *(f"numerics.{name}" for name in BENCHMARK))
        found |= dict.fromkeys(names, "left out by --no-benchmark")
    return found
