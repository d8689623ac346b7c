"""One expectation of one fact."""

from __future__ import annotations

from typing import Any

import pytest

from envprobe.baseline.declaration import Declaration, faults
from envprobe.fact import ABSENT, Known, Unknown
from tests.support.sample import fingerprint

COPIES = [{"version": "8.1.0", "place": "{root}/a"}, {"version": "8.1.1", "place": "{root}/b"}]


@pytest.mark.parametrize(
    ("declaration", "value", "accepted"),
    [
        (Declaration(equals="3.8.10"), "3.8.10", True),
        (Declaration(equals=1), True, False),
        (Declaration(equals={"b": 1, "a": [2]}), {"a": [2], "b": 1}, True),
        (Declaration(specifier=">=1.20,<2"), "1.22.4", True),
        (Declaration(specifier=">=1.20,<2"), "2.0.0", False),
        (Declaration(specifier="==2.9.0"), "2.9.0+cu112", True),
        (Declaration(specifier="==2.9.0+cpu"), "2.9.0+cu112", False),
        (Declaration(specifier=">=2.9.0rc0"), "2.9.0rc1", True),
        (Declaration(specifier=">=1"), "not-a-version", None),
        (Declaration(specifier="===not-a-version"), "not-a-version", True),
        (Declaration(specifier=">=1"), 3, None),
        (Declaration(specifier="==8.1.*"), COPIES, True),
        (Declaration(specifier="==8.1.0"), COPIES, False),
        (Declaration(specifier="==8.1.*"), [{"place": "{root}"}], None),
        (Declaration(specifier="==8.1.*"), [], False),
        (Declaration(one_of=["a", "b"]), "b", True),
        (Declaration(one_of=["a", "b"]), "c", False),
        (Declaration(present=True), False, True),
        (Declaration(absent=True), "x", False),
        (Declaration(origin="editable"), "index", False),
        (Declaration(hashes=["sha256:aa"]), "archive sha256:aa", True),
        (Declaration(hashes=["sha256:aa"]), "archive sha256:bb", False),
        (Declaration(hashes=["sha256:aa"]), "archive https://host/x.whl", None),
        (Declaration(hashes=["sha256:aa"]), "index", True),
        (Declaration(hashes=["sha256:aa"]), "editable", False),
    ],
)
def test_a_known_fact_is_accepted_refused_or_cannot_be_told(declaration: Declaration, value: Any, accepted: bool | None) -> None:
    """Each form compares as its documentation says."""
    assert declaration.accepts(Known(value)) is accepted


@pytest.mark.parametrize(
    ("declaration", "accepted"),
    [
        (Declaration(absent=True), True),
        (Declaration(specifier="<3", optional=True), True),
        (Declaration(specifier="<3"), False),
        (Declaration(present=True), False),
        (Declaration(equals="x"), False),
        (Declaration(origin="editable"), False),
        (Declaration(hashes=["sha256:aa"]), True),  # nothing records where it came from
    ],
)
def test_an_absent_fact(declaration: Declaration, accepted: bool) -> None:
    """Absence is an answer: only what may be absent accepts it."""
    assert declaration.accepts(ABSENT) is accepted


def test_a_marker_that_is_false_declares_nothing() -> None:
    """A requirement for another Python is none here."""
    observed = fingerprint({"python.version": "3.9.2"})
    older = Declaration(specifier="==1.0", when='python_version < "3.8"')
    assert not older.applies(observed)
    assert older.accepts(ABSENT, observed) is True
    newer = Declaration(specifier="==1.0", when='python_version >= "3.8"')
    assert newer.applies(observed)
    assert newer.accepts(ABSENT, observed) is False


def test_a_marker_that_cannot_be_evaluated_accepts_nothing() -> None:
    """Without the variable it is not known whether anything is declared: neither yes nor no."""
    somewhere = Declaration(specifier="==1.0", when='platform_machine == "x86_64"')
    observed = fingerprint()
    assert somewhere.applies(observed)
    assert somewhere.accepts(Known("1.0"), observed) is None
    assert somewhere.accepts(Known("2.0"), observed) is None
    assert somewhere.accepts(Known("1.0")) is None


def test_all_parts_of_a_declaration_must_accept() -> None:
    """A requirement and a constraint on it, or two lines with markers, are one declaration."""
    both = Declaration(specifier=">=1", also=[Declaration(specifier="<2", optional=True)])
    assert both.accepts(Known("1.5")) is True
    assert both.accepts(Known("2.5")) is False
    assert both.accepts(ABSENT) is False


def test_a_package_under_another_name_will_do() -> None:
    """The CPU image may hold tensorflow-cpu instead of tensorflow: the same module, the same version."""
    tensorflow = Declaration(specifier="==2.9.0", instead=["packages.tensorflow-cpu.version"])
    assert tensorflow.accepts(ABSENT, fingerprint({"packages.tensorflow-cpu.version": "2.9.0"})) is True
    assert tensorflow.accepts(ABSENT, fingerprint({"packages.tensorflow-cpu.version": "2.8.0"})) is False
    assert tensorflow.accepts(ABSENT, fingerprint()) is False
    assert tensorflow.accepts(ABSENT, fingerprint(unknown={"packages.tensorflow-cpu.version": "denied"})) is None


@pytest.mark.parametrize(
    ("declaration", "pinned", "words"),
    [
        (Declaration(equals="3.8.10"), "3.8.10", "3.8.10"),
        (Declaration(equals=True), None, "true"),
        (Declaration(specifier="==1.22.4"), "1.22.4", "==1.22.4"),
        (Declaration(specifier="===1.0-x"), "1.0-x", "===1.0-x"),
        (Declaration(specifier="==1.*"), None, "==1.*"),
        (Declaration(specifier="==1.0,<2"), None, "==1.0,<2"),
        (Declaration(one_of=["a", 1]), None, "a or 1"),
        (Declaration(absent=True), None, "absent"),
        (Declaration(present=True), None, "present"),
        (Declaration(specifier="<3", optional=True), None, "<3 or absent"),
        (Declaration(hashes=["sha256:aa"]), None, "archive sha256:aa"),
        (Declaration(specifier=">=1", when='os_name == "nt"'), None, '>=1 where os_name == "nt"'),
    ],
)
def test_words_for_a_reader(declaration: Declaration, pinned: str | None, words: str) -> None:
    """What is expected fits into a table, and a single version is known as one."""
    assert declaration.pinned() == pinned
    assert declaration.describe() == words


@pytest.mark.parametrize(
    ("declaration", "fault"),
    [
        (Declaration(), "needs exactly one"),
        (Declaration(equals="1", specifier="==1"), "has equals, specifier"),
        (Declaration(specifier="1.2.3.x"), "specifier"),
        (Declaration(specifier="==1", when="python <"), "when"),
        (Declaration(specifier="==1", also=[Declaration()]), "also[0]"),
    ],
)
def test_faults(declaration: Declaration, fault: str) -> None:
    """A declaration that means nothing, or two things, is refused when it is read."""
    assert fault in " ".join(faults(declaration))


def test_an_unknown_fact_is_never_accepted() -> None:
    """Could not look is neither yes nor no."""
    for declaration in (
        Declaration(present=True),
        Declaration(absent=True),
        Declaration(equals="x", optional=True),
        Declaration(hashes=["sha256:a"]),
    ):
        assert declaration.accepts(Unknown("denied")) is None
