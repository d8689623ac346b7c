"""What is kept of an output, and what two descriptions tell."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from envprobe.error import UsageError
from envprobe.output import OutputComparison, OutputDescription, OutputVerdict, compare_descriptions, describe, read_tolerance

from .case import RECORDED, Content, found, write


def _describe(folder: Path, name: str, content: Content) -> OutputDescription:
    return describe(write(folder / name, content))


def _compare(folder: Path, name: str, expected: Content, observed: Content, rules: Any = None) -> OutputComparison:
    sides = [_describe(folder / side, name, content) for side, content in (("expected", expected), ("observed", observed))]
    return compare_descriptions(*sides, read_tolerance(rules or {}, "here"))


def test_a_description_is_json_and_comes_back(tmp_path: Path) -> None:
    """It holds no float: numbers are text that reads back to the same bits, NaN and infinity too."""
    description = _describe(tmp_path, "m.json", '{"a": 0.1, "b": NaN, "c": [1, 2e300], "d": "x"}')
    assert description.metrics == {"a": "0.1", "b": "nan", "c[0]": "1", "c[1]": "2e+300"}
    assert msgspec.json.decode(msgspec.json.encode(description), type=OutputDescription) == description


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("log.csv", "epoch,loss,note\n" + "".join(f"{step},{1 / (1 + step)!r},x\n" for step in range(250))),
        ("log.jsonl", "".join(f'{{"epoch": {step}, "loss": {1 / (1 + step)!r}, "note": "x"}}\n' for step in range(250))),
    ],
)
def test_a_log_keeps_what_a_training_went_through(tmp_path: Path, name: str, content: str) -> None:
    """Some hundred of its steps, with the first and the last, of each column of numbers; a long table keeps none."""
    description = _describe(tmp_path, name, content)
    assert description.histories.keys() == {"epoch", "loss"}
    loss = description.histories["loss"]
    assert (loss.steps[0], loss.steps[-1], loss.values[-1]) == (0, 249, repr(1 / 250))
    assert len(loss.steps) == len(loss.values) <= 101
    long = content + (content.splitlines()[-1] + "\n") * 2000
    assert _describe(tmp_path, f"long-{name}", long).histories == {}


@pytest.mark.parametrize("path", sorted(path for path in RECORDED.rglob("*") if path.is_file() and path.suffix != ".pb"), ids=str)
def test_every_real_sample_is_described(path: Path) -> None:
    """Nothing that Keras writes is without a typed description."""
    assert describe(path).note == ""


@pytest.mark.parametrize(
    ("observed", "rules", "verdict"),
    [
        ({"a": 1.0, "b": "x"}, {}, OutputVerdict.IDENTICAL),
        ({"b": "x", "a": 1.0}, {}, OutputVerdict.IDENTICAL),
        ({"a": 1.01, "b": "x"}, {}, OutputVerdict.DIFFERS),
        ({"a": 1.01, "b": "x"}, {"a": {"absolute": 0.1}}, OutputVerdict.TOLERANCE),
        ({"a": 1.0, "b": "y"}, {}, OutputVerdict.DIFFERS),
        ({"a": 1.0, "b": "x", "c": 1}, {}, OutputVerdict.DIFFERS),
    ],
)
def test_a_document_is_judged_from_descriptions_alone(
    tmp_path: Path, observed: Any, rules: dict[str, Any], verdict: OutputVerdict
) -> None:
    """Numbers and a digest of everything else are all that a document holds."""
    expected = json.dumps({"a": 1.0, "b": "x"})
    assert _compare(tmp_path, "m.json", expected, json.dumps(observed), rules).verdict is verdict


def test_an_array_is_judged_by_its_digest(tmp_path: Path) -> None:
    """The array that changed is named; whether it is within a tolerance cannot be told, and is not passed."""
    expected = lambda path: np.savez(path, a=np.ones(3), b=np.zeros(3))  # noqa: E731
    observed = lambda path: np.savez(path, b=np.zeros(3), a=np.ones(3) * 1.1)  # noqa: E731
    comparison = _compare(tmp_path, "w.npz", expected, observed)
    assert (comparison.verdict, found(comparison)) == (OutputVerdict.DIFFERS, [("changed", "a")])
    assert _compare(tmp_path, "w.npz", expected, observed, {"a": {"absolute": 1}}).verdict is OutputVerdict.UNDETERMINED


def test_other_bytes_of_which_little_is_known_are_undetermined(tmp_path: Path) -> None:
    """Of a table only the last row is kept: with the same last row and other bytes, nothing can be said."""
    comparison = _compare(tmp_path, "log.csv", "a,b\n1,2\n3,4\n", "a,b\n1,9\n3,4\n")
    assert comparison.verdict is OutputVerdict.UNDETERMINED
    assert _compare(tmp_path, "x.bin", b"\x00\x01", b"\x00\x02").verdict is OutputVerdict.UNDETERMINED
    rules = {"x.bin": {"bytes": True}}
    assert _compare(tmp_path, "x.bin", b"\x00\x01", b"\x00\x02", rules).verdict is OutputVerdict.DIFFERS


def test_a_pickle_is_described_and_never_loaded(tmp_path: Path) -> None:
    """What it would call is named, and not called."""
    comparison = _compare(tmp_path, "m.pkl", b"cos\nsystem\n(S'true'\ntR.", b"cos\nsystem\n(S'false'\ntR.")
    assert comparison.verdict is OutputVerdict.DIFFERS


def test_a_folder_is_described_by_its_files() -> None:
    """Each file has its digest under a name that is the same in every run."""
    description = describe(RECORDED)
    assert description.type == "folder"
    assert "logs/train/events.out.tfevents.v2" in description.parts


def test_a_missing_output_cannot_be_described(tmp_path: Path) -> None:
    """It is an error with the path."""
    with pytest.raises(UsageError, match="cannot be read"):
        describe(tmp_path / "none.json")
