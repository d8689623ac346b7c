"""JSON, YAML and TOML files."""

from __future__ import annotations

from pathlib import Path

import pytest

from .case import OutputVerdict, compare, is_typed, only


def test_yaml_is_compared_by_value(tmp_path: Path) -> None:
    """Flow style, anchors, dates and quotes do not count; a changed value does."""
    expected = "rates: [0.1, 0.2]\nstart: 2022-05-17\nbase: &b {a: 1}\nuse: *b\n"
    same = 'rates:\n- 0.1\n- 0.2\nstart: 2022-05-17\nbase: {"a": 1}\nuse: {a: 1}\n'
    assert compare(tmp_path, "p.yaml", expected, same).verdict is OutputVerdict.IDENTICAL
    difference = only(compare(tmp_path, "p.yaml", expected, same.replace("0.2", "0.3")))
    assert (difference.path, difference.expected, difference.observed) == ("rates", "0.2", "0.3")


def test_toml_is_compared_by_value(tmp_path: Path) -> None:
    """A table in line or apart is the same; an integer for a float is a difference of type."""
    assert compare(tmp_path, "p.toml", "a = {b = 1.0}", "[a]\nb = 1.0").verdict is OutputVerdict.IDENTICAL
    assert only(compare(tmp_path, "p.toml", "a = 1.0", "a = 1")).kind == "type"


@pytest.mark.parametrize(
    ("name", "damaged", "reason"),
    [
        ("m.json", '{"a": 1', "cannot be read as json"),
        ("m.json", '{"a": 1, "a": 2}', "the same key twice"),
        ("m.json", "[" * 100 + "]" * 100, "nested more than 64 levels"),
        ("m.json", "[" * 100_000, "cannot be read as json"),
        ("m.yaml", "a: [1", "cannot be read as yaml"),
        ("m.toml", "a = ", "cannot be read as toml"),
        ("m.json", b"\xff\xfe", "cannot be read as json"),
    ],
)
def test_a_damaged_document_is_compared_by_bytes(tmp_path: Path, name: str, damaged: str | bytes, reason: str) -> None:
    """It differs, line by line where it is text, and the reason is told."""
    comparison = compare(tmp_path, name, "{}", damaged)
    assert comparison.verdict is OutputVerdict.DIFFERS
    assert comparison.compared_by.startswith(("text because", "bytes because"))
    assert reason in comparison.compared_by


@pytest.mark.timeout(60)
@pytest.mark.parametrize("deep", ["[" * 100_000, "[" * 101 + "]" * 101, "- " * 400 + "x"])
def test_a_bottomless_yaml_file_is_compared_by_bytes(tmp_path: Path, deep: str) -> None:
    """Whoever refuses it first, we or PyYAML: soon, by a sentence about its depth, and the process lives."""
    comparison = compare(tmp_path, "m.yaml", "{}", deep)
    assert comparison.verdict is OutputVerdict.DIFFERS
    assert comparison.compared_by.startswith("text because") and "nest" in comparison.compared_by


@pytest.mark.timeout(60)
def test_aliases_of_aliases_do_not_grow(tmp_path: Path) -> None:
    """A small YAML file of nine levels of ten aliases is not expanded; nothing is said about its values."""
    levels = ["l0: &l0 [x, x, x, x, x, x, x, x, x, x]"]
    levels += [f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 10)}]" for n in range(1, 10)]
    comparison = compare(tmp_path, "bomb.yaml", "\n".join(levels), "\n".join([*levels, "z: 1"]))
    assert comparison.verdict is OutputVerdict.UNDETERMINED
    assert "more than" in comparison.compared_by


@pytest.mark.timeout(60)
@pytest.mark.parametrize("added", ["z: 1", "# the same values in other bytes"])
def test_merges_of_merges_do_not_grow(tmp_path: Path, added: str) -> None:
    """Nor is a file whose merge keys multiply; what differs in it is never passed, whether PyYAML or we bound the merging."""
    levels = ["l0: &l0 {a: 1, b: 2}"]
    levels += [f"l{n}: &l{n} {{<<: [{', '.join([f'*l{n - 1}'] * 10)}]}}" for n in range(1, 10)]
    comparison = compare(tmp_path, "bomb.yaml", "\n".join(levels), "\n".join([*levels, added]))
    unread = comparison.compared_by.startswith(("text because it merges more than", "bytes because its aliases make more than"))
    assert (comparison.verdict is OutputVerdict.IDENTICAL) == (added[0] == "#" and not unread)


def test_nan_and_infinity_in_json_are_numbers(tmp_path: Path) -> None:
    """What Python's json writes is read back."""
    comparison = compare(tmp_path, "m.json", '{"a": NaN, "b": Infinity}', '{"b": Infinity, "a": NaN}')
    assert is_typed(comparison)
    assert comparison.verdict is OutputVerdict.IDENTICAL
