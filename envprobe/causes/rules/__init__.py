"""The rules, one family a file. The first that takes a difference speaks of it."""

from __future__ import annotations

from . import framework, image, machine, numpy_kernels, onednn, other_package, precision, settings, start, subnormal, threads

RULES = (
    other_package.OVERWRITING,
    *onednn.RULES,
    *threads.RULES,
    *numpy_kernels.RULES,
    *precision.RULES,
    *subnormal.RULES,
    *start.RULES,
    *framework.RULES,
    *image.RULES,
    *machine.RULES,
    *other_package.RULES,
    *settings.RULES,
)
