"""The table of types."""

from __future__ import annotations

import pytest

from envprobe.output import COMPARATORS
from envprobe.output.comparator import reader_of


@pytest.mark.parametrize("comparator", COMPARATORS, ids=lambda comparator: comparator.type)
def test_every_type_has_its_reader(comparator) -> None:
    """It loads without its libraries' help: a fault of ours in there would be taken for one of the file."""
    reader = reader_of(comparator.module)
    assert callable(reader.compare) and callable(reader.summarize)
    assert comparator.reader.startswith(f"{comparator.type}/")
