"""One experiment against another: what is held against what, and what follows."""

from __future__ import annotations

import json
import math
from pathlib import Path

import msgspec
import pytest

from envprobe.command.environment import diff
from envprobe.config import Config
from envprobe.experiment.compare import kept_file
from envprobe.fact import Section
from envprobe.output import describe
from envprobe.output.tolerance import Rule, Tolerance
from envprobe.policy import Policy, Severity
from envprobe.report import Verdict
from tests.support.run_sample import attempt, described, run, seeded
from tests.support.sample import fingerprint


def _verdicts(report):
    return {output.comparison.name: output.comparison.verdict.value for output in report.outputs}


def test_the_same_outputs_reproduce():
    """Two runs with the same outputs in the same environment reproduce."""
    report = diff(run(attempt(described(accuracy=0.9))), run(attempt(described(accuracy=0.9))), config=Config())
    assert report.verdict is Verdict.REPRODUCES
    assert _verdicts(report) == {"metrics.json": "identical"}


def test_another_metric_differs():
    """Another number is a difference, whatever the environment."""
    report = diff(run(attempt(described(accuracy=0.9))), run(attempt(described(accuracy=0.91))), config=Config())
    assert report.verdict is Verdict.DIFFERS
    assert not report.differences


def test_a_tolerance_of_the_configuration_accepts():
    """A rule in [tool.envprobe.outputs] decides how far a metric may be."""
    config = Config(outputs=Tolerance({"accuracy": Rule(absolute=0.02)}))
    report = diff(run(attempt(described(accuracy=0.9))), run(attempt(described(accuracy=0.91))), config=config)
    assert (report.verdict, _verdicts(report)) == (Verdict.REPRODUCES, {"metrics.json": "tolerance"})


@pytest.mark.parametrize(("severity", "verdict"), [("warn", Verdict.REPRODUCES), ("fail", Verdict.DIFFERS)])
def test_the_policy_says_which_output_decides(severity, verdict):
    """An output that the policy only warns of does not decide, and is told."""
    config = Config(policy=Policy(rules={"outputs.metrics.json": Severity(severity)}))
    report = diff(run(attempt(described(accuracy=0.9))), run(attempt(described(accuracy=0.91))), config=config)
    assert report.verdict is verdict
    assert _verdicts(report) == {"metrics.json": "differs"}


def test_an_output_that_is_missing_or_new_differs():
    """An output of one side alone is a difference."""
    one, both = run(attempt(described())), run(attempt(described(), described("extra.json", loss=1.0)))
    for expected, observed, kind in ((one, both, "added"), (both, one, "removed")):
        report = diff(expected, observed, config=Config())
        (difference,) = next(o.comparison.differences for o in report.outputs if o.comparison.name == "extra.json")
        assert (report.verdict, difference.kind) == (Verdict.DIFFERS, kind)


def test_nothing_written_is_no_pass():
    """Two runs that left nothing where something was asked for prove nothing."""
    empty = run(attempt(missing=["*.json"]))
    assert diff(empty, empty, config=Config()).verdict is Verdict.UNDETERMINED


def test_two_failures_are_no_pass():
    """Two runs that failed in the same way prove nothing."""
    failed = run(attempt(described(accuracy=0.9), exit_status=1))
    assert diff(failed, failed, config=Config()).verdict is Verdict.UNDETERMINED


def test_a_failure_differs_from_success():
    """A run that failed is not the recorded one, though it left the same outputs."""
    report = diff(run(attempt(described())), run(attempt(described(), exit_status=3)), config=Config())
    assert report.verdict is Verdict.DIFFERS
    assert [difference.path for difference in report.differences] == ["run.exit_status"]


def test_an_interrupted_run_is_no_pass():
    """A partial record is never a pass, whatever it holds."""
    cut = run(attempt(described(), state="interrupted", exit_status=130))
    for expected, observed in ((run(attempt(described())), cut), (cut, cut)):
        assert diff(expected, observed, config=Config()).verdict is Verdict.UNDETERMINED


def test_what_changed_during_the_run_is_a_finding():
    """A package that was upgraded while the experiment ran fails the check, and is named."""
    drifted = run(attempt(described()), drift={"packages": Section(known={"numpy.version": "1.23.5"})})
    report = diff(run(attempt(described())), drifted, config=Config())
    (difference,) = report.differences
    assert (difference.path, report.verdict) == ("drift.packages.numpy.version", Verdict.DIFFERS)
    assert "while the experiment ran" in difference.why


def test_a_run_against_an_environment():
    """Against a fingerprint the environment alone is compared, and it is said that no outputs were."""
    report = diff(fingerprint(), run(attempt(described())), config=Config())
    assert (report.verdict, report.outputs) == (Verdict.REPRODUCES, [])
    assert {"outputs.*", "run.*"} <= report.skipped.keys()


def test_the_same_seeds_are_compared_with_each_other():
    """A repeated run whose seeds are the recorded ones is compared bit by bit, in whatever order they were."""
    report = diff(seeded([0.9, 0.8, 0.85]), seeded([0.8], first_seed=1), config=Config())
    assert _verdicts(report) == {"metrics.json": "identical"}
    assert report.verdict is Verdict.REPRODUCES


def test_other_seeds_are_judged_by_the_spread():
    """Another seed than the recorded ones may be where they spread, and no further; too few of them tell nothing."""
    recorded = [0.90, 0.91, 0.89, 0.905, 0.895, 0.9]
    for value, verdict in ((0.902, Verdict.REPRODUCES), (0.99, Verdict.DIFFERS)):
        assert diff(seeded(recorded), seeded([value], first_seed=50), config=Config()).verdict is verdict
    assert diff(seeded(recorded[:3]), seeded([0.902], first_seed=50), config=Config()).verdict is Verdict.UNDETERMINED


@pytest.mark.parametrize("count", [1, 2, 5, 10])
def test_more_honest_seeds_never_make_it_worse(count):
    """One new seed reproduces, and so do two, five and ten of the same experiment."""
    recorded = [0.90, 0.91, 0.89, 0.905, 0.895]
    new = [0.902, 0.893, 0.907, 0.9, 0.898, 0.911, 0.888, 0.904, 0.896, 0.903][:count]
    assert diff(seeded(recorded), seeded(new, first_seed=100), config=Config()).verdict is Verdict.REPRODUCES


def test_one_number_of_another_seed_accuses_nobody():
    """One run each, of different seeds: other numbers and other weights are what seeds do, and nobody knows how much of it."""
    first = run(attempt(described(accuracy=0.9, parts={"w": "float32 (2,) sha256:a"}), seed=0), seed_variable="SEED")
    second = run(attempt(described(accuracy=0.8, parts={"w": "float32 (2,) sha256:b"}), seed=7), seed_variable="SEED")
    report = diff(first, second, config=Config())
    assert report.verdict is Verdict.UNDETERMINED
    assert "too few to judge other seeds by" in report.outputs[0].comparison.differences[0].why


@pytest.mark.parametrize(
    ("count", "words"), [(1, "absolute error 0.001"), (5, "5 of 5 seeds are not bit-identical, -0.001 each: lower")]
)
def test_another_number_of_the_same_seed_differs(count, words):
    """What the spread between seeds would hide is found where the same seeds are compared, with one run and with five."""
    recorded = [0.90, 0.91, 0.89, 0.905, 0.895]
    report = diff(seeded(recorded), seeded([value - 0.001 for value in recorded[:count]]), config=Config())
    assert report.verdict is Verdict.DIFFERS
    found = report.outputs[0].comparison.differences[0]
    assert words in (found.why or found.deviation.sentence)


@pytest.mark.parametrize("swapped", [False, True])
def test_a_seed_that_diverged_is_counted_beside_the_mean(swapped):
    """NaN on one side is a difference, and no average is made of it."""
    sides = [seeded([0.80, 0.82, 0.79, 0.81, 0.80]), seeded([0.80, 0.82, 0.79, math.nan, 0.80])]
    report = diff(*(reversed(sides) if swapped else sides), config=Config())
    assert report.verdict is Verdict.DIFFERS
    words = next((item.expected, item.observed) for item in report.outputs[0].comparison.differences)
    assert any("4 of 5 runs, others not finite" in str(word) for word in words)


def test_the_same_seeds_among_others():
    """Of runs with some recorded seeds each is judged by its own kind, and the worst decides."""
    recorded = [0.90, 0.91, 0.89, 0.905, 0.895]
    honest = [0.902, 0.893, 0.907]
    for same, verdict in ((recorded, Verdict.REPRODUCES), ([value + 0.01 for value in recorded], Verdict.DIFFERS)):
        assert diff(seeded(recorded), seeded([*same, *honest]), config=Config()).verdict is verdict
    report = diff(seeded(recorded), seeded([*recorded[1:], 0.902, 0.97], first_seed=1), config=Config())
    assert report.verdict is Verdict.REPRODUCES  # seeds 1 to 4 are the same; 5 and 6 on average where seeds spread
    report = diff(seeded(recorded), seeded([*recorded[1:], 0.99], first_seed=1), config=Config())
    assert report.verdict is Verdict.DIFFERS


def test_repeated_runs_without_seeds():
    """Runs that nobody seeded are held against each other as they are, whatever their order."""

    def unseeded(values):
        return run(*(attempt(described(accuracy=value)) for value in values))

    recorded = [0.90, 0.91, 0.89, 0.905, 0.895]
    assert diff(unseeded(recorded), unseeded([0.893, 0.902, 0.907]), config=Config()).verdict is Verdict.REPRODUCES
    assert diff(unseeded(recorded), unseeded([0.99, 0.98, 0.985]), config=Config()).verdict is Verdict.DIFFERS


def _written(folder: Path, value: float) -> Path:
    folder.mkdir()
    (folder / "metrics.json").write_text(json.dumps({"accuracy": value, "label": "a"}))
    return folder / "metrics.json"


def test_files_that_were_kept_are_compared(tmp_path):
    """Where both outputs are still there as they were recorded, they are compared by their type."""
    sides = [
        attempt(describe(_written(tmp_path / name, value)), context={"folder": str(tmp_path / name)})
        for name, value in (("first", 0.5), ("second", 0.25))
    ]
    report = diff(run(sides[0]), run(sides[1]), config=Config())
    assert report.outputs[0].comparison.compared_by == "json"


def test_a_file_that_was_changed_since_is_not_taken(tmp_path):
    """What lies there now under the name of an output, and is not it, is never compared in its place."""
    path = _written(tmp_path / "folder", 0.5)
    kept = attempt(describe(path), context={"folder": str(path.parent)})
    assert kept_file(kept, kept.outputs[0]) == path
    path.write_text(path.read_text().replace("0.5", "0.6"))
    assert kept_file(kept, kept.outputs[0]) is None


@pytest.mark.parametrize("name", ["../secret.json", "/etc/passwd", ""])
def test_a_name_that_leaves_its_folder_is_not_opened(tmp_path, name):
    """A run is a document of a stranger: the names in it lead nowhere else."""
    hostile = attempt(described(name, accuracy=0.5), context={"folder": str(tmp_path), "copies": str(tmp_path)})
    assert kept_file(hostile, hostile.outputs[0]) is None


def test_the_same_file_is_the_same_whoever_recorded_it():
    """One recorder had the library that reads the file and the other had not: equal digests decide."""
    read = described("w.h5", digest="a")
    unread = msgspec.structs.replace(read, metrics={}, parts={}, note="h5py is not installed", reader="hdf5/2 without h5py")
    report = diff(run(attempt(read)), run(attempt(unread)), config=Config())
    assert report.verdict is Verdict.REPRODUCES


def test_what_one_recorder_could_not_read_is_undetermined():
    """Other bytes of it are no difference, and the hint says what to install, and where."""
    unread = msgspec.structs.replace(
        described("w.h5", digest="a"), metrics={}, note="h5py is not installed", hint="pip install h5py"
    )
    report = diff(run(attempt(unread)), run(attempt(described("w.h5", digest="b"))), config=Config())
    assert report.verdict is Verdict.UNDETERMINED
    assert report.outputs[0].comparison.hint == "where it was recorded: pip install h5py"
