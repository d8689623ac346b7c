"""What the benchmark has answered: facts that matter through arithmetic alone, beside bits that are equal or apart by rounding.

docs/policy.md has the reasons. A severity that a policy of a team's own gave is never lowered: it was decided with open eyes.
"""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase

import msgspec

from ..numerics.comparison import Comparison
from ..numerics.verdict import TraceVerdict
from ..policy import DEFAULT, Policy, Severity
from ..report import Difference

NUMERIC_CLASS = (
    "cpu.dispatch",
    "cpu.isa",
    "cpu.vendor",
    "cpu.model",
    "cpu.caches",
    "cpu.affinity",
    "numerics.onednn",
    "numerics.onednn_*",
    "numerics.intra_threads",
    "numerics.inter_threads",
    "numerics.blas",
    "numerics.numpy_simd",
)
"""What decides in which order a machine sums: it moves the bits that the benchmark computes, and nothing else."""
GPU_CLASS = ("gpu.*.name", "gpu.*.compute_capability", "gpu.driver")
"""The same for a run on a GPU, where there was one to compare with."""
CLASS_VARIABLES = (
    "environment.*_MAX_CPU_ISA",
    "environment.OPENBLAS_*",
    "environment.*_NUM_THREADS",
    "environment.TF_NUM_INTRAOP_THREADS",
    "environment.TF_NUM_INTEROP_THREADS",
    "environment.NPY_*_CPU_FEATURES",
    "environment.GLIBC_TUNABLES",
)
"""Variables that ask for what another machine has anyway: beside rounding still a warning, because taking them away ends it."""
SWITCHED_OFF = ("environment.TF_ENABLE_ONEDNN_OPTS",)
"""What replaces a whole library by another: settled by equal bits, and by nothing less."""
ARITHMETIC = (
    "cpu.*",
    "system.libc",
    "system.limits.*",
    "system.locale",
    "system.encoding",
    "ospackages.*",
    "environment.*",
    "numerics.*",
    "python.version",
    "container.limits.*",
    "image.reference",
)
"""What may change results, and did not where the bits are equal: a warning there is a note."""

SAME_BITS = "differs, but the benchmark computed the same bits"
ROUNDING = "another numeric class: the benchmark computed bits that differ by rounding alone"


def settle(differences: Sequence[Difference], trace: Comparison | None, policy: Policy) -> list[Difference]:
    """Return the differences, those that the benchmark has answered lowered."""
    if trace is None or not (trace.verdict is TraceVerdict.IDENTICAL or trace.equivalent):
        return list(differences)
    answered = NUMERIC_CLASS + (GPU_CLASS if any(stage.part.endswith("-gpu") for stage in trace.stages) else ())
    lower = _with_equal_bits if trace.verdict is TraceVerdict.IDENTICAL else _with_rounding
    return [lower(item, answered) if _is_default(item, policy) else item for item in differences]


def is_asked_for(differences: Sequence[Difference]) -> bool:
    """Tell whether somebody asked for another class, by a variable or the container's CPUs: then that is what to take away."""
    asked = (*CLASS_VARIABLES, *SWITCHED_OFF, "container.limits.cpuset")
    return any(item.severity.rank > Severity.NOTE.rank and _matches(item.path, asked) for item in differences)


def is_explained(difference: Difference) -> bool:
    """Tell whether it is a fact of the class that a trace has answered: there is nothing to fix about another machine."""
    return difference.why in (SAME_BITS, ROUNDING) and _matches(difference.path, (*NUMERIC_CLASS, *GPU_CLASS))


def _with_equal_bits(difference: Difference, answered: tuple[str, ...]) -> Difference:
    if _matches(difference.path, answered):
        return _lowered(difference, Severity.NOTE, SAME_BITS)
    is_variable = _matches(difference.path, (*CLASS_VARIABLES, *SWITCHED_OFF))
    if is_variable or (difference.severity is Severity.WARN and _matches(difference.path, ARITHMETIC)):
        return _lowered(difference, Severity.NOTE, SAME_BITS)
    return difference


def _with_rounding(difference: Difference, answered: tuple[str, ...]) -> Difference:
    if _matches(difference.path, answered):
        return _lowered(difference, Severity.NOTE, ROUNDING)
    if _matches(difference.path, CLASS_VARIABLES):
        return _lowered(difference, Severity.WARN, difference.why)
    return difference


def _lowered(difference: Difference, severity: Severity, why: str) -> Difference:
    """Return the difference with at most this severity; what was milder stays as it is, reason and all."""
    if difference.severity.rank <= severity.rank:
        return difference
    return msgspec.structs.replace(difference, severity=severity, why=why)


def _is_default(difference: Difference, policy: Policy) -> bool:
    return difference.severity.rank <= DEFAULT.severity(difference.path, kind=difference.kind.value).rank


def _matches(path: str, globs: tuple[str, ...]) -> bool:
    return any(fnmatchcase(path, glob) for glob in globs)
