"""Folders, and which outputs belong together."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from envprobe.error import UsageError
from envprobe.output import OutputVerdict, Tolerance, compare_outputs, pair_names, read_tolerance, stable_name

from .case import OTHER_RATE, RECORDED, found, write


def test_a_rerun_with_the_same_seed_is_identical(tmp_path: Path) -> None:
    """A whole folder of outputs, copied with other times in the names of its logs, is identical."""
    observed = Path(shutil.copytree(RECORDED, tmp_path / "again"))
    log = next((observed / "logs" / "train").iterdir())
    log.rename(log.with_name("events.out.tfevents.1800000000.other-host.99.0.v2"))
    comparison = compare_outputs(RECORDED, observed, Tolerance())
    assert (comparison.verdict, comparison.count) == (OutputVerdict.IDENTICAL, 0)


def test_a_saved_model_is_compared_by_its_variables() -> None:
    """The shard is not compared a second time; the learning rate is found in Keras's own metadata."""
    comparison = compare_outputs(RECORDED / "saved", OTHER_RATE / "saved", Tolerance())
    names = [path for _, path in found(comparison)]
    assert "variables/variables.index: layer_with_weights-0/kernel" in names
    assert any(name.startswith("keras_metadata.pb:") and name.endswith("learning_rate") for name in names)
    assert not any("data-00000" in name for name in names)


def test_missing_and_new_files_are_named(tmp_path: Path) -> None:
    """A file on one side only is a difference."""
    for side, names in (("expected", ("a.txt", "b.txt")), ("observed", ("b.txt", "deep/c.txt"))):
        for name in names:
            write(tmp_path / side / name, "x")
    comparison = compare_outputs(tmp_path / "expected", tmp_path / "observed", Tolerance())
    assert found(comparison) == [("removed", "a.txt"), ("added", "deep/c.txt")]
    assert comparison.verdict is OutputVerdict.DIFFERS


def test_rules_speak_of_files_in_a_folder(tmp_path: Path) -> None:
    """A log that a rule ignores may differ."""
    for side in ("expected", "observed"):
        write(tmp_path / side / "train.log", side)
    rules = read_tolerance({"*train.log:*": {"ignore": True}}, "here")
    comparison = compare_outputs(tmp_path / "expected", tmp_path / "observed", rules)
    assert comparison.verdict is OutputVerdict.TOLERANCE
    assert comparison.compared_by == "1 by nothing: a rule ignores it"


def test_event_files_are_paired_by_their_order() -> None:
    """Names that hold time, host and process are paired within their folder."""
    expected = ["logs/events.out.tfevents.100.host.1.0.v2", "logs/events.out.tfevents.200.host.1.1.v2", "a.json"]
    observed = ["logs/events.out.tfevents.900.pod-7.x.33.0.v2", "b.json"]
    assert list(pair_names(expected, observed)) == [
        ("a.json", "a.json", None),
        ("b.json", None, "b.json"),
        ("logs/events.out.tfevents.v2", expected[0], observed[0]),
        ("logs/events.out.tfevents.v2 (2)", expected[1], None),
    ]
    assert stable_name("x/metrics.json") == "x/metrics.json"


def test_links_are_not_followed(tmp_path: Path) -> None:
    """A link out of the folder is not read."""
    write(tmp_path / "expected" / "a.txt", "x")
    write(tmp_path / "observed" / "a.txt", "x")
    (tmp_path / "observed" / "passwd.txt").symlink_to("/etc/passwd")
    assert compare_outputs(tmp_path / "expected", tmp_path / "observed", Tolerance()).verdict is OutputVerdict.IDENTICAL


def test_a_missing_output_is_trouble_not_drift(tmp_path: Path) -> None:
    """What cannot be opened, and a file against a folder, are errors with the path."""
    file = write(tmp_path / "a.txt", "x")
    with pytest.raises(UsageError, match=r"b\.txt: cannot be read: No such file"):
        compare_outputs(file, tmp_path / "b.txt", Tolerance())
    with pytest.raises(UsageError, match="one is a folder"):
        compare_outputs(file, tmp_path, Tolerance())
