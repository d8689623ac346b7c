"""The baselines that come with envprobe."""

from __future__ import annotations

from pathlib import Path

import pytest

from envprobe.baseline import to_json
from envprobe.requirement import declare
from envprobe.store import load, shipped

ROOT = Path(__file__).parents[2]
REFERENCES = ("tensorflow-2.9.0", "tensorflow-2.9.0-gpu")


@pytest.mark.parametrize("path", sorted(shipped().glob("*.json")), ids=lambda path: path.name)
def test_each_is_written_as_envprobe_writes_it(path: Path) -> None:
    """A shipped file reads without a fault, carries its own name and is spelled canonically."""
    baseline = load(str(path), ROOT)
    assert baseline.name == path.stem
    assert to_json(baseline) == path.read_bytes()


def test_the_hosts_baseline_is_what_pyproject_asks_for() -> None:
    """`envprobe check` in a clone compares with the true needs of envprobe."""
    needs, shipped = declare(ROOT / "pyproject.toml"), load("envprobe-host", ROOT)
    assert (shipped.declared, shipped.complete, shipped.policy) == (needs.declared, needs.complete, needs.policy)


@pytest.mark.parametrize("name", REFERENCES)
def test_every_fact_of_a_reference_image_names_its_source(name: str) -> None:
    """Nothing is declared that a reader cannot look up."""
    assert [path for path, item in load(name, ROOT).declared.items() if not item.source] == []
