"""Which environment a notebook speaks of. What a real kernel does is in tests/notebook."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from envprobe.error import EnvprobeError
from envprobe.fingerprint import to_json
from envprobe.notebook import kernel
from envprobe.policy import DEFAULT, Severity, overlay
from envprobe.probing.collect import Options
from envprobe.report import Verdict
from tests.support.sample import fingerprint

QUICK = Options(benchmark="off", integrity=False)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project whose target is a container, and a colleague's fingerprint."""
    declared = {"packages.numpy.version": {"specifier": "==1.22.4", "source": "requirements.txt"}}
    document = {"schema": "envprobe.baseline/1", "name": "team", "kind": "declared", "declared": declared}
    (tmp_path / "baselines").mkdir()
    (tmp_path / "baselines" / "team.json").write_text(json.dumps(document))
    (tmp_path / "envprobe.toml").write_text('target = "docker://not-here"')
    (tmp_path / "colleague.json").write_bytes(to_json(fingerprint()))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_another_target_is_compared_as_it_is(project: Path) -> None:
    """What this kernel has loaded says nothing about a colleague's environment."""
    report = kernel.check(f"file://{project}/colleague.json", "team", QUICK)
    assert (report.verdict, report.observed_name) == (Verdict.REPRODUCES, f"file://{project}/colleague.json")
    assert kernel.probe(f"file://{project}/colleague.json", QUICK) == fingerprint()


def test_without_a_target_it_is_the_kernel(project: Path) -> None:
    """The configuration's target is where experiments run; a notebook's results are computed by its kernel."""
    report = kernel.check(None, None, QUICK)
    assert report.observed_name == kernel.NAME
    assert report.observed_id == kernel.probe(None, QUICK).id


def test_the_notebooks_own_tools_are_notes(project: Path) -> None:
    """A baseline that was recorded without Jupyter holds where the kernel was installed to look."""
    policy = overlay(DEFAULT, kernel.project().policy)
    assert policy.severity("packages.ipykernel", kind="added") is Severity.NOTE
    assert policy.severity("packages.traitlets", kind="added") is Severity.NOTE
    assert policy.severity("packages.torch", kind="added") is Severity.WARN


def test_no_baseline_is_trouble(project: Path) -> None:
    """A notebook never records."""
    with pytest.raises(EnvprobeError, match="no baseline named"):
        kernel.check(None, "nowhere", QUICK)
