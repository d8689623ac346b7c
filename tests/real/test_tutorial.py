"""The tutorial is what a newcomer types: its commands are run here in its order, and print what it shows."""

from __future__ import annotations

import secrets
from pathlib import Path

import pytest

from tests.real.guest import docker
from tests.support import engine, walkthrough

pytestmark = [pytest.mark.real, pytest.mark.timeout(900)]  # on a busy machine each command waits for a processor

PAGE = Path(__file__).parents[2] / "docs" / "tutorial.md"


def test_the_part_without_docker(tmp_path: Path) -> None:
    """Every command of the first part works for a newcomer with PyPI at hand, and prints what the page shows."""
    try:
        wheels = [engine.wheel_folder(f"snowballstemmer=={version}") for version in ("2.2.0", "3.0.1")]
    except engine.EngineMissing as error:
        engine.missing(str(error))
    pip = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": " ".join(map(str, wheels)), "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    walkthrough.follow(PAGE, "Part one: without Docker", tmp_path, pip, {"/home/ana/stems": str(tmp_path)})


def test_the_part_with_docker(tmp_path: Path) -> None:
    """Every command of the second part works where a Docker engine and the stand-in image are, and prints what the page shows."""
    assert engine.standin_image() == "envprobe-standin/tensorflow:2.9.0"
    trainer = f"trainer-{secrets.token_hex(4)}"
    try:
        walkthrough.follow(PAGE, "Part two: with Docker", tmp_path, {}, {"/home/ana/stems": str(tmp_path), "trainer": trainer})
    finally:
        docker("rm", "-f", "-v", trainer, check=False)
