"""Precision and compilers: what rounds every input, and what compiles the model."""

from __future__ import annotations

from ..rule import MEASURED, CauseRule
from .records import MODEL, TRAINED

RULES = (
    CauseRule(
        name="precision.floatx",
        facts=("numerics.keras.floatx",),
        mechanism="keras.json gives every layer another type of number",
        source=f"https://keras.io/api/utils/backend_utils/#floatx-function; {MEASURED}",
        moves=MODEL,
        must_move=("training/init/*",),
    ),
    CauseRule(
        name="precision.layout",
        facts=("numerics.keras.image_data_format",),
        mechanism="keras.json gives images another layout, so that layers have other shapes",
        source=f"https://keras.io/api/utils/backend_utils/#image_data_format-function; {MEASURED}",
        moves=MODEL,
        must_move=("training/init/*",),
    ),
    CauseRule(
        name="precision.mixed",
        facts=("numerics.mixed_precision", "environment.TF_ENABLE_AUTO_MIXED_PRECISION*", "environment.TF_AUTO_MIXED_PRECISION*"),
        mechanism="layers compute in a type of 16 bits, a thousand times coarser than float32",
        source=f"https://www.tensorflow.org/guide/mixed_precision; {MEASURED}",
        moves=TRAINED,
        must_move=("training/forward/*",),
    ),
    CauseRule(
        name="precision.tf32",
        facts=("numerics.tf32", "environment.NVIDIA_TF32_OVERRIDE", "environment.TORCH_ALLOW_TF32_CUBLAS_OVERRIDE"),
        mechanism="TF32 keeps 10 of 23 bits of the mantissa in products and convolutions of a GPU",
        source="https://www.tensorflow.org/api_docs/python/tf/config/experimental/enable_tensor_float_32_execution; not "
        "measured here",
        moves=("*-gpu/*",),
    ),
    CauseRule(
        name="compiler.xla",
        facts=("numerics.xla", "environment.TF_XLA_FLAGS", "environment.XLA_FLAGS"),
        mechanism="XLA compiles the training step, fuses operations and rounds at other places",
        source=f"https://openxla.org/xla/tf2xla/tutorials/autoclustering_xla; {MEASURED}",
        moves=(*TRAINED, "layers/*"),
        must_move=("training/gradient/*",),
    ),
    CauseRule(
        name="compiler.graph",
        facts=("numerics.graph_options", "numerics.graph_optimizer", "environment.TF_*GRAPPLER*"),
        mechanism="TensorFlow's graph optimizer fuses other operations, and a fused one rounds once",
        source=f"https://www.tensorflow.org/guide/graph_optimization; {MEASURED}",
        moves=(*TRAINED, "layers/*"),
        must_move=("training/gradient/*",),
    ),
    CauseRule(
        name="determinism.operations",
        facts=("numerics.op_determinism", "environment.TF_DETERMINISTIC_OPS", "environment.TF_CUDNN_DETERMINISTIC"),
        mechanism="without op determinism some operations add up in any order; the benchmark switches it on for itself, so its "
        "bits do not show it",
        source="https://www.tensorflow.org/api_docs/python/tf/config/experimental/enable_op_determinism",
    ),
)
