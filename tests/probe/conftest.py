"""Fixtures of the collectors' tests."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.support.engine import missing


@pytest.fixture(scope="session")
def git_is_here() -> None:
    """The git that makes the repositories: without it nothing of them is tested."""
    if shutil.which("git") is None:
        missing("no git to make repositories with")


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """An empty site-packages folder."""
    folder = tmp_path / "prefix" / "lib" / "python3" / "site-packages"
    folder.mkdir(parents=True)
    return folder


@pytest.fixture
def front(tmp_path: Path) -> Path:
    """An empty folder that PYTHONPATH puts in front."""
    folder = tmp_path / "front"
    folder.mkdir()
    return folder
