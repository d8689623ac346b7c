"""What a page shows of a report."""

from __future__ import annotations

from typing import Any

import pytest

from envprobe.fact import ABSENT, Known
from envprobe.fixes import Fix
from envprobe.policy import Severity
from envprobe.render import summary
from envprobe.render.page import view
from envprobe.report import Difference, Kind, UnknownFact
from tests.unit.render.page.sample import report


def _difference(path: str, severity: Severity = Severity.FAIL, **given: Any) -> Difference:
    members: dict[str, Any] = {"kind": Kind.CHANGED, "expected": ABSENT, "observed": Known("1")}
    return Difference(path=path, severity=severity, **{**members, **given})


def _parts(*differences: Difference) -> list[view.SectionCards]:
    return view.parts(summary.groups(report([*differences]), Severity))


def _items(*differences: Difference) -> list[view.Card]:
    return [item for part in _parts(*differences) for item in part.items]


def test_sections_with_the_worst_first() -> None:
    """A section that holds what changes results stands above one that holds what may."""
    found = _parts(
        _difference("cpu.affinity", Severity.WARN), _difference("packages.six.version"), _difference("cpu.quota", Severity.WARN)
    )
    assert [(part.section, [item.title for item in part.items]) for part in found] == [
        ("packages", ["packages.six.version"]),
        ("cpu", ["cpu.affinity", "cpu.quota"]),
    ]


def test_a_consequence_that_weighs_more_says_so() -> None:
    """A warning that moves what changes results is shown as a failure, and the reader sees which consequence makes it one."""
    root = _difference("environment.A", Severity.WARN)
    moves = [
        _difference("numerics.x", Severity.FAIL, because="environment.A"),
        _difference("cpu.y", Severity.NOTE, because="environment.A"),
    ]
    [item] = _items(root, *moves)
    assert item.severity == "fail"
    assert [(row.name, row.severity) for row in item.moves] == [("numerics.x", "fail"), ("cpu.y", "")]


def test_a_group_of_many_is_counted() -> None:
    """Of thousands of differences of one kind the first are listed, and how many there are is said."""
    [item] = _items(*[_difference(f"packages.p{index}.version") for index in range(view.SHOWN_ROWS + 5)])
    assert (len(item.members), item.size) == (view.SHOWN_ROWS, view.SHOWN_ROWS + 5)
    assert item.values is None and item.names.endswith("more")


@pytest.mark.parametrize(
    ("fix", "shown"),
    [
        (Fix("unset TZ", is_command=True), ("unset TZ", True)),
        (Fix("ask who built it"), ("ask who built it", False)),
        (
            Fix("python3 -m pip install " + "x" * 30_000, is_command=True),
            ("a command of 30,023 characters, which --format json holds", False),
        ),
    ],
)
def test_commands_are_whole_or_not_there(fix: Fix, shown: tuple[str, bool]) -> None:
    """What can be copied into a terminal is a whole command; a sentence has no button."""
    [item] = _items(_difference("environment.TZ", fix=fix))
    assert item.fixes == [shown]


def test_facts_of_one_reason_are_named() -> None:
    """Where several facts could not be told for one reason, each can be looked up; one stands in the title already."""
    unknowns = [UnknownFact(path=f"gpu.{index}", reason="no driver", severity=Severity.WARN) for index in range(3)]
    assert view.paths(unknowns) == ["gpu.0", "gpu.1", "gpu.2"]
    assert view.paths(unknowns[:1]) == []


@pytest.mark.parametrize(
    ("path", "section"), [("gpu.0.name", "gpu"), ("gpu (3 facts), cpu", "gpu"), ("trace", "trace"), ("gpu, cpu", "gpu")]
)
def test_the_section_of_a_path(path: str, section: str) -> None:
    """A fact, or several that are told together, is found under its section."""
    assert view.section(path) == section
