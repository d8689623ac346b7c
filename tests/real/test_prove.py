"""Causes proved in copies of a real TensorFlow 2.9.0 container; the whole corpus is `nox -s explain`."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

import envprobe
from envprobe.causes.cause import ExplanationVerdict
from envprobe.command.proving import ProofPlan, prove_causes
from envprobe.targets.copy import COPY_OF
from tests.support import engine
from tests.support.injected import CASES, injected

pytestmark = [pytest.mark.real, pytest.mark.timeout(600)]
CASE = next(case for case in CASES if case.name == "two-caps")


def listed(*command: str) -> set[str]:
    return set(subprocess.run(["docker", *command], capture_output=True, text=True, check=True).stdout.split())


def test_two_causes_that_act_together_are_proved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither cap alone changes a bit; both are proved as one set, the plan is shown first, and nothing is left behind."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    baseline = tmp_path / "standin.json"
    envprobe.save(
        envprobe.record(f"image://{engine.standin_image()}", output=baseline, options=envprobe.Options(integrity=False))
    )
    plans: list[ProofPlan] = []
    with injected(CASE) as name:
        changed = listed("diff", name)
        (original,) = listed("inspect", "--format", "{{.Id}}", name)
        options = envprobe.Options(integrity=False)
        found, is_interrupted = prove_causes(f"docker://{name}", str(baseline), options=options, planned=plans.append)
        copies = ("--all", "--quiet", "--filter", f"label={COPY_OF}={original}")
        assert listed("ps", *copies) == listed("images", *copies) == set()
        assert listed("diff", name) == changed
    assert not is_interrupted
    assert {way.path for way in plans[0].ways} == set(CASE.causes)
    assert found.verdict is ExplanationVerdict.EXPLAINED
    assert set(found.minimal) == set(CASE.causes)
    assert {cause.proof.status for cause in found.causes[:2]} == {"no-effect"}
    assert 3 <= found.runs <= 6
