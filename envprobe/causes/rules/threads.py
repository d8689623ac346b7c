"""Threads: a sum that is split over threads is added up in as many pieces."""

from __future__ import annotations

from ...fact import Known
from ...report import Difference
from ..rule import MEASURED, CauseRule
from ..symptoms import Symptoms
from .records import BLAS, PRODUCTS, TRAINED

INTRA_OP = "https://www.tensorflow.org/api_docs/python/tf/config/threading/set_intra_op_parallelism_threads"
ONEDNN_OPTS = "environment.TF_ENABLE_ONEDNN_OPTS"


def _has_no_onednn(difference: Difference, symptoms: Symptoms) -> bool:
    """Tell whether oneDNN is off on both sides: where it differs, it is the cause of what it moves."""
    is_off = symptoms.observed is not None and symptoms.observed.get("numerics.onednn") == Known(False)
    return is_off and not any(path.startswith((ONEDNN_OPTS, "numerics.onednn")) for path in symptoms.paths)


RULES = (
    CauseRule(
        name="threads.cpus",
        facts=("container.limits.cpuset", "cpu.affinity"),
        mechanism="oneDNN and OpenBLAS split sums over the CPUs that a process may use, so another number of them adds up in "
        "other pieces",
        source=f"https://man7.org/linux/man-pages/man2/sched_setaffinity.2.html; {MEASURED}",
        moves=(*PRODUCTS, "operation/normalization/*", "operation/reduction/*", *BLAS, *TRAINED),
        must_move=("operation/reduction/bias_gradient|operation/normalization/batch_norm|host/blas/*",),
    ),
    CauseRule(
        name="threads.intra-op-without-onednn",
        facts=("environment.TF_NUM_INTRAOP_THREADS", "numerics.intra_threads"),
        mechanism="without oneDNN all products and sums of TensorFlow are split over its intra-op threads",
        source=f"{INTRA_OP}; {MEASURED}",
        moves=("operation/*", "precision/*", *TRAINED),
        must_move=("operation/reduction/bias_gradient",),
        test=_has_no_onednn,
    ),
    CauseRule(
        name="threads.intra-op",
        facts=("environment.TF_NUM_INTRAOP_THREADS", "numerics.intra_threads"),
        mechanism="operations of TensorFlow that are not oneDNN's, such as the gradient of a bias, sum in as many pieces as "
        "there are intra-op threads",
        source=f"{INTRA_OP}; {MEASURED}",
        moves=("operation/reduction/*", "precision/float16/*"),
        must_move=("operation/reduction/bias_gradient",),
    ),
    CauseRule(
        name="threads.blas",
        facts=(
            "environment.OPENBLAS_NUM_THREADS",
            "environment.OPENBLAS_DEFAULT_NUM_THREADS",
            "environment.GOTO_NUM_THREADS",
            "environment.OMP_NUM_THREADS",
            "environment.MKL_NUM_THREADS",
        ),
        mechanism="numpy's BLAS splits products and sums over as many threads",
        source=f"https://github.com/OpenMathLib/OpenBLAS#setting-the-number-of-threads-using-environment-variables; {MEASURED}",
        moves=BLAS,
        must_move=("host/blas/*|host/lapack/*",),
    ),
)
