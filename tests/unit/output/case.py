"""Two outputs side by side, for tests."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from envprobe.output import OutputComparison, OutputDifference, OutputVerdict, compare_outputs, read_tolerance

SAMPLES = Path(__file__).resolve().parents[2] / "data" / "outputs"
RECORDED, OTHER_RATE = SAMPLES / "recorded", SAMPLES / "other_rate"
"""One seeded training on TensorFlow 2.9.0, and the same with another learning rate; made by make.py."""

Content = str | bytes | Callable[[Path], object]
"""What stands in a file: text, bytes, or a function that writes it."""


def compare(folder: Path, name: str, expected: Content, observed: Content, rules: Any = None) -> OutputComparison:
    """Write two files of one name and compare them."""
    paths = [write(folder / side / name, content) for side, content in (("expected", expected), ("observed", observed))]
    return compare_outputs(*paths, read_tolerance(rules or {}, "tolerance"))


def write(path: Path, content: Content) -> Path:
    """Write one file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if callable(content):
        content(path)
    else:
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def only(comparison: OutputComparison) -> OutputDifference:
    """Return the one difference that there is."""
    assert comparison.count == len(comparison.differences) == 1, comparison
    return comparison.differences[0]


def found(comparison: OutputComparison) -> list[tuple[str, str]]:
    """Return kind and path of each difference."""
    return [(difference.kind, difference.path) for difference in comparison.differences]


def is_typed(comparison: OutputComparison) -> bool:
    """Tell whether values were compared, and not bytes."""
    return comparison.compared_by == comparison.type


__all__ = ["OTHER_RATE", "RECORDED", "SAMPLES", "OutputVerdict", "compare", "found", "is_typed", "only", "write"]
