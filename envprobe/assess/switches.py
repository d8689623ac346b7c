"""Which fact says what a variable has done: where that is known and equal on both sides, the variable changes nothing here.

Ask the switch in effect, not the variable. A variable without a row, or whose effect is unknown on one side, keeps its severity.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from fnmatch import fnmatchcase

import msgspec

from ..fact import ABSENT, Absent, Fact, Known
from ..fingerprint import Fingerprint, skip_reason
from ..policy import Policy, Severity
from ..report import Difference
from ..spelling import spell
from .settled import is_default
from .sides import BothSides

VARIABLE = "environment."
AUTO_JIT = re.compile(r"\s*(--tf_xla_(auto_jit=-?\d|cpu_global_jit(=\w+)?)\s*)*")
NO_GPU = "gpu.count"
COUNT = "cpu.affinity"


class Switch(msgspec.Struct, frozen=True, kw_only=True):
    """One row: variables, and what must hold on both sides so that they change nothing."""

    variables: tuple[str, ...]
    """Their names; a `*` stands for any letters."""
    equal: tuple[str, ...] = ()
    """Facts that must be known and equal: what the variable switches, in effect."""
    absent: tuple[str, ...] = ()
    """Facts that must be absent: the packages that would read it."""
    has_no_gpu: bool = False
    """Whether no side may have a GPU."""
    values: re.Pattern[str] | None = None
    """The only values of which the facts tell everything."""
    is_count: bool = False
    """Whether it must ask for as many threads as there are CPUs, which is what happens without it."""


SWITCHES = (
    Switch(variables=("TF_ENABLE_ONEDNN_OPTS",), equal=("numerics.onednn",)),
    Switch(variables=("DNNL_MAX_CPU_ISA", "ONEDNN_MAX_CPU_ISA"), equal=("numerics.onednn_isa",)),
    Switch(variables=("TF_DETERMINISTIC_OPS",), equal=("numerics.op_determinism",)),
    Switch(variables=("TF_XLA_FLAGS",), equal=("numerics.xla",), values=AUTO_JIT),
    Switch(variables=("TF_NUM_INTRAOP_THREADS",), equal=("numerics.intra_threads",)),
    Switch(variables=("TF_NUM_INTEROP_THREADS",), equal=("numerics.inter_threads",)),
    Switch(variables=("OPENBLAS_CORETYPE", "OPENBLAS_*NUM_THREADS", "GOTO_NUM_THREADS"), equal=("numerics.blas",)),
    # every OpenMP runtime of the process reads it, so OpenBLAS's count alone says too little
    Switch(variables=("OMP_NUM_THREADS",), equal=("numerics.blas", COUNT), is_count=True),
    Switch(variables=("NPY_DISABLE_CPU_FEATURES", "NPY_ENABLE_CPU_FEATURES"), equal=("numerics.numpy_simd",)),
    Switch(variables=("NVIDIA_TF32_OVERRIDE",), equal=("numerics.tf32",)),
    Switch(
        variables=(
            *("NVIDIA_*", "CUDA_*", "CUBLAS*", "CUDNN_*", "NCCL_*", "TF_GPU_*", "TF_CUDA_*", "TF_*CUDNN*", "TF_*CUBLAS*"),
            *("TF_TRT_*", "TF_FORCE_GPU_ALLOW_GROWTH", "TF_MIN_GPU_MULTIPROCESSOR_COUNT", "TORCH_ALLOW_TF32_CUBLAS_OVERRIDE"),
            *("TORCH_CUDNN_*", "TORCH_BLAS_PREFER_CUBLASLT", "TORCH_LINALG_PREFER_CUSOLVER", "PYTORCH_CUDA_ALLOC_CONF"),
            "PYTORCH_NO_CUDA_MEMORY_CACHING",
        ),
        has_no_gpu=True,
    ),
    Switch(variables=("MKL_*",), equal=("numerics.blas",), absent=("packages.mkl", "packages.torch", "ospackages.conda:mkl")),
    Switch(variables=("NUMBA_*",), absent=("packages.numba", "ospackages.conda:numba")),
    Switch(variables=("NUMEXPR_*",), absent=("packages.numexpr", "ospackages.conda:numexpr")),
    Switch(variables=("JAX_*",), absent=("packages.jax", "packages.jaxlib", "ospackages.conda:jax")),
    Switch(
        variables=("TORCH*", "PYTORCH_*", "ATEN_CPU_CAPABILITY"),
        absent=("packages.torch", "ospackages.conda:pytorch"),
    ),
    Switch(variables=("HOROVOD_*",), absent=("packages.horovod", "ospackages.conda:horovod")),
    Switch(
        variables=("KERAS_HOME",),
        equal=("numerics.keras.floatx", "numerics.keras.epsilon", "numerics.keras.image_data_format", "numerics.keras.backend"),
    ),
    Switch(variables=("TZ", "TZDIR"), equal=("system.timezone",)),
    Switch(
        variables=("LANG", "LC_ALL", "LC_CTYPE", "PYTHONUTF8", "PYTHONCOERCECLOCALE"), equal=("system.locale", "system.encoding")
    ),
    Switch(variables=("PYTHONNOUSERSITE", "PYTHONUSERBASE"), equal=("python.user_site", "python.path")),
    Switch(variables=("PYTHONOPTIMIZE", "PYTHONDEVMODE", "PYTHONSAFEPATH", "PYTHONINSPECT"), equal=("python.flags",)),
)
FLAGS = "python.flags"
INERT_FLAGS = {"dont_write_bytecode", "verbose", "quiet", "interactive", "inspect", "debug"}
"""Members of sys.flags that change what is written or printed, and nothing that is computed."""
LOCALE_FLAGS = {"utf8_mode"}
"""What they do shows in the locale and the encoding in effect: Python turns them on itself where the locale is C."""

SWITCHES_NOTHING = "it switches nothing here"
NOBODYS_GPU = "no GPU on either side, so nothing reads it"
NO_READER = "nothing is installed on either side that reads it"
ONLY_PRINTS = "it changes what Python writes and prints, and nothing that is computed"


def answer(differences: Sequence[Difference], sides: BothSides, policy: Policy) -> list[Difference]:
    """Return the differences, those lowered to a note of which facts in effect say that they change nothing here."""
    ours = sides.recorded
    if ours is None:
        return list(differences)
    return [_answered(item, ours, sides.observed) if is_default(item, policy) else item for item in differences]


def is_answered(difference: Difference) -> bool:
    """Tell whether a fact in effect has answered it: there is nothing to fix."""
    return difference.why.startswith((SWITCHES_NOTHING, NOBODYS_GPU, NO_READER, ONLY_PRINTS))


def switches_of(name: str) -> list[Switch]:
    """Return the rows that speak of a variable."""
    return [row for row in SWITCHES if any(fnmatchcase(name, glob) for glob in row.variables)]


def _answered(item: Difference, ours: Fingerprint, theirs: Fingerprint) -> Difference:
    if item.severity.rank <= Severity.NOTE.rank:
        return item
    why = ""
    if item.path == FLAGS:
        why = _why_of_flags(item, ours, theirs)
    elif item.path.startswith(VARIABLE):
        rows = switches_of(item.path.removeprefix(VARIABLE))
        why = next(filter(None, (_why(row, item, ours, theirs) for row in rows)), "")
    return msgspec.structs.replace(item, severity=Severity.NOTE, why=why) if why else item


def _why(row: Switch, item: Difference, ours: Fingerprint, theirs: Fingerprint) -> str:
    """Return why a variable changes nothing here; empty where this row does not say so."""
    values = [str(fact.value) for fact in (item.expected, item.observed) if isinstance(fact, Known)]
    if row.values is not None and not all(row.values.fullmatch(value) for value in values):
        return ""
    facts = {path: fact for path in row.equal if isinstance(fact := _told(path, ours), Known) and fact == _told(path, theirs)}
    if len(facts) < len(row.equal):
        return ""
    if row.is_count and any(value != str(_value(_told(COUNT, theirs))) for value in values):
        return ""
    if not all(_is_absent(path, side) for path in row.absent for side in (ours, theirs)):
        return ""
    if row.has_no_gpu:
        has_none = all(_told(NO_GPU, side) in (ABSENT, Known(0)) for side in (ours, theirs))
        return NOBODYS_GPU if has_none else ""
    told = ", ".join(f"{path} is {spell(fact)}" for path, fact in facts.items())
    return f"{SWITCHES_NOTHING}: {told} on both sides" if facts else NO_READER


def _why_of_flags(item: Difference, ours: Fingerprint, theirs: Fingerprint) -> str:
    """Return why other flags of the interpreter change nothing here."""
    one, other = (_value(fact) for fact in (item.expected, item.observed))
    if not isinstance(one, dict) or not isinstance(other, dict):
        return ""
    differ = {name for name in {*one, *other} if one.get(name) != other.get(name)}
    if differ <= INERT_FLAGS:
        return ONLY_PRINTS
    row = Switch(variables=(), equal=("system.locale", "system.encoding"))
    return _why(row, item, ours, theirs) if differ <= INERT_FLAGS | LOCALE_FLAGS else ""


def _told(path: str, side: Fingerprint) -> Fact | None:
    """Return a fact that was looked for; None where it was left out."""
    return None if skip_reason(path, side.skipped) else side.get(path)


def _is_absent(path: str, side: Fingerprint) -> bool:
    """Say whether a whole package was looked for and is not there."""
    section, _, name = path.partition(".")
    there = side.sections.get(section)
    if section == "ospackages":
        return there is None or name not in there.known
    is_found = there is None or any(key.startswith(f"{name}.") for key in there.known)
    return _told(f"{path}.version", side) == ABSENT and not is_found and isinstance(_told(f"modules.{name}", side), Absent)


def _value(fact: Fact | None) -> object:
    return fact.value if isinstance(fact, Known) else None
