"""One fact that is not what was expected."""

from __future__ import annotations

from typing import Any

import pytest

from envprobe.assess.change import Change, classify, compare_versions
from envprobe.fact import ABSENT, Known
from envprobe.report import Kind


@pytest.mark.parametrize(
    ("expected", "observed", "kind", "magnitude"),
    [
        ("1.22.4", "1.23.5", Kind.UPGRADED, "minor"),
        ("1.22.4", "1.22.3", Kind.DOWNGRADED, "micro"),
        ("1.9", "1.10", Kind.UPGRADED, "minor"),
        ("1.22", "2", Kind.UPGRADED, "major"),
        ("1.2.3.4", "1.2.3.5", Kind.UPGRADED, "suffix"),
        ("1.0rc1", "1.0", Kind.UPGRADED, "suffix"),
        ("1.0", "1.0.post1", Kind.UPGRADED, "suffix"),
        ("1!1.0", "2.0", Kind.DOWNGRADED, "epoch"),
        ("2.9.0+cu112", "2.9.0+cpu", Kind.CROSSGRADED, "local"),
        ("2.9.0", "2.9.0+cpu", Kind.CROSSGRADED, "local"),
        ("2.9.0+cpu", "2.9.1+cpu", Kind.UPGRADED, "micro"),
        ("1.0", "1.0.0", Kind.CHANGED, ""),
        ("1.0", "main", Kind.CHANGED, ""),
        ("unreleased", "dirty", Kind.CHANGED, ""),
    ],
)
def test_versions(expected: str, observed: str, kind: Kind, magnitude: str) -> None:
    """A version change is ordered by PEP 440; a local label is another build, not a newer one."""
    assert compare_versions(expected, observed) == (kind, magnitude)


@pytest.mark.parametrize(
    ("path", "expected", "observed", "kind"),
    [
        ("packages.six.shadowed", ABSENT, Known([{"version": "1"}]), Kind.SHADOWED),
        ("packages.six.shadowed", Known([{"version": "1"}]), Known([{"version": "2"}]), Kind.SHADOWED),
        ("packages.six.shadowed", Known([{"version": "1"}]), ABSENT, Kind.REMOVED),
        ("packages.six.shadowed_by", ABSENT, Known({"six": "{cwd}/six.py"}), Kind.SHADOWED),
        ("packages.six.origin", Known("index"), Known("editable"), Kind.CROSSGRADED),
        ("packages.six.record", Known("a"), Known("b"), Kind.CROSSGRADED),
        ("packages.six.version", Known("1.0"), ABSENT, Kind.REMOVED),
        ("packages.six.version", Known(["odd"]), Known("1.0"), Kind.CHANGED),
        ("integrity.six", Known("ok"), Known({"missing": ["a"]}), Kind.MODIFIED),
        ("integrity.six", Known({"missing": ["a"]}), Known("ok"), Kind.CHANGED),
        ("integrity.six", Known("ok"), ABSENT, Kind.MODIFIED),
        ("stdlib.json", Known("a"), Known("b"), Kind.MODIFIED),
        ("stdlib.lib2to3", Known("a"), ABSENT, Kind.REMOVED),
        ("stdlib.ours", ABSENT, Known("a"), Kind.ADDED),
        ("environment.TZ", ABSENT, Known("UTC"), Kind.ADDED),
        ("environment.TZ", Known("UTC"), ABSENT, Kind.REMOVED),
        ("environment.TZ", Known("UTC"), Known("CET"), Kind.CHANGED),
        ("ospackages.libc6", Known("2.31-13"), Known("2.36-9"), Kind.UPGRADED),
        ("ospackages.libc6", Known("1:2.31~rc-13"), Known("2.36-9"), Kind.CHANGED),
    ],
)
def test_kinds(path: str, expected: Any, observed: Any, kind: Kind) -> None:
    """Each change has the kind that says what happened."""
    assert classify(path, expected, observed) == Change(
        path, kind, expected, observed, classify(path, expected, observed).magnitude
    )
    assert classify(path, expected, observed).kind is kind
