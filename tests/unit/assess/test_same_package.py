"""Facts of a package that are spelled differently and mean the same."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from envprobe.assess.drift import compare
from envprobe.fact import Section
from tests.support.sample import fingerprint

RECORD = "sha256:" + "1" * 64
URL = "archive https://example.org/six-1.16.0-py3-none-any.whl"
DIGEST = "archive sha256:" + "2" * 64
EDITABLE = {"packages.six.origin": "editable"}


@pytest.mark.parametrize(
    ("ours", "theirs", "paths"),
    [
        ({"packages.six.version": "1.16"}, {"packages.six.version": "1.16.0"}, []),
        ({"packages.six.version": "1.0.0-rc1"}, {"packages.six.version": "1.0.0rc1"}, []),
        ({"packages.six.version": "1.0+cpu"}, {"packages.six.version": "1.0+cu112"}, ["packages.six.version"]),
        ({**EDITABLE, "packages.six.record": "a"}, {**EDITABLE, "packages.six.record": "b"}, []),
        ({"packages.six.record": "a"}, {"packages.six.record": "b"}, ["packages.six.record"]),
        (
            {"packages.six.origin": URL, "packages.six.record": RECORD},
            {"packages.six.origin": DIGEST, "packages.six.record": RECORD},
            [],
        ),
        ({"packages.six.origin": URL}, {"packages.six.origin": DIGEST}, ["packages.six.origin"]),
        (
            {"packages.six.origin": DIGEST, "packages.six.record": RECORD},
            {"packages.six.origin": DIGEST.replace("2", "3"), "packages.six.record": RECORD},
            ["packages.six.origin"],
        ),
        ({}, {"packages.six.shadowed": [{"version": "1.16.0", "place": "/usr"}]}, []),
        ({}, {"packages.six.shadowed": [{"version": "1.15", "place": "/usr"}]}, ["packages.six.shadowed"]),
    ],
)
def test_what_means_the_same_is_no_difference(ours: dict[str, Any], theirs: dict[str, Any], paths: list[str]) -> None:
    """Versions that PEP 440 calls equal, an editable install elsewhere, one file by two installers, a loser of one version."""
    assert [change.path for change in compare(fingerprint(ours), fingerprint(theirs)).changes] == paths
    assert [change.path for change in compare(fingerprint(theirs), fingerprint(ours)).changes] == paths


@pytest.mark.parametrize("fact", ["shadowed", "record", "version", "origin"])
@pytest.mark.parametrize("known", [None, [], "editable"])
def test_what_is_unknown_means_the_same_as_nothing(fact: str, known: Any) -> None:
    """On either side, and on both."""
    path = f"packages.six.{fact}"
    base = fingerprint({**EDITABLE, path: known} if known is not None else EDITABLE)
    packages = base.sections["packages"]
    others = {key: value for key, value in packages.known.items() if key != f"six.{fact}"}
    blind = replace(base, sections={**base.sections, "packages": Section(others, [], {f"six.{fact}": "not readable"})})
    for expected, observed in ((base, blind), (blind, base), (blind, blind)):
        assert path in compare(expected, observed).unknown
