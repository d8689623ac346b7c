"""What takes a difference away in a copy, and what nothing does."""

from __future__ import annotations

from datetime import date

import pytest

from envprobe.assess import assess
from envprobe.causes import suspects
from envprobe.causes.intervention import Intervention, NoIntervention, intervention_for, merged
from envprobe.causes.symptoms import symptoms_of
from envprobe.policy import DEFAULT
from tests.support import captured


def first(name: str) -> Intervention | NoIntervention:
    observed = captured.observed(name)
    report = assess(captured.expected(), observed, policy=DEFAULT, today=date(2026, 1, 31))
    symptoms = symptoms_of(report, observed)
    return intervention_for(suspects(report, symptoms)[0].difference, captured.expected(), symptoms)


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("onednn-off", {"variables": {"TF_ENABLE_ONEDNN_OPTS": None}}),
        ("one-cpu", {"settings": {"CpusetCpus": ""}}),
        ("numpy-1.23", {"wheels": ("numpy==1.22.4",)}),
        ("keras-file-gone", {"wheels": ("keras==2.9.0",)}),
        ("overwritten", {"wheels": ("keras==2.9.0",)}),
        ("wrapt-gone", {"wheels": ("wrapt==1.14.1",)}),
        ("usercustomize", {"modules": {"usercustomize.py": ""}}),
        ("floatx", {"keras_json": {"floatx": "float32", "backend": "tensorflow"}}),
    ],
)
def test_a_cause_is_taken_away(name: str, wanted: dict[str, object]) -> None:
    """By a variable, a setting, a released wheel, an empty module or a keras.json, each in a copy."""
    found = first(name)
    assert isinstance(found, Intervention)
    for member, value in wanted.items():
        got = getattr(found, member)
        assert got == value or (isinstance(value, dict) and value.items() <= got.items())


def test_what_only_another_machine_takes_away_is_said() -> None:
    """A .pth file cannot be shadowed, and no copy has another standard library."""
    assert isinstance(first("pth"), NoIntervention)
    assert isinstance(first("stdlib-random"), NoIntervention)


def test_several_are_one() -> None:
    """All that is done for several differences is done in one copy."""
    one = Intervention(path="a", words="A", variables={"A": None}, wheels=("numpy==1.22.4",))
    other = Intervention(path="b", words="B", settings={"CpusetCpus": ""}, wheels=("numpy==1.22.4",))
    both = merged([one, other])
    assert (both.path, both.words, both.wheels) == ("a b", "A; B", ("numpy==1.22.4",))
    assert both.variables == {"A": None} and both.settings == {"CpusetCpus": ""}
