"""A project's profile of switches: a check holds every target to it."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from envprobe.baseline import Baseline
from envprobe.command.comparison import compare
from envprobe.command.profile import profile_of
from envprobe.command.source import Source
from envprobe.config import Config, load_config
from envprobe.error import EnvprobeError
from envprobe.fingerprint import Fingerprint
from envprobe.policy import Severity
from envprobe.report import Report
from tests.support import captured
from tests.support.sample import fingerprint

SWITCH = "environment.OPENBLAS_CORETYPE"


@pytest.fixture
def config(tmp_path: Path) -> Config:
    (tmp_path / "align.env").write_text("# for every machine\n\nOPENBLAS_CORETYPE=Haswell\n")
    (tmp_path / "envprobe.toml").write_text('profile = "align.env"\n')
    return load_config(tmp_path)


def checked(expected: Baseline, observed: Fingerprint, config: Config) -> Report:
    return compare(Source(expected, "base"), Source(observed, "target"), config=config)


def test_a_target_without_the_switches_fails_and_one_with_them_does_not(config: Config) -> None:
    """Though its bits are equal: the next machine's are not. The baseline was recorded without."""
    recorded = captured.expected()
    baseline = Baseline(name="base", kind="recorded", fingerprint=recorded)
    without = {item.path: item for item in checked(baseline, recorded, config).differences}
    assert without[SWITCH].severity is Severity.FAIL
    section = recorded.sections["environment"]
    known = dict(sorted({**section.known, "OPENBLAS_CORETYPE": "Haswell"}.items()))
    absent = [key for key in section.absent if key != "OPENBLAS_CORETYPE"]
    environment = msgspec.structs.replace(section, known=known, absent=absent)
    started = msgspec.structs.replace(recorded, sections={**recorded.sections, "environment": environment})
    assert not [item for item in checked(baseline, started, config).differences if item.path == SWITCH]
    assert not [item for item in checked(baseline, recorded, Config()).differences if item.path == SWITCH]


def test_a_declared_baseline_is_held_to_it_too(config: Config) -> None:
    """What was declared says nothing about variables, and the profile does."""
    declared = Baseline(name="base", kind="declared")
    (found,) = checked(declared, fingerprint({"environment.OPENBLAS_CORETYPE": "Prescott"}), config).differences
    assert (found.path, found.severity) == (SWITCH, Severity.FAIL)


@pytest.mark.parametrize(
    ("text", "words"),
    [("OPENBLAS_CORETYPE", "line 1: write NAME=VALUE"), ("\nFOO=1", "line 2: FOO is no variable that a probe records")],
)
def test_a_file_that_is_no_profile_is_refused(config: Config, tmp_path: Path, text: str, words: str) -> None:
    """With the line; so is one that is not there."""
    (tmp_path / "align.env").write_text(text)
    with pytest.raises(EnvprobeError) as refused:
        profile_of(config)
    assert words in refused.value.message
    (tmp_path / "align.env").unlink()
    with pytest.raises(EnvprobeError):
        profile_of(config)
