"""The place where the expected side of a report is written."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envprobe.baseline import Baseline, to_json
from envprobe.baseline.declaration import Declaration
from envprobe.command.location import fact_lines, locate
from envprobe.command.source import Source
from envprobe.fingerprint import to_json as fingerprint_json
from tests.support.sample import fingerprint

BASELINE = Baseline(name="tf", kind="recorded", fingerprint=fingerprint())
keys = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="."), max_size=12)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    (tmp_path / ".git").mkdir()
    (tmp_path / "baselines").mkdir()
    (tmp_path / "baselines" / "tf.json").write_bytes(to_json(BASELINE))
    return tmp_path


def _lines_of(data: bytes) -> dict[str, str]:
    text = data.decode("utf-8")
    return {path: text.splitlines()[number - 1].strip() for path, number in fact_lines(text).items()}


@pytest.mark.parametrize("data", [to_json(BASELINE), fingerprint_json(fingerprint())], ids=["baseline", "fingerprint"])
def test_a_recorded_fact_has_its_line(data: bytes) -> None:
    """The line of a fact holds its key and its value; the line of a section opens it."""
    lines = _lines_of(data)
    assert lines["packages.numpy.version"] == '"numpy.version": "1.22.4",'
    assert lines["packages"] == '"packages": {'
    assert "known" not in " ".join(lines)


def test_a_declared_fact_has_its_line() -> None:
    """A declaration is found by the path that it is about."""
    declared = Baseline(
        name="d", kind="declared", declared={"gpu.count": Declaration(equals=1), "python.version": Declaration(present=True)}
    )
    assert _lines_of(to_json(declared))["python.version"] == '"python.version": {'


@given(
    st.dictionaries(
        keys, st.dictionaries(keys, st.one_of(st.integers(), keys, st.lists(keys, max_size=2)), max_size=3), max_size=3
    ),
    st.sampled_from([None, 1, 4]),
)
def test_a_line_is_right_however_the_file_is_spelled(known: dict[str, dict[str, object]], indent: int | None) -> None:
    """Whatever keys there are, quotes, braces and line ends among them, and however wide the file is: a line holds its key."""
    sections = {name: {"known": facts} for name, facts in known.items()}
    text = json.dumps({"fingerprint": {"sections": sections}}, indent=indent)
    rows = text.split("\n")
    found = fact_lines(text)
    assert {f"{name}.{key}" for name, facts in known.items() for key in facts} <= found.keys()
    for name, facts in known.items():
        assert all(json.dumps(key) in rows[found[f"{name}.{key}"] - 1] for key in facts)


def test_the_file_is_named_from_the_repository(repository: Path) -> None:
    """The path is relative to the repository's root, wherever the check was started; an added fact gets its section's line."""
    location = locate(Source(BASELINE, "tf", repository / "baselines/tf.json"))
    assert location is not None
    assert location.file == "baselines/tf.json"
    assert location.line_of(["packages.numpy.version"]) > location.line_of(["packages.new.version"]) > 1
    assert location.line_of(["gpu.count"]) == 0


def test_no_line_is_claimed_of_another_content(repository: Path) -> None:
    """Where the file says something else than what was compared, it is named without lines."""
    location = locate(Source(fingerprint({"cpu.affinity": 8}), "other", repository / "baselines/tf.json"))
    assert location is not None
    assert (location.file, location.lines) == ("baselines/tf.json", {})


def test_a_file_outside_is_not_named(tmp_path: Path, repository: Path) -> None:
    """What lies in no repository, or leads out of it, has no place that a reviewer could open."""
    outside = tmp_path.parent / "outside.json"
    outside.write_bytes(to_json(BASELINE))
    (repository / "link.json").symlink_to(outside)
    for path in (None, outside, repository / "link.json"):
        assert locate(Source(BASELINE, "tf", path)) is None
