"""What `up` makes and takes away again, as far as no engine is needed; tests/real/test_standard.py has the rest."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from docker.errors import APIError

from envprobe.standard import lifecycle
from tests.support.standard import plan


class RefusingEngine:
    """An engine that has a container of that name by now."""

    def __init__(self) -> None:
        self.removed: list[str] = []

    def create_container_from_config(self, config: object, name: str) -> None:
        raise APIError(f"Conflict. The container name {name} is already in use")

    def remove_container(self, name: str, **options: object) -> None:
        self.removed.append(name)


def test_a_container_that_somebody_else_made_meanwhile_stays(tmp_path: Path) -> None:
    """What the engine refused to make is not taken away: it would be another's of that name."""
    engine: Any = RefusingEngine()
    with pytest.raises(APIError):
        lifecycle.create(engine, plan(), {}, lambda message: None)
    assert engine.removed == []
