"""What numpy and the C library compute with: kernels that are chosen at start by CPU, by variable, or by version."""

from __future__ import annotations

from ..rule import MEASURED, CauseRule
from .records import BLAS, LIBM, NUMPY, TIES

RULES = (
    CauseRule(
        name="numpy.blas-kernel",
        facts=("environment.OPENBLAS_CORETYPE", "environment.OPENBLAS_VERBOSE", "numerics.blas"),
        mechanism="OpenBLAS has a kernel for each generation of processors, and each cuts products into other pieces",
        source=f"https://github.com/OpenMathLib/OpenBLAS#support-for-multiple-targets-in-a-single-library; {MEASURED}",
        moves=BLAS,
        must_move=("host/blas/*|host/lapack/*",),
    ),
    CauseRule(
        name="numpy.instruction-set",
        facts=("environment.NPY_DISABLE_CPU_FEATURES", "environment.NPY_ENABLE_CPU_FEATURES", "numerics.numpy_simd"),
        mechanism="numpy chooses its vectorised functions by instruction set, and their approximations are rounded otherwise",
        source=f"https://numpy.org/doc/stable/reference/simd/build-options.html#runtime-dispatch; {MEASURED}",
        moves=("host/numpy/*", *TIES),
        must_move=("host/numpy/*",),
    ),
    CauseRule(
        name="numpy.version",
        facts=("packages.numpy", "packages.numpy.*", "integrity.numpy"),
        mechanism="another build of numpy has other implementations of its functions, and brings another OpenBLAS",
        source=f"https://numpy.org/doc/stable/release.html; {MEASURED}",
        moves=(*NUMPY, *TIES, "float/numpy/*", "host/random/*", "pipeline/random/*"),
        breaks="numpy",
    ),
    CauseRule(
        name="libc.variants",
        facts=("environment.GLIBC_TUNABLES", "system.libc", "ospackages.libc6", "ospackages.libm*"),
        mechanism="the C library has its mathematical functions in variants, with FMA and without, and takes one by the CPU or "
        "as GLIBC_TUNABLES says",
        source=f"https://sourceware.org/glibc/manual/latest/html_node/Tunables.html; {MEASURED}",
        moves=LIBM,
        must_move=("host/libm/*|host/numpy/pow.float64|operation/function/sin.float64",),
    ),
)
