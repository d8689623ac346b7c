"""Two fingerprints to the facts that differ."""

from __future__ import annotations

import json

import pytest

from envprobe.assess.change import Changes
from envprobe.assess.drift import compare
from envprobe.fact import ABSENT, Known, Unknown
from envprobe.fingerprint import Fingerprint, read_fingerprint, to_json
from tests.support.sample import fingerprint


def _kinds(found: Changes) -> dict[str, str]:
    return {change.path: change.kind.value for change in found.changes}


def test_a_whole_package_is_one_change() -> None:
    """A package that one side lacks is one difference, not one for each of its facts."""
    without = fingerprint(without=("packages.six.version", "packages.six.origin"))
    assert _kinds(compare(fingerprint(), without)) == {"packages.six": "removed"}
    assert _kinds(compare(without, fingerprint())) == {"packages.six": "added"}
    added = compare(without, fingerprint()).changes[0]
    assert (added.expected, added.observed) == (ABSENT, Known("1.16.0"))


def test_a_failed_collector_hides_nothing_and_invents_nothing() -> None:
    """Where packages could not be told as a whole, what is missing is unknown and not removed."""
    failed = fingerprint(unknown={"packages.*": "crashed"}, without=("packages.six.version", "packages.six.origin"))
    found = compare(fingerprint(), failed)
    assert found.changes == []
    assert [*found.unknown] == ["packages.six.origin", "packages.six.version", "packages.*"]


def test_unknown_on_either_side_stays_unknown() -> None:
    """A fact that is unknown on either side is unknown in the report, which says on which side, and never a change."""
    blind = fingerprint(unknown={"python.version": "no permission"})
    for expected, observed, reason in (
        (fingerprint(), blind, "no permission"),
        (blind, fingerprint(), "unknown in the baseline: no permission"),
        (blind, blind, "no permission"),
    ):
        found = compare(expected, observed)
        assert found.changes == []
        assert [*found.unknown.items()] == [("python.version", reason)]


ASKED = {"integrity.*": "asked", "packages.six.*": "asked"}
LEFT_OUT = fingerprint(
    skipped=ASKED,
    without=("integrity.six", "integrity.numpy", "integrity.tensorflow", "packages.six.version", "packages.six.origin"),
)


def test_what_the_caller_leaves_out_is_not_compared() -> None:
    """What this caller does not ask for is neither a change nor unknown, whoever has it; the report has the reason."""
    other = fingerprint({"packages.six.version": "9", "integrity.six": "modified"})
    for sides in ((fingerprint(), LEFT_OUT), (LEFT_OUT, fingerprint()), (fingerprint(), other)):
        found = compare(*sides, ASKED)
        assert (found.changes, found.unknown, found.skipped) == ([], {}, ASKED)


def test_what_one_side_left_out_is_unknown() -> None:
    """Neither a colleague nor a baseline decides what is compared: what one alone left out, or adds to that, is unknown."""
    paths = {"integrity.*", "packages.six.version", "packages.six.origin"}
    claims = fingerprint(skipped={"*": "nothing to see"})
    for found in (compare(fingerprint(), LEFT_OUT), compare(LEFT_OUT, fingerprint())):
        assert (found.changes, found.unknown.keys(), found.skipped) == ([], paths, {})
        assert all("asked; record that side whole" in reason for reason in found.unknown.values())
    assert {path.partition(".")[0] for path in compare(fingerprint(), claims).unknown} == {*fingerprint().sections}


def test_what_both_sides_left_out_is_not_compared() -> None:
    """Two that left out the same are compared for the rest, unless an id does not cover it: then nobody agreed."""
    assert (compare(LEFT_OUT, LEFT_OUT).unknown, compare(LEFT_OUT, LEFT_OUT).skipped) == ({}, ASKED)
    body = {**json.loads(to_json(LEFT_OUT)), "schema": "envprobe.fingerprint/1"}
    body["id"] = Fingerprint(probe=LEFT_OUT.probe, sections=LEFT_OUT.sections).id
    older = read_fingerprint(json.dumps(body).encode(), "older.json")
    assert {*compare(older, older).unknown} == {"integrity.*"}


def test_sections_that_one_side_has() -> None:
    """What only an engine sees is not compared where one side had none; any other recorded section must be there."""
    outside = fingerprint({"image.id": "sha256:1", "container.user": "root"})
    for found in (compare(outside, fingerprint()), compare(fingerprint(), outside)):
        assert (found.changes, found.unknown) == ([], {})
        assert set(found.skipped) == {"image.*", "container.*"}
    recorded = fingerprint({"stdlib.json": "sha256:1"})
    assert [*compare(recorded, fingerprint()).unknown] == ["stdlib.*"]
    assert compare(fingerprint(), recorded).skipped == {"stdlib.*": "the expected side was recorded without it"}


def test_a_fault_that_the_baseline_shares_is_still_one() -> None:
    """A floating reference is a finding even where the baseline was recorded from the same; it is told once."""
    floating = fingerprint({"image.floating": "latest"})
    assert _kinds(compare(floating, floating)) == {"image.floating": "added"}
    assert _kinds(compare(fingerprint({"image.floating": "other"}), floating)) == {"image.floating": "changed"}


def test_how_much_was_compared() -> None:
    """The number of compared facts is that of the expected ones, those that are absent among them."""
    subject = fingerprint(absent=("packages.torch.version",))
    known = sum(len(section.known) for section in subject.sections.values())
    assert compare(subject, fingerprint()).compared == known + 1


def test_equal_sections_are_equal_whatever_is_unknown() -> None:
    """Two sections with the same facts and the same unknown are not equal: neither side knows."""
    blind = fingerprint(unknown={"cpu.model": "masked"})
    assert isinstance(blind, Fingerprint)
    assert isinstance(blind.get("cpu.model"), Unknown)
    assert [*compare(blind, blind).unknown] == ["cpu.model"]


@pytest.mark.parametrize("older", ["expected", "observed"])
def test_a_fact_that_came_later_is_left_out_where_one_side_is_too_old(older: str) -> None:
    """More facts of a newer envprobe are no difference from an old baseline, and that they were not compared is said."""
    new = fingerprint({"numerics.floating_point.python": "rounds upward, keeps subnormal numbers", "numerics.graph_options": []})
    sides = (fingerprint(), new) if older == "expected" else (new, fingerprint())
    found = compare(*sides)
    assert found.changes == []
    assert set(found.skipped) == {"numerics.floating_point.*", "numerics.graph_options"}
    other = fingerprint({"numerics.floating_point.python": "rounds to nearest, keeps subnormal numbers"})
    assert [change.path for change in compare(other, new).changes] == ["numerics.floating_point.python"]


def test_the_probes_own_finder_is_no_difference() -> None:
    """The first versions recorded it; any other finder is one."""
    old, new = fingerprint({"python.finders": ["builtins.MemoryImporter"]}), fingerprint(absent=("python.finders",))
    assert compare(old, new).changes == [] and compare(new, old).changes == []
    other = fingerprint({"python.finders": ["builtins.MemoryImporter", "evil.Finder"]})
    assert [change.observed for change in compare(new, other).changes] == [Known(["evil.Finder"])]


@pytest.mark.parametrize("fact", ["packages.six.files", "packages.six.data"])
def test_what_most_environments_have_not_is_no_sign_of_age(fact: str) -> None:
    """Only a few packages lack digests: where both sides looked, one that has such files and one that has none differ."""
    looked: dict[str, object] = {"python.finders": []}
    found = compare(fingerprint(looked), fingerprint({**looked, fact: "sha256:0"}))
    assert [change.path for change in found.changes] == [fact]
    assert fact.replace("six", "*") not in found.skipped
    older = compare(fingerprint(), fingerprint({**looked, fact: "sha256:0"}))
    assert older.changes == [] and fact.replace("six", "*") in older.skipped


@pytest.mark.parametrize(
    ("before", "now"),
    [
        ("--xla_dump_to=/x/{scrubbed}", "--xla_dump_to=/x/0123456789abcdef0123456789abcdef"),
        ("--pad_token={scrubbed} -v", "--pad_token=<pad> -v"),
        ("Authorization: {scrubbed} {scrubbed}", "Authorization: Basic {scrubbed}"),
    ],
)
def test_what_an_earlier_version_redacted_is_no_difference(before: str, now: str) -> None:
    """It took more out of a variable; but what it kept is compared, and a redacted text is not just any."""
    old, new = fingerprint({"environment.XLA_FLAGS": before}), fingerprint({"environment.XLA_FLAGS": now})
    assert not compare(old, new).changes and not compare(new, old).changes
    for other in (now + "x -y", now.upper(), "2"):
        assert compare(old, fingerprint({"environment.XLA_FLAGS": other})).changes
