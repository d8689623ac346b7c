"""What a kernel has imported, against what is installed."""

from __future__ import annotations

import importlib.util
import sys
import time
from pathlib import Path
from types import ModuleType

import click
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from envprobe.fact import Known, Unknown
from envprobe.fingerprint import Fingerprint
from envprobe.notebook.loaded import Loaded, doubt, loaded
from tests.property.environment import fingerprints, texts
from tests.support.sample import fingerprint

NUMPY = "packages.numpy.version"


def numpy(version: str = "1.22.4", *, replaced: bool = False, elsewhere: bool = False) -> Loaded:
    return Loaded(package="numpy", version=version, replaced=replaced, elsewhere=elsewhere)


@pytest.mark.parametrize("module", [numpy("1.23.5", replaced=True), numpy(elsewhere=True), numpy("", elsewhere=True)])
def test_a_package_that_runs_otherwise_than_it_is_installed_is_unknown(module: Loaded) -> None:
    """Nothing of it can pass or fail a comparison until the kernel is restarted."""
    doubted = doubt(fingerprint(), [module])
    fact = doubted.get(NUMPY)
    assert isinstance(fact, Unknown) and "1.22.4" in fact.reason and "restart the kernel" in fact.reason
    assert isinstance(doubted.get("packages.numpy.record"), Unknown)
    assert doubted.get("packages.six.version") == Known("1.16.0")


@pytest.mark.parametrize(
    "module",
    [
        numpy(),
        numpy(replaced=True),
        numpy("1.22.4.0", replaced=True),
        numpy("", replaced=True),
        numpy("dev"),
        Loaded(package="not-recorded", version="1", replaced=True, elsewhere=True),
    ],
)
def test_what_is_no_evidence_changes_nothing(module: Loaded) -> None:
    """The same version, another spelling of it, one that a module always states otherwise: none is a finding."""
    found = fingerprint()
    assert doubt(found, [module]) is found


@settings(max_examples=40)
@given(fingerprints(), st.lists(st.builds(Loaded, package=texts, version=texts, replaced=st.booleans(), elsewhere=st.booleans())))
def test_doubt_tells_no_fact_that_was_not_told(found: Fingerprint, modules: list[Loaded]) -> None:
    """Whatever a kernel has loaded, facts become unknown, and nothing else becomes of them."""
    doubted = doubt(found, modules)
    for name, section in doubted.sections.items():
        assert not list(section.faults())
        assert section.known.items() <= found.sections[name].known.items()
        assert set(section.keys()) == set(found.sections[name].keys())


def test_a_module_that_lies_where_it_was_imported_from(tmp_path: Path) -> None:
    """The file's age tells whether it was replaced since the kernel started."""
    ours = Loaded(package="click", version=vars(click).get("__version__", ""), replaced=False, elsewhere=False)
    assert list(loaded({"click": click}, sys.path, time.time() + 60)) == [ours]
    assert list(loaded({"click": click}, sys.path, 0)) == [msgspec.structs.replace(ours, replaced=True)]


def test_a_module_that_a_fresh_python_takes_from_another_place(tmp_path: Path) -> None:
    """A kernel may have another sys.path, or a folder of the same name in front."""
    (tmp_path / "click.py").write_text("raise SystemExit('never imported')")
    (module,) = loaded({"click": click}, [str(tmp_path), *sys.path], time.time() + 60)
    assert module.elsewhere


def test_what_no_distribution_brought_is_left_alone(tmp_path: Path) -> None:
    """The standard library, a notebook's own modules, blocked and half-made ones are nobody's package."""
    own = ModuleType("own")
    own.__file__ = str(tmp_path / "own.py")
    assert list(loaded({"json": sys, "own": own, "click": None, "msgspec": ModuleType("msgspec")}, sys.path, 0)) == []


def test_a_lazy_module_stays_unloaded(tmp_path: Path) -> None:
    """Looking runs nothing: not even what a module does when its first attribute is asked for."""
    (tmp_path / "click.py").write_text("raise SystemExit('imported')")
    spec = importlib.util.spec_from_file_location("click", tmp_path / "click.py")
    assert spec is not None and spec.loader is not None
    spec.loader = importlib.util.LazyLoader(spec.loader)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert [found.elsewhere for found in loaded({"click": module}, sys.path, 0)] == [True]
