"""Tables that are compared many cells at once are judged as they are row by row."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from random import Random

import msgspec
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from envprobe.output import OutputComparison, Tolerance, compare_outputs, read_tolerance
from envprobe.output.readers import table

ROWS = 300
NUMBERS = ("0.5", "0.50", "-0.0", "0.0", "1", "-1", "1.0", "9007199254740993", "0.1", "0.1000000000000000055", "1.5e-05", "2.5E3")
TEXTS = ("", "nan", "NaN", "a", "007", "+7", "12e45678", "0e123456", "1_0", "٣", "x" * 40, "x" * 39 + "y", "-", ".", "1e400")
CELLS = st.one_of(st.floats(-1e6, 1e6).map(repr), st.integers(-(10**17), 10**17).map(str), st.sampled_from(NUMBERS + TEXTS))
NOISE = ("float", "integer", "text", "same", "any")
RULES: tuple[dict[str, object], ...] = (
    {},
    {"*": {"relative": 1e-6}},
    {"*": {"absolute": 2}},
    {"*": {"ulp": 4}},
    {"c1": {"ignore": True}},
)


def _columns(kinds: list[str], odd: list[str], random: Random) -> Iterator[tuple[list[str], list[str]]]:
    """Yield both sides of each column: every cell of it is off by a little, or it is the same, or any of the odd cells."""
    for kind in kinds:
        if kind == "float":
            ours = [random.random() * 10 ** random.randint(-3, 3) for _ in range(ROWS)]
            yield [repr(value) for value in ours], [repr(value * (1 + 1e-9)) for value in ours]
        elif kind == "integer":
            yield [str(random.randint(-99, 99)) for _ in range(ROWS)], [str(random.randint(-99, 99)) for _ in range(ROWS)]
        elif kind == "any":
            yield [random.choice(odd) for _ in range(ROWS)], [random.choice(odd) for _ in range(ROWS)]
        else:
            words = [f"w{random.randint(0, 9999)}" for _ in range(ROWS)]
            yield words, words if kind == "same" else [word + "x" for word in words]


def _compared(folder: Path, rules: dict[str, object], least_bytes: int, monkeypatch: pytest.MonkeyPatch) -> OutputComparison:
    monkeypatch.setattr(table, "LEAST_BYTES", least_bytes)
    tolerance = read_tolerance(rules, "rules") if rules else Tolerance()
    return compare_outputs(folder / "ours.csv", folder / "theirs.csv", tolerance)


def _said(comparison: OutputComparison) -> object:
    """Return what is said, with means as far as the order of adding lets them be the same."""

    def plain(value: object) -> object:
        if isinstance(value, float):
            return f"{value:.9g}" if math.isfinite(value) else str(value)
        if isinstance(value, dict):
            return {name: plain(part) for name, part in value.items()}
        return [plain(part) for part in value] if isinstance(value, list) else value

    return plain(msgspec.to_builtins(comparison))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(["float", "any"], ["0.5", "0.50"], 1, {}, 0, False)
@example(["any"], ["1.5e-05", "1", "1.0", "-0.0", "0.0", "0"], 2, {}, 0, False)
@example(["any", "float"], ["nan", "NaN", "-nan", "1.0", "1.00"], 4, {}, 0, False)
@example(["float", "same"], ["1"], 3, {}, 1, False)
@given(
    st.lists(st.sampled_from(NOISE), min_size=1, max_size=4),
    st.lists(CELLS, min_size=1, max_size=6),
    st.integers(0, 1 << 16),
    st.sampled_from(RULES),
    st.integers(0, 2),
    st.booleans(),
)
def test_many_cells_at_once_say_what_row_by_row_says(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    kinds: list[str],
    odd: list[str],
    seed: int,
    rules: dict[str, object],
    moved: int,
    has_key: bool,
) -> None:
    """Verdict, counts, places, errors and kinds of all differences are the same, whatever stands in the cells."""
    random = Random(seed)
    columns = list(_columns(kinds, odd, random))
    if has_key:
        columns.insert(0, ([str(row) for row in range(ROWS)],) * 2)
    names = (["step"] if has_key else []) + [f"c{index}" for index in range(len(kinds))]
    for side, name in enumerate(("ours", "theirs")):
        rows = [",".join(row) for row in zip(*(column[side] for column in columns), strict=True)]
        for _ in range(moved * side):
            rows.insert(random.randrange(len(rows)), rows.pop(random.randrange(len(rows))))
        (tmp_path / f"{name}.csv").write_text("\n".join([",".join(names), *rows, ""]), "utf-8")
    at_once = _compared(tmp_path, rules, 1, monkeypatch)
    one_by_one = _compared(tmp_path, rules, 1 << 40, monkeypatch)
    assert _said(at_once) == _said(one_by_one)
