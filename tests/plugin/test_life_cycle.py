"""The example project through its whole life, in one process and under xdist."""

from __future__ import annotations

import json
from importlib.util import find_spec

import pytest

WORKERS = [
    pytest.param((), id="one process"),
    pytest.param(("-n", "2"), id="xdist", marks=pytest.mark.skipif(find_spec("xdist") is None, reason="nox -s plugin has xdist")),
]
STORED = [
    "test_log/log.csv",
    "test_metrics/history.json",
    "test_metrics/loss.json",
    "test_weights-1/weights.npy",
    "test_weights-5/weights.npy",
]


def stored(example: pytest.Pytester) -> dict[str, bytes]:
    folder = example.path / "expectations/test_train"
    files = [path for path in folder.rglob("*") if path.is_file() and "obtained" not in path.parts]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(files)}


def obtained(example: pytest.Pytester) -> list[str]:
    return sorted(path.name for path in example.path.rglob("obtained/[!.]*"))


@pytest.mark.parametrize("workers", WORKERS)
def test_life_cycle(example: pytest.Pytester, workers: tuple[str, ...]) -> None:
    """Missing fails, recording fails too, then it passes; drift of environment and outputs is told, and can be re-recorded."""
    missing = example.runpytest_subprocess(*workers)
    missing.assert_outcomes(failed=6)
    missing.stdout.fnmatch_lines(["*no expectation is recorded", "*pytest --envprobe-record 'test_train.py::test_*"])
    assert stored(example) == {}

    recording = example.runpytest_subprocess("--envprobe-record", *workers)
    assert recording.ret == pytest.ExitCode.TESTS_FAILED
    recording.stdout.fnmatch_lines(["recorded 5 of 5 expectations*", "*a run that records fails*"])
    first = stored(example)
    assert list(first) == STORED
    assert obtained(example) == []

    passing = example.runpytest_subprocess("--envprobe", *workers)
    assert passing.ret == pytest.ExitCode.OK
    passing.assert_outcomes(passed=6)
    passing.stdout.fnmatch_lines(["envprobe:1|py:3.*|fp:*", "REPRODUCES*"])
    assert stored(example) == first

    elsewhere = example.runpytest_subprocess("--envprobe-baseline=drifted", *workers)
    elsewhere.assert_outcomes(passed=6)
    assert elsewhere.ret == pytest.ExitCode.TESTS_FAILED
    elsewhere.stdout.fnmatch_lines(["DIFFERS*", "*packages.numpy.version*==1.16.0*"])

    (example.path / "settings.json").write_text(json.dumps({"learning_rate": 0.2}))
    drifted = example.runpytest_subprocess("--envprobe-baseline=drifted", *workers)
    drifted.assert_outcomes(failed=6)
    drifted.stdout.fnmatch_lines(["*loss: *(expected != obtained)", "*environment differs: packages.numpy.version ==1.16.0 != *"])
    assert obtained(example) == ["log.csv", "loss.json", "weights.npy", "weights.npy"]
    assert stored(example) == first

    again = example.runpytest_subprocess("--envprobe-record", *workers)
    assert again.ret == pytest.ExitCode.TESTS_FAILED
    assert list(stored(example)) == STORED
    assert stored(example) != first
    assert obtained(example) == []

    example.runpytest_subprocess("--envprobe", *workers).assert_outcomes(passed=6)
    assert example.runpytest_subprocess(*workers).ret == pytest.ExitCode.OK


def test_recording_alone_changes_nothing_that_is_as_obtained(example: pytest.Pytester) -> None:
    """A second recording of the same values writes no file, and still fails the run."""
    example.runpytest_subprocess("--envprobe-record")
    times = {path: path.stat().st_mtime_ns for path in example.path.rglob("expectations/*/*/*")}

    result = example.runpytest_subprocess("--envprobe-record")

    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["recorded 0 of 5 expectations*"])
    assert {path: path.stat().st_mtime_ns for path in times} == times
