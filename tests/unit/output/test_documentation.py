"""The table of types in docs/outputs.md."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import tomli

from envprobe.output import COMPARATORS

ROOT = Path(__file__).resolve().parents[3]
TABLE = (ROOT / "docs" / "outputs.md").read_text().partition("## Types")[2].partition("\n## ")[0]
ROWS = {
    cells[0].strip("` "): cells
    for line in TABLE.splitlines()
    if len(cells := line.strip("|").split("|")) == 5 and cells[0].strip().startswith("`")
}


@pytest.mark.parametrize("comparator", COMPARATORS, ids=lambda comparator: comparator.type)
def test_the_table_names_every_type_with_its_files(comparator) -> None:
    """Each row of the code has one of the page, with the same suffixes and names, and an extra that exists."""
    files, extra = ROWS[comparator.type][1], ROWS[comparator.type][4]
    assert set(comparator.suffixes) <= set(re.findall(r"`([^`]+)`", files))
    assert all(name in files for name in comparator.names)
    extras = tomli.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    assert set(re.findall(r"`([^`]+)`", extra)) <= set(extras)


def test_the_table_names_nothing_else() -> None:
    """No type that the code does not have."""
    assert set(ROWS) == {"folder", *(comparator.type for comparator in COMPARATORS)}
