"""Compare the outputs of two runs by what they hold. Nothing in them is executed, unpickled or loaded as a model.

    comparison = compare_outputs(Path("recorded/metrics.json"), Path("metrics.json"), Tolerance())
    comparison.verdict, comparison.differences

- `compare_outputs(expected, observed, tolerance)`: two files or two folders (a SavedModel is one) to an `OutputComparison`.
- `describe(path)`: what is kept of an output where the output itself is not: an `OutputDescription`.
- `compare_descriptions(expected, observed, tolerance)`: the same verdicts from two descriptions: digests, then metrics.
- `read_tolerance(value, where)`: a parsed table such as `{"*.loss": {"relative": 1e-6}}` to a `Tolerance`.
- `pair_names(expected, observed)`: which outputs of two runs belong together.

A comparator is one module of `readers` with `compare(expected, observed, findings)` and `summarize(path, type_name)`, and one
line in COMPARATORS. It raises `Unreadable` where the file is not what its name says, and it is compared as text, if it is one;
`Unable` where it may well be but cannot be read here (an extra is missing, a bound is exceeded). Other bytes that nothing read
are `undetermined`.

The names load on first use: a project's settings need a Tolerance and no comparator.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .comparator import COMPARATORS as COMPARATORS
    from .comparison import Deviation as Deviation
    from .comparison import OutputComparison as OutputComparison
    from .comparison import OutputDifference as OutputDifference
    from .comparison import OutputVerdict as OutputVerdict
    from .comparison import Place as Place
    from .description import OutputDescription as OutputDescription
    from .description import compare_descriptions as compare_descriptions
    from .description import describe as describe
    from .file import compare_outputs as compare_outputs
    from .folder import pair_names as pair_names
    from .folder import stable_name as stable_name
    from .tolerance import Rule as Rule
    from .tolerance import Tolerance as Tolerance

HOMES = {
    "COMPARATORS": "comparator",
    "Deviation": "comparison",
    "OutputComparison": "comparison",
    "OutputDescription": "description",
    "OutputDifference": "comparison",
    "Place": "comparison",
    "Rule": "tolerance",
    "Tolerance": "tolerance",
    "OutputVerdict": "comparison",
    "compare_descriptions": "description",
    "compare_outputs": "file",
    "describe": "description",
    "pair_names": "folder",
    "stable_name": "folder",
}

__all__ = [
    "COMPARATORS",
    "Deviation",
    "OutputComparison",
    "OutputDescription",
    "OutputDifference",
    "OutputVerdict",
    "Place",
    "Rule",
    "Tolerance",
    "compare_descriptions",
    "compare_outputs",
    "describe",
    "pair_names",
    "read_tolerance",
    "stable_name",
]


def read_tolerance(value: object, where: str) -> Tolerance:
    """Read a table of rules. Raises DocumentError with every fault."""
    from . import tolerance
    from .comparator import TYPES

    return tolerance.read_tolerance(value, where, TYPES)


def __getattr__(name: str) -> object:
    if name == "Verdict":  # as it was called first
        name = "OutputVerdict"
    if name not in HOMES:
        raise AttributeError(f"module 'envprobe.output' has no attribute {name!r}")
    return getattr(importlib.import_module(f".{HOMES[name]}", __name__), name)
