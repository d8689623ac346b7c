"""The machine: what no switch can change."""

from __future__ import annotations

from ..rule import ANYTHING, MEASURED, CauseRule

RULES = (
    CauseRule(
        name="machine.cpu",
        facts=("cpu.*",),
        mechanism="libraries choose kernels by the CPU's features and caches, and each make has its own tables for reciprocals "
        "and reciprocal roots, which no switch replaces",
        source=f"https://www.felixcloutier.com/x86/rcpps (an approximation, different by make); {MEASURED}",
        moves=("host/*", "operation/*", "precision/*", "pipeline/ties/*", "layers/*", "training/*"),
        breaks=r"compiled to use \w+ instructions|illegal instruction",
    ),
    CauseRule(
        name="machine.architecture",
        facts=("system.architecture",),
        mechanism="another processor family runs other code altogether",
        source="docs/numerics.md",
        moves=ANYTHING,
    ),
    CauseRule(
        name="machine.gpu",
        facts=("gpu.*",),
        mechanism="another GPU or driver chooses other kernels; cuDNN promises equal bits on one architecture only",
        source="https://docs.nvidia.com/deeplearning/cudnn/latest/developer/misc.html#reproducibility-determinism; not measured "
        "here",
        moves=("*-gpu/*",),
    ),
)
