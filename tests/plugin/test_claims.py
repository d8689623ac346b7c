"""What tests claim of recorded runs."""

from __future__ import annotations

import pytest

from envprobe.runs import to_json
from tests.support.run_sample import seeded

TESTS = """
import pytest
from pathlib import Path

@pytest.mark.parametrize("claim", ["accuracy >= +0.05", "accuracy >= +0.1", "accuracy >= +0.0602", "acuracy >= +0.05"])
def test_it(reproducible, claim):
    reproducible.claim(claim, run="new.json", baseline=Path("old.json"))
"""


def test_a_claim_that_does_not_hold_fails_its_test(project: pytest.Pytester) -> None:
    """Refuted, undecided, or about no metric: the failure says what the command line would."""
    old, new = [0.80, 0.82, 0.79, 0.81, 0.80], [0.86, 0.881, 0.85, 0.87, 0.86]
    for name, values in (("old", old), ("new", new)):
        (project.path / f"{name}.json").write_bytes(to_json(seeded(values)))
    project.makepyfile(test_it=TESTS)

    result = project.runpytest_subprocess()

    result.assert_outcomes(passed=1, failed=3)
    result.stdout.fnmatch_lines(
        [
            "*CLAIM REFUTED  metrics.json:accuracy >= +0.1",
            "*CLAIM UNDECIDED  metrics.json:accuracy >= +0.0602",
            "*did you mean accuracy?*",
        ]
    )
