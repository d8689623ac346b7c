"""Variables that libraries read: each is recorded, or somebody has said why it changes no result."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from envprobe.toml import read_toml
from probes.variables import HASHED, RECORDED
from tests.capture_variables import names_in

DATA = Path(__file__).parents[1] / "data"
CAPTURED = {library: names.split() for library, names in json.loads((DATA / "variables.json").read_text("utf-8")).items()}
UNWATCHED = {
    name
    for part in read_toml((DATA / "unwatched.toml").read_bytes(), "unwatched.toml").values()
    for name in part["names"].split()
}


@pytest.mark.parametrize("library", sorted(CAPTURED))
def test_every_variable_that_a_library_reads_is_known(library: str) -> None:
    """`nox -s variables` looks into newer libraries; a name that is new here is the next switch that nobody watches."""
    assert set(CAPTURED[library]) - set(RECORDED) - set(HASHED) - UNWATCHED == set()


def test_what_is_watched_is_not_listed_as_unwatched() -> None:
    """A name has one decision."""
    assert UNWATCHED & (set(RECORDED) | set(HASHED)) == set()


def test_the_switches_of_libraries_are_found(tmp_path: Path) -> None:
    """In a binary a name is a whole string; in Python it is what is asked of the environment, or made of a setting's name."""
    (tmp_path / "lib.so.5").write_bytes(b"\x7fELF\0KMP_NEW_SWITCH\0see OMP_NOT_ONE here\0KMP_OTHER\0")
    (tmp_path / "a.py").write_text(
        "os.environ.get('TF_ONE')\nos.getenv(\"MKL_TWO\")\nX = 'TF_CONSTANT'\nflag(name='jax_three')\n"
    )
    assert names_in(tmp_path) == {"KMP_NEW_SWITCH", "KMP_OTHER", "TF_ONE", "MKL_TWO", "JAX_THREE"}


@pytest.mark.parametrize(
    "name",
    [
        *("KMP_LIBRARY", "KMP_DEVICE_THREAD_LIMIT", "OMP_TEAMS_THREAD_LIMIT", "MKL_VML_MODE", "PYTORCH_TUNABLEOP_ENABLED"),
        *("PYTORCH_ALLOC_CONF", "JAX_NUMPY_DTYPE_PROMOTION", "KERAS_MAX_EPOCHS"),
    ],
)
def test_switches_by_their_new_names_are_recorded(name: str) -> None:
    """A watched switch that got another name is watched by that one too."""
    assert name in RECORDED
