"""Claims as they are asked for: of two runs, on the call or in the configuration, beside the environment's verdict."""

from __future__ import annotations

from pathlib import Path

import pytest

from envprobe.claim import ClaimVerdict, parse_claim
from envprobe.command.environment import check, diff
from envprobe.config import Config
from envprobe.error import UsageError
from envprobe.fingerprint import to_json as fingerprint_json
from envprobe.report import Verdict
from envprobe.runs import Run, to_json
from tests.support.run_sample import seeded
from tests.support.sample import fingerprint

OLD = seeded([0.80, 0.82, 0.79, 0.81, 0.80])
NEW = seeded([0.86, 0.88, 0.85, 0.87, 0.86])


@pytest.fixture
def old(tmp_path: Path) -> str:
    """The file of a recorded run."""
    (tmp_path / "old.json").write_bytes(to_json(OLD))
    return str(tmp_path / "old.json")


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [("accuracy >= +0.05", Verdict.REPRODUCES), ("accuracy >= +0.1", Verdict.DIFFERS), ("accuracy <= -0.01", Verdict.DIFFERS)],
)
def test_a_claim_decides_and_outputs_do_not(old: str, claim: str, verdict: Verdict) -> None:
    """What was improved is not what was recorded, and is no failure where the claim holds."""
    report = check(run=NEW, baseline=old, claims=[claim], config=Config())
    assert report.verdict is verdict
    assert report.environment_verdict is Verdict.REPRODUCES
    assert not report.differences


def test_without_a_claim_an_improvement_is_a_difference_in_a_named_direction(old: str) -> None:
    """It says that the metric is higher, and how to claim it."""
    report = check(run=NEW, baseline=old, config=Config())
    assert report.verdict is Verdict.DIFFERS
    (output,) = report.outputs
    assert output.comparison.differences[0].why.endswith(": higher")
    assert "--claim 'metrics.json:accuracy >= +0.05'" in output.comparison.hint


def test_an_environment_that_differs_is_said_beside_a_claim_that_holds(old: str) -> None:
    """The claim holds, and the verdict is that of the environment."""
    elsewhere = seeded([0.86, 0.88, 0.85, 0.87, 0.86], fingerprint=fingerprint({"packages.numpy.version": "1.23.5"}))
    report = check(run=elsewhere, baseline=old, claims=["accuracy >= +0.05"], config=Config())
    assert [result.verdict for result in report.claims] == [ClaimVerdict.HOLDS]
    assert report.verdict is report.environment_verdict is Verdict.DIFFERS


def test_claims_of_the_configuration_hold_for_any_two_runs(old: str) -> None:
    """They are asked where two runs are checked and the call claims nothing else; a comparison asks for none."""
    config = Config(claims=[parse_claim("accuracy >= +0.1")])
    assert check(run=NEW, baseline=old, config=config).claims[0].verdict is ClaimVerdict.REFUTED
    assert check(run=NEW, baseline=old, claims=["accuracy >= +0.05"], config=config).claims[0].verdict is ClaimVerdict.HOLDS
    assert diff(old, NEW, config=config).claims == []


def test_a_claim_needs_two_runs(tmp_path: Path, old: str) -> None:
    """A target is no run, and neither is a fingerprint; claims that are configured do not stand in their way."""
    (tmp_path / "environment.json").write_bytes(fingerprint_json(fingerprint()))
    environment = str(tmp_path / "environment.json")
    with pytest.raises(UsageError, match="a target is none"):
        check(baseline=old, claims=["accuracy >= +0.05"], config=Config())
    with pytest.raises(UsageError, match="is no run"):
        check(run=NEW, baseline=environment, claims=["accuracy >= +0.05"], config=Config())
    config = Config(claims=[parse_claim("accuracy >= +0.1")])
    assert check(run=NEW, baseline=environment, config=config).claims == []


def _other_bits(run: Run) -> list[str]:
    report = diff(OLD, run, config=Config())
    return [str(difference.observed.value) for difference in report.differences if difference.path == "run.same_seed"]  # type: ignore[union-attr]


def test_the_same_seed_is_a_promise_of_its_own() -> None:
    """Whether the numbers pass or not: seeds that gave other bits are named, and others are not spoken of."""
    assert _other_bits(OLD) == _other_bits(seeded([0.9], first_seed=50)) == []
    assert _other_bits(seeded([0.80, 0.83, 0.79])) == ["1 of 3 seeds is not bit-identical: 1"]
    changed = seeded([0.801, 0.818, 0.7915, 0.809, 0.8005])
    assert _other_bits(changed) == ["5 of 5 seeds are not bit-identical: 0, 1, 2, 3, 4"]
    assert diff(OLD, changed, config=Config()).verdict is Verdict.REPRODUCES
    assert diff(OLD, changed, config=Config(), strict=True).verdict is Verdict.DIFFERS
