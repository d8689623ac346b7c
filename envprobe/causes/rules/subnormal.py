"""Libraries that turn subnormal numbers off as they are loaded, and libraries that are put in front of others."""

from __future__ import annotations

from ..rule import MEASURED, CauseRule
from .records import LIBM

FAST_MATH = "https://gcc.gnu.org/bugzilla/show_bug.cgi?id=55522 (crtfastmath.o is linked into shared libraries)"

RULES = (
    CauseRule(
        name="subnormal.library",
        facts=("numerics.floating_point.set_by*", "numerics.floating_point.*", "numerics.diagnosis.floating_point*"),
        mechanism="a library that was linked with -ffast-math sets flush-to-zero as it is loaded, for all that runs in the "
        "thread",
        source=f"{FAST_MATH}; {MEASURED}",
        moves=("float/*", "host/*"),
    ),
    CauseRule(
        name="loader.preload",
        facts=("environment.LD_PRELOAD", "system.ld_so_preload", "environment.LD_AUDIT"),
        mechanism="it is loaded into every process before anything else, can replace any function, and can set the "
        "floating-point state as it is loaded",
        source=f"https://man7.org/linux/man-pages/man8/ld.so.8.html; {FAST_MATH}",
        moves=("float/*", "host/*", "operation/*", "precision/*", "pipeline/*", "layers/*", "training/*"),
        breaks=r"cannot be preloaded|undefined symbol|symbol lookup error",
    ),
    CauseRule(
        name="loader.path",
        facts=("environment.LD_LIBRARY_PATH", "system.ld_so_conf"),
        mechanism="the loader finds other libraries of the same name first",
        source="https://man7.org/linux/man-pages/man8/ld.so.8.html",
        moves=(*LIBM, "host/*", "operation/*", "precision/*", "training/*"),
        breaks=r"cannot open shared object|undefined symbol|version `\w+",
    ),
)
