"""oneDNN: whether TensorFlow computes with it, and for which instruction set it builds its kernels."""

from __future__ import annotations

from ..rule import MEASURED, CauseRule
from .records import PRODUCTS, TRAINED

DISPATCHER = "https://uxlfoundation.github.io/oneDNN/dev_guide_cpu_dispatcher_control.html"

RULES = (
    CauseRule(
        name="onednn.switch",
        facts=("environment.TF_ENABLE_ONEDNN_OPTS", "numerics.onednn"),
        mechanism="TensorFlow has two implementations of products, convolutions and batch normalisation, oneDNN's and its own, "
        "which sum in another order",
        source=f"https://www.tensorflow.org/api_docs (TF_ENABLE_ONEDNN_OPTS; the default depends on the CPU); {MEASURED}",
        moves=(*PRODUCTS, "operation/normalization/*", *TRAINED),
        must_move=("operation/normalization/batch_norm", "operation/matmul/k1024"),
    ),
    CauseRule(
        name="onednn.instruction-set",
        facts=("environment.DNNL_MAX_CPU_ISA", "environment.ONEDNN_MAX_CPU_ISA", "numerics.onednn_isa"),
        mechanism="oneDNN builds its kernels for another instruction set, whose vectors cut sums into other pieces",
        source=f"{DISPATCHER}; {MEASURED}",
        moves=(*PRODUCTS, "operation/normalization/*", *TRAINED),
        must_move=("operation/matmul/*|precision/bfloat16/*",),
    ),
    CauseRule(
        name="onednn.hints",
        facts=("environment.DNNL_*", "environment.ONEDNN_*", "environment.TF_*MKL*"),
        mechanism="it changes which kernels oneDNN chooses",
        source=DISPATCHER,
        moves=(*PRODUCTS, "operation/normalization/*", *TRAINED),
    ),
)
