"""Declared facts against observed ones."""

from __future__ import annotations

from envprobe.assess.change import Changes
from envprobe.assess.drift import compare
from envprobe.baseline import Baseline
from envprobe.baseline.declaration import Declaration
from envprobe.fact import Known
from envprobe.fingerprint import Fingerprint
from tests.support.sample import fingerprint


def _kinds(found: Changes) -> dict[str, str]:
    return {change.path: change.kind.value for change in found.changes}


def _declared(complete: list[str] | None = None, **declared: Declaration) -> Baseline:
    paths = {path.replace("__", "."): item for path, item in declared.items()}
    return Baseline(name="d", kind="declared", declared=paths, complete=complete or [])


def test_declared_facts() -> None:
    """Only what is declared is compared: a pin as a version, absence as absence, a specifier as a range."""
    baseline = _declared(
        packages__numpy__version=Declaration(specifier="==1.22.4"),
        packages__six__version=Declaration(specifier=">=1.17"),
        packages__torch__version=Declaration(specifier="==1.0"),
        packages__keras__version=Declaration(absent=True),
        environment__LANG=Declaration(equals="C.UTF-8"),
    )
    found = compare(baseline, fingerprint({"packages.numpy.version": "1.23.5", "packages.keras.version": "2.9"}))
    assert _kinds(found) == {
        "packages.numpy.version": "upgraded",
        "packages.six.version": "changed",
        "packages.torch": "removed",
        "packages.keras.version": "added",
    }
    assert found.compared == 5
    numpy = next(change for change in found.changes if change.path == "packages.numpy.version")
    assert (numpy.expected, numpy.observed, numpy.magnitude) == (Known("==1.22.4"), Known("1.23.5"), "minor")


def test_declared_and_unknown() -> None:
    """A declared fact that is unknown, or cannot be compared, is unknown in the report."""
    baseline = _declared(python__version=Declaration(specifier="==3.8.*"), packages__six__version=Declaration(specifier=">1"))
    observed = fingerprint({"packages.six.version": "main"}, unknown={"python.version": "crashed"})
    assert [*compare(baseline, observed).unknown.items()] == [
        ("packages.six.version", "cannot be compared with what is declared"),
        ("python.version", "crashed"),
    ]


def test_complete_declarations() -> None:
    """Where the declared packages are all there may be, any other is added; else it is not looked at."""
    every = {f"packages__{name}__version": Declaration(specifier=">0") for name in ("numpy", "six")}
    assert _kinds(compare(_declared(complete=["packages.*"], **every), fingerprint())) == {"packages.tensorflow": "added"}
    assert compare(_declared(**every), fingerprint()).changes == []


def test_declared_outside_facts() -> None:
    """What only an engine can see is not compared where it did not look."""
    baseline = _declared(image__digest=Declaration(equals="sha256:1"), python__version=Declaration(specifier="==3.9.*"))
    found = compare(baseline, fingerprint())
    assert (found.changes, found.unknown, list(found.skipped), found.compared) == ([], {}, ["image.digest"], 1)


def test_a_missing_section_is_not_absence() -> None:
    """Where a section was not looked at, what is declared absent there is unknown and not absent."""
    baseline = _declared(packages__keras__version=Declaration(absent=True), packages__six__version=Declaration(specifier=">0"))
    whole = fingerprint()
    blind = Fingerprint(probe=whole.probe, sections={"python": whole.sections["python"]})
    found = compare(baseline, blind)
    assert found.changes == []
    assert [*found.unknown] == ["packages.keras.version", "packages.six.version"]
