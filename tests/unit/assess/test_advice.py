"""Why a difference matters and what mends it."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase

import pytest

from envprobe.assess import advice
from envprobe.assess.advice import ROWS, advise
from envprobe.assess.change import classify
from envprobe.assess.fix import is_command
from envprobe.default_rules import RULES
from envprobe.fact import ABSENT, Fact, Known
from envprobe.report import Kind


def _version(name: str) -> Fact:
    return Known("1.22.4") if name == "numpy" else ABSENT


def _advise(path: str, expected: Fact, observed: Fact) -> tuple[str, str]:
    return advise(classify(path, expected, observed), _version)


@pytest.mark.parametrize(
    ("path", "expected", "observed", "fix"),
    [
        ("packages.numpy.version", Known("1.22.4"), Known("1.23.5"), "python3 -m pip install numpy==1.22.4"),
        ("packages.numpy.version", Known("==1.22.4"), Known("1.23.5"), "python3 -m pip install numpy==1.22.4"),
        ("packages.numpy", Known("1.22.4"), ABSENT, "python3 -m pip install numpy==1.22.4"),
        ("packages.extra", ABSENT, Known("1.0"), "python3 -m pip uninstall extra"),
        (
            "packages.numpy.origin",
            Known("index"),
            Known("editable"),
            "python3 -m pip install --force-reinstall --no-deps numpy==1.22.4",
        ),
        ("packages.numpy.origin", Known("editable"), Known("index"), ""),
        (
            "integrity.numpy",
            Known("ok"),
            Known({"missing": ["a"]}),
            "python3 -m pip install --force-reinstall --no-deps numpy==1.22.4",
        ),
        ("integrity.apt-only", Known("ok"), Known({"missing": ["a"]}), ""),
        ("packages.numpy.shadowed_by", ABSENT, Known({"numpy": "{cwd}/numpy.py"}), "rename or move numpy {cwd}/numpy.py"),
        ("environment.TF_ENABLE_ONEDNN_OPTS", ABSENT, Known("0"), "unset TF_ENABLE_ONEDNN_OPTS"),
        ("environment.A;id", ABSENT, Known("0"), ""),
        (
            "numerics.keras.floatx",
            Known("float32"),
            Known("float16"),
            'set "floatx" to float32 in ~/.keras/keras.json, or remove that file',
        ),
        ("code.commit", Known("abcdef0"), Known("1234567"), "git checkout abcdef0"),
    ],
)
def test_mends(path: str, expected: Fact, observed: Fact, fix: str) -> None:
    """The mend restores what is expected, in the expected version; where none is sure and safe there is none."""
    why, mended = _advise(path, expected, observed)
    assert mended == fix
    assert why


@pytest.mark.parametrize("path", sorted({rule.partition("@")[0] for rule in RULES}))
def test_everything_that_fails_or_warns_says_why(path: str) -> None:
    """No failure and no warning is left without a reason."""
    severities = {severity for rule, severity in RULES.items() if rule.partition("@")[0] == path}
    section = path.partition(".")[0]
    if severities & {"fail", "warn"} and section not in ("outputs", "trace"):
        concrete = path.replace("*", "x")
        assert _advise(concrete, Known("1"), Known("2"))[0]


def test_what_is_gone_is_not_called_extra() -> None:
    """Where the baseline had the fault and this environment has not, nobody is told to remove it here."""
    for path in ("packages.six.shadowed", "packages.six.shadowed_by", "packages.six.broken", "unlisted.six", "modules.utils"):
        why, fix = _advise(path, Known(["x"]), ABSENT)
        assert "baseline" in why
        assert fix == ""


def test_values_fill_no_second_place() -> None:
    """Words in braces that come out of a target are shown as they are."""
    assert _advise("packages.numpy.shadowed_by", ABSENT, Known("{expected} {name}"))[1] == "rename or move {expected} {name}"


def test_what_nobody_wrote_about() -> None:
    """A path without a row has neither reason nor mend."""
    assert _advise("invented.fact", Known("1"), Known("2")) == ("", "")


def test_every_row_can_speak() -> None:
    """No row stands behind one that takes all its paths, and every word in braces is one that is filled in."""
    change = classify("packages.numpy.version", Known("1"), Known("2"))
    words = advice._words(change).keys() | advice._commands(change, _version).keys()
    for index, (glob, why, fix) in enumerate(ROWS):
        path, _, kind = glob.partition("@")
        assert {*re.findall(r"\{(\w+)\}", why + fix)} <= words
        assert kind in ("", *(item.value for item in Kind))
        earlier = [row[0] for row in ROWS[:index] if "@" not in row[0]]
        assert not any(fnmatchcase(path.replace("*", "\0"), other) for other in earlier), glob
    assert not any(is_command(why) for _, why, _ in ROWS)
