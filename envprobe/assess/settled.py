"""What the benchmark has answered: facts that matter through arithmetic alone, beside bits that are equal or apart by rounding.

docs/policy.md has the reasons. A severity that a policy of a team's own gave is never lowered: it was decided with open eyes.
"""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase

import msgspec

from ..fact import Known
from ..fingerprint import Fingerprint
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
    "environment.GOTO_NUM_THREADS",
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
    "ospackages.*",
    "numerics.*",
    "container.limits.*",
)
"""What may change results through arithmetic alone, and did not where the bits are equal: a warning there is a note.

Packages, code on the path, what the loader takes, hash seed, locale and time zone are none of it.
"""
PACKAGES = ("ospackages.conda:*",)
"""What lies among the facts of ARITHMETIC and is a package all the same."""
EXERCISED = (
    ("environment.TF_*", "numerics.onednn"),
    ("environment.DNNL_*", "numerics.onednn"),
    ("environment.ONEDNN_*", "numerics.onednn"),
    ("environment.OPENBLAS_*", "numerics.blas"),
    ("environment.GOTO*", "numerics.blas"),
    ("environment.NPY_*", "numerics.numpy_simd"),
    ("environment.NUMPY_*", "numerics.numpy_simd"),
    ("environment.GLIBC_TUNABLES", "numerics.framework"),
)
"""Variables that the benchmark exercises, and the fact that is known only where it did. Others, those of OpenMP and MKL among
them, are read by libraries that it does not run."""

SAME_BITS = "differs, but the benchmark computed the same bits"
ROUNDING = "another numeric class: the benchmark computed bits that differ by rounding alone"


def settle(
    differences: Sequence[Difference], trace: Comparison | None, policy: Policy, observed: Fingerprint
) -> list[Difference]:
    """Return the differences, those that the benchmark has answered lowered."""
    if trace is None or not (trace.verdict is TraceVerdict.IDENTICAL or trace.equivalent):
        return list(differences)
    answered = NUMERIC_CLASS + (GPU_CLASS if any(stage.part.endswith("-gpu") for stage in trace.stages) else ())
    lower = _with_equal_bits if trace.verdict is TraceVerdict.IDENTICAL else _with_rounding
    exercised = tuple(glob for glob, fact in EXERCISED if isinstance(observed.get(fact), Known))
    return [lower(item, answered, exercised) if is_default(item, policy) else item for item in differences]


def is_asked_for(differences: Sequence[Difference]) -> bool:
    """Tell whether somebody asked for another class, by a variable or the container's CPUs: then that is what to take away."""
    asked = (*CLASS_VARIABLES, *SWITCHED_OFF, "container.limits.cpuset")
    return any(item.severity.rank > Severity.NOTE.rank and _matches(item.path, asked) for item in differences)


def is_explained(difference: Difference) -> bool:
    """Tell whether it is a fact of the class that a trace has answered: there is nothing to fix about another machine."""
    return difference.why in (SAME_BITS, ROUNDING) and _matches(difference.path, (*NUMERIC_CLASS, *GPU_CLASS))


def _with_equal_bits(difference: Difference, answered: tuple[str, ...], exercised: tuple[str, ...]) -> Difference:
    path, is_warning = difference.path, difference.severity is Severity.WARN
    if _matches(path, answered) or (is_warning and _matches(path, ARITHMETIC) and not _matches(path, PACKAGES)):
        return _lowered(difference, Severity.NOTE, SAME_BITS)
    if _matches(path, exercised) and (is_warning or _matches(path, (*CLASS_VARIABLES, *SWITCHED_OFF))):
        return _lowered(difference, Severity.NOTE, SAME_BITS)
    return difference


def _with_rounding(difference: Difference, answered: tuple[str, ...], exercised: tuple[str, ...]) -> Difference:
    if _matches(difference.path, answered):
        return _lowered(difference, Severity.NOTE, ROUNDING)
    if _matches(difference.path, CLASS_VARIABLES) and _matches(difference.path, exercised):
        return _lowered(difference, Severity.WARN, difference.why)
    return difference


def _lowered(difference: Difference, severity: Severity, why: str) -> Difference:
    """Return the difference with at most this severity; what was milder stays as it is, reason and all."""
    if difference.severity.rank <= severity.rank:
        return difference
    return msgspec.structs.replace(difference, severity=severity, why=why)


def is_default(difference: Difference, policy: Policy) -> bool:
    """Tell whether a severity is no higher than the default policy's: what a team raised, or holds to, is never lowered."""
    return (
        difference.path not in policy.held
        and difference.severity.rank <= DEFAULT.severity(difference.path, kind=difference.kind.value).rank
    )


def _matches(path: str, globs: tuple[str, ...]) -> bool:
    return any(fnmatchcase(path, glob) for glob in globs)
