"""Which difference follows from which: one change moves many facts, and only the change is worth a reader's time.

The table holds what is known: a consequence, and the causes that explain it, the likeliest first. A name in braces stands for
the same text on both sides. A cause explains a consequence only where both differ, so that nothing is hidden by a guess.
"""

from __future__ import annotations

import bisect
import functools
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from .change import Change

Test = Callable[[Change, Change], bool]
"""Whether this consequence really follows from this cause, where the paths alone do not say."""


def _from_pythonpath(consequence: Change, cause: Change) -> bool:
    return "{pythonpath:" in repr(consequence.observed) + repr(consequence.expected)


def _in_front(consequence: Change, cause: Change) -> bool:
    """Whether the copy that import takes lies on PYTHONPATH."""
    return "{pythonpath:" in repr(cause.observed)


def _other_minor(consequence: Change, cause: Change) -> bool:
    return cause.magnitude in ("major", "minor")


def _named_by(consequence: Change, cause: Change) -> bool:
    """Whether the words of a diagnosis name the package or variable."""
    name = cause.path.split(".")[1]
    words = re.findall(r"[A-Za-z0-9_-]+", str(consequence.observed))
    return any(word.replace("_", "-").lower() == name.replace("_", "-").lower() for word in words)


def _always(consequence: Change, cause: Change) -> bool:
    return True


ONEDNN = ("environment.TF_ENABLE_ONEDNN_OPTS",)
ISA = ("environment.DNNL_MAX_CPU_ISA", "environment.ONEDNN_MAX_CPU_ISA", *ONEDNN)
COPY = ("packages.{name}.shadowed", "packages.{name}.version")
CPU = ("cpu.dispatch", "cpu.model")
NUMERIC_PACKAGES = (
    "packages.tensorflow.version",
    "packages.keras.version",
    "packages.numpy.version",
    "integrity.tensorflow",
    "integrity.keras",
    "integrity.numpy",
)
TRACE = ("numerics.*", *ISA, *NUMERIC_PACKAGES, "cpu.affinity", *CPU)
LOADERS = ("environment.LD_PRELOAD", "python.pth.*", "python.sitecustomize", "python.usercustomize")
"""What loads a library into every process of Python."""
FILES = (
    "packages.*",
    "integrity.*",
    "unlisted.*",
    "modules.*",
    "stdlib.*",
    "python.pth.*",
    "python.sitecustomize",
    "python.usercustomize",
    "numerics.keras.*",
    "ospackages.*",
    "python.version",
)

RULES: tuple[tuple[str, tuple[str, ...], Test], ...] = (
    # a package's other facts follow from its version, and its files from both
    ("packages.{name}", ("environment.PYTHONPATH",), _from_pythonpath),
    ("packages.{name}.*", ("environment.PYTHONPATH",), _from_pythonpath),
    ("packages.{name}.shadowed", ("packages.{name}.place",), _in_front),
    ("packages.{name}.version", ("packages.{name}.shadowed",), _always),
    ("packages.{name}.origin", COPY, _always),
    ("packages.{name}.url", (*COPY, "packages.{name}.origin"), _always),
    ("packages.{name}.record", (*COPY, "packages.{name}.origin"), _always),
    ("packages.{name}.record", ("python.version",), _other_minor),
    ("packages.{name}.installer", (*COPY, "packages.{name}.origin"), _always),
    ("packages.{name}.place", (*COPY, "packages.{name}.origin"), _always),
    ("packages.{name}.source_version", COPY, _always),
    (
        "integrity.{name}",
        (
            "packages.{name}",
            "packages.{name}.version",
            "packages.{name}.shadowed",
            "packages.{name}.origin",
            "packages.{name}.broken",
            "packages.{name}.record",
        ),
        _always,
    ),
    ("unlisted.{name}", ("packages.{name}", "packages.{name}.version", "packages.{name}.shadowed"), _always),
    ("modules.{name}", ("environment.PYTHONPATH",), _from_pythonpath),
    ("modules.{name}", ("packages.{name}.shadowed_by",), _always),
    # another interpreter
    ("python.*", ("python.version", "python.implementation"), _always),
    ("stdlib.*", ("python.version", "python.implementation"), _always),
    ("stdlib.interpreter", ("stdlib.altered",), _always),
    ("python.path", ("environment.PYTHONPATH", "python.pth.*", "python.user_site", "packages.*"), _always),
    ("python.user_site", ("environment.PYTHONNOUSERSITE", "environment.PYTHONUSERBASE", "environment.HOME"), _always),
    ("python.flags", ("environment.PYTHON*", "environment.LC_ALL", "environment.LC_CTYPE", "environment.LANG"), _always),
    ("modules.sitecustomize", ("python.sitecustomize",), _always),
    ("modules.usercustomize", ("python.usercustomize",), _always),
    ("python.pth.*", ("packages.*",), _always),
    # the machine
    (
        "system.encoding",
        (
            "environment.LC_ALL",
            "environment.LC_CTYPE",
            "environment.LANG",
            "environment.PYTHONUTF8",
            "environment.PYTHONIOENCODING",
            "system.locale",
        ),
        _always,
    ),
    ("system.locale", ("environment.LC_ALL", "environment.LC_CTYPE", "environment.LANG"), _always),
    ("system.timezone", ("environment.TZ",), _always),
    ("system.limits.stack", ("container.limits.ulimits.stack",), _always),
    ("system.limits.open_files", ("container.limits.ulimits.nofile",), _always),
    ("system.limits.shm_bytes", ("container.limits.shm_bytes",), _always),
    ("system.libc", ("system.os",), _always),
    ("ospackages.*", ("system.os",), _always),
    ("cpu.isa", ("cpu.dispatch", "cpu.model"), _always),
    ("cpu.vendor", ("cpu.dispatch", "cpu.model"), _always),
    ("cpu.caches", ("cpu.dispatch", "cpu.model"), _always),
    ("cpu.model", ("cpu.dispatch",), _always),
    ("cpu.affinity", ("container.limits.cpuset",), _always),
    ("cpu.quota", ("container.limits.cpus",), _always),
    # numeric switches in effect
    ("numerics.onednn", (*ONEDNN, "packages.tensorflow.version", *CPU), _always),
    ("numerics.onednn_isa", (*ISA, "packages.tensorflow.version", *CPU), _always),
    ("numerics.onednn_version", (*ONEDNN, "packages.tensorflow.version", *CPU), _always),
    ("numerics.mixed_precision", ("numerics.keras.floatx",), _always),
    ("numerics.onednn_threads", ("container.limits.cpuset", "cpu.affinity", *ONEDNN), _always),
    ("numerics.intra_threads", ("environment.TF_NUM_INTRAOP_THREADS", "container.limits.cpuset", "cpu.affinity"), _always),
    ("numerics.inter_threads", ("environment.TF_NUM_INTEROP_THREADS", "container.limits.cpuset", "cpu.affinity"), _always),
    ("numerics.op_determinism", ("environment.TF_DETERMINISTIC_OPS",), _always),
    ("numerics.tf32", ("environment.NVIDIA_TF32_OVERRIDE", "gpu.*"), _always),
    ("numerics.xla*", ("environment.TF_XLA_FLAGS", "environment.XLA_FLAGS"), _always),
    (
        "numerics.blas*",
        (
            "environment.OPENBLAS_CORETYPE",
            "environment.OPENBLAS_NUM_THREADS",
            "environment.OMP_NUM_THREADS",
            "packages.numpy.version",
            "container.limits.cpuset",
            "cpu.affinity",
            *CPU,
        ),
        _always,
    ),
    ("numerics.numpy_simd", ("environment.NPY_DISABLE_CPU_FEATURES", "packages.numpy.version", *CPU), _always),
    ("numerics.floating_point.*", ("numerics.floating_point.set_by", "numerics.floating_point.set_by_import", *LOADERS), _always),
    (
        "numerics.diagnosis.floating_point*",
        ("numerics.floating_point.set_by", "numerics.floating_point.set_by_import", *LOADERS, "numerics.floating_point.*"),
        _always,
    ),
    ("numerics.bfloat16.*", (*ISA, "packages.tensorflow.version", *CPU), _always),
    ("numerics.diagnosis.*", ("packages.*", "integrity.*", "environment.*"), _named_by),
    ("numerics.keras.*", ("environment.KERAS_HOME", "environment.KERAS_BACKEND"), _always),
    ("numerics.framework", ("packages.tensorflow*", "packages.numpy*", "python.version", "python.implementation"), _always),
    ("numerics.*", ("packages.tensorflow", "packages.tensorflow.version"), _always),
    ("numerics.devices", ("gpu.*", "environment.CUDA_VISIBLE_DEVICES", "container.gpus"), _always),
    ("gpu.*", ("container.gpus", "environment.NVIDIA_VISIBLE_DEVICES", "gpu.driver"), _always),
    ("cuda.built.*", ("packages.tensorflow", "packages.tensorflow.*"), _always),
    ("cuda.*", ("environment.LD_LIBRARY_PATH", "packages.nvidia-*", "packages.tensorflow.version"), _always),
    # the image and the container, seen from outside
    ("image.id", ("image.reference",), _always),
    ("image.*", ("image.id",), _always),
    ("container.changes", FILES, _always),
    ("container.mounted_over", ("environment.PYTHONPATH", *FILES), _always),
    # the trace is the witness of all that came before
    ("trace", TRACE, _always),
    ("trace.equivalent", TRACE, _always),
)


def explain(changes: Iterable[Change]) -> dict[str, str]:
    """Return, for each change that follows from another, the path of the root that it follows from."""
    by_path = {change.path: change for change in changes}
    direct: dict[str, str] = {}
    paths = sorted(by_path)
    for path in paths:
        for cause in _causes(by_path[path], by_path, paths):
            if _root(cause, direct) != path:  # two that explain each other: the first met follows, the other is the root
                direct[path] = cause
                break
    return {path: _root(path, direct) for path in direct}


def _causes(consequence: Change, by_path: Mapping[str, Change], paths: Sequence[str]) -> Iterator[str]:
    """Yield the changes that explain this one, the likeliest first."""
    for pattern, causes, test in _rules(consequence.path.partition(".")[0]):
        match = _pattern(pattern).fullmatch(consequence.path)
        if match is None:
            continue
        name = match.groupdict().get("name", "")
        for cause in causes:
            for path in _matching(cause.replace("{name}", name), by_path, paths):
                if path != consequence.path and test(consequence, by_path[path]):
                    yield path


@functools.cache
def _rules(section: str) -> tuple[tuple[str, tuple[str, ...], Test], ...]:
    """Return the rules whose consequence lies in a section: thousands of differences need not be held against all."""
    return tuple(rule for rule in RULES if rule[0].partition(".")[0] == section)


def _matching(cause: str, by_path: Mapping[str, Change], paths: Sequence[str]) -> Iterator[str]:
    """Yield the changed paths that a cause names: itself, or all that begin as it does before its `*`; `paths` are sorted."""
    if not cause.endswith("*"):
        yield from [cause] * (cause in by_path)
        return
    index = bisect.bisect_left(paths, cause[:-1])
    while index < len(paths) and paths[index].startswith(cause[:-1]):
        yield paths[index]
        index += 1


def _root(path: str, direct: Mapping[str, str]) -> str:
    while path in direct:
        path = direct[path]
    return path


@functools.cache
def _pattern(glob: str) -> re.Pattern[str]:
    """Compile a consequence: `*` is anything, `{name}` is one part of a path without dots."""
    turned = {"*": r".*", "{name}": r"(?P<name>[^.]+)"}
    return re.compile("".join(turned.get(part, re.escape(part)) for part in re.split(r"(\*|\{name\})", glob)), re.DOTALL)
