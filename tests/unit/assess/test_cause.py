"""Which difference follows from which."""

from __future__ import annotations

import pytest

from envprobe.assess.cause import RULES, explain
from envprobe.assess.change import Change
from envprobe.fact import ABSENT, Known
from envprobe.report import Kind


def _change(path: str, *, observed: str = "2", magnitude: str = "minor") -> Change:
    return Change(path, Kind.CHANGED, Known("1"), Known(observed), magnitude)


def _explain(*paths: str) -> dict[str, str]:
    return explain([_change(path) for path in paths])


@pytest.mark.parametrize(
    ("paths", "causes"),
    [
        # pip install of another version moves what hangs on it, and what is seen of it from outside
        (
            ("packages.numpy.version", "packages.numpy.record", "integrity.numpy", "container.changes"),
            dict.fromkeys(("packages.numpy.record", "integrity.numpy", "container.changes"), "packages.numpy.version"),
        ),
        (
            ("packages.numpy", "integrity.numpy", "unlisted.numpy"),
            dict.fromkeys(("integrity.numpy", "unlisted.numpy"), "packages.numpy"),
        ),
        # one package explains nothing of another
        (("packages.numpy.version", "packages.six.record", "integrity.six"), {"integrity.six": "packages.six.record"}),
        (("packages.num.version", "integrity.numpy"), {}),
        # a copy in front
        (
            ("packages.six.shadowed", "packages.six.version", "packages.six.place", "integrity.six"),
            dict.fromkeys(("packages.six.version", "packages.six.place", "integrity.six"), "packages.six.shadowed"),
        ),
        # a limit of the container explains that limit inside, and no other
        (
            ("container.limits.ulimits.nofile", "system.limits.open_files", "system.limits.stack"),
            {"system.limits.open_files": "container.limits.ulimits.nofile"},
        ),
        # a switch and what it does, down to the bits
        (
            ("environment.TF_ENABLE_ONEDNN_OPTS", "numerics.onednn", "trace"),
            dict.fromkeys(("numerics.onednn", "trace"), "environment.TF_ENABLE_ONEDNN_OPTS"),
        ),
        (("numerics.onednn", "trace"), {"trace": "numerics.onednn"}),
        # another processor
        (
            ("cpu.dispatch", "cpu.model", "cpu.isa", "numerics.onednn"),
            dict.fromkeys(("cpu.model", "cpu.isa", "numerics.onednn"), "cpu.dispatch"),
        ),
        # another image under the same reference, or another reference
        (("image.id", "image.digest", "image.created"), {"image.digest": "image.id", "image.created": "image.id"}),
        (("image.reference", "image.id", "image.digest"), {"image.id": "image.reference", "image.digest": "image.reference"}),
        # nothing that differs explains it
        (("system.timezone",), {}),
        (("system.timezone", "environment.TZ"), {"system.timezone": "environment.TZ"}),
        ((), {}),
    ],
)
def test_known_causes(paths: tuple[str, ...], causes: dict[str, str]) -> None:
    """One thing that somebody did is one root, and all that it moved hangs on it."""
    assert _explain(*paths) == causes


def test_pythonpath_explains_only_what_comes_from_it() -> None:
    """PYTHONPATH is the cause of a package only where that package is found through it."""
    variable = Change("environment.PYTHONPATH", Kind.ADDED, ABSENT, Known("/x"))
    through = Change("packages.six", Kind.ADDED, ABSENT, Known("{pythonpath:0}"))
    beside = Change("packages.numpy", Kind.ADDED, ABSENT, Known("{site}"))
    assert explain([variable, through, beside]) == {"packages.six": "environment.PYTHONPATH"}


def test_a_copy_in_front_is_pythonpaths_doing_only_where_it_lies_there() -> None:
    """Whose PYTHONPATH shadows a package is told about PYTHONPATH; where the copy came another way, about the copy."""
    variable = Change("environment.PYTHONPATH", Kind.ADDED, ABSENT, Known("/x"))
    rest = [_change("packages.six.version"), _change("packages.six.shadowed")]
    through, beside = _change("packages.six.place", observed="{pythonpath:0}"), _change("packages.six.place", observed="{user}")
    assert set(explain([variable, *rest, through]).values()) == {"environment.PYTHONPATH"}
    assert set(explain([variable, *rest, beside]).values()) == {"packages.six.shadowed"}


def test_only_another_minor_version_moves_records() -> None:
    """A RECORD follows from Python's version where its minor part differs: wheels are built for that."""
    record = _change("packages.six.record")
    assert explain([_change("python.version"), record]) == {"packages.six.record": "python.version"}
    assert explain([_change("python.version", magnitude="micro"), record]) == {}


def test_two_that_explain_each_other() -> None:
    """Of two that could each be the cause one is the root, the same one in any order."""
    both = [_change("python.version"), _change("python.implementation")]
    assert explain(both) == explain(both[::-1])
    assert len(explain(both)) == 1


def test_hundreds_of_packages() -> None:
    """In a table with thousands of differences each still finds its own cause."""
    names = [f"package-{number}" for number in range(700)]
    causes = _explain(
        *(f"packages.{name}.{key}" for name in names for key in ("version", "record", "origin")), "container.changes"
    )
    assert len(causes) == 1401
    assert all(causes[f"packages.{name}.{key}"] == f"packages.{name}.version" for name in names for key in ("record", "origin"))


def test_the_table_names_no_path_twice() -> None:
    """No rule lists a cause twice, or itself."""
    for consequence, causes, _ in RULES:
        assert len(causes) == len({*causes})
        assert consequence not in causes
