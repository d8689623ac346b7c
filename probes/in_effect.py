"""Facts of `numerics` that only a framework at work tells; the host loads this very module."""

# Every fact that only the running framework can tell; where it does not run, each is unknown with the reason.
IN_EFFECT = (
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
