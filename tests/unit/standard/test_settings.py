"""`[tool.envprobe.environment]` is read whole, or refused with all that is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from envprobe.config import load_config
from envprobe.error import DocumentError
from envprobe.standard.settings import EnvironmentSettings, read_environment, size


def test_nothing_set_is_the_standard() -> None:
    """A project without a line of settings gets TensorFlow 2.9.0 with Jupyter."""
    assert read_environment({}, "x") == EnvironmentSettings()


def test_a_project_says_what_it_wants(tmp_path: Path) -> None:
    """The table stands in the project's file beside the others."""
    (tmp_path / "pyproject.toml").write_text('[tool.envprobe.environment]\nimage = "team/train:1.4.0"\nports = ["6006:6006"]\n')
    found = load_config(tmp_path).environment
    assert found is not None and (found.image, found.ports) == ("team/train:1.4.0", ["6006:6006"])


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"user": "ann"}, "user: 'ann': write numbers"),
        ({"user": "0:0"}, "user: 0 is root"),
        ({"port": 70000}, "port: 70000"),
        ({"memory": "lots"}, "memory: 'lots'"),
        ({"cpus": -1.0}, "cpus: -1"),
        ({"ports": ["8888"]}, "ports[0]: '8888': write HERE:THERE"),
        ({"ports": ["1:99999"]}, "ports[0]"),
        ({"mounts": [{"source": "data", "target": "data"}]}, "mounts[0].target: 'data'"),
        ({"mounts": [{"source": "/var/run/docker.sock", "target": "/s"}]}, "root of this machine"),
        ({"env": {"A B": "1"}}, "env: 'A B' is not a name"),
        ({"env": {"A": "1\n2"}}, "env: A has a character"),
        ({"env": {"HOME": "/root"}}, "env: HOME is set by"),
        ({"env": {"HF_TOKEN": "hf_abcdefghijklmnop0123456789"}}, "env: HF_TOKEN looks like a secret"),
        ({"packages": ["pandas"]}, "packages[0]: 'pandas' is not pinned"),
        ({"packages": ["--index-url=x==1"]}, "packages[0]"),
        ({"system_packages": ["git; rm -rf /"]}, "system_packages[0]"),
        ({"name": "../x"}, "name: '../x'"),
        ({"imag": "x"}, "imag"),
    ],
)
def test_what_makes_no_sense_is_refused(settings: dict[str, object], words: str) -> None:
    """Each fault says where it is, and what to write instead."""
    with pytest.raises(DocumentError) as refused:
        read_environment(settings, "envprobe.toml")
    assert words in refused.value.message


def test_all_faults_are_named_at_once() -> None:
    """Whoever fixes a file sees all of it."""
    with pytest.raises(DocumentError) as refused:
        read_environment({"user": "ann", "port": -1, "packages": ["a", "b==1", "c"]}, "envprobe.toml")
    assert len(refused.value.message.splitlines()) == 4


@pytest.mark.parametrize(
    ("text", "number"), [("8g", 8 << 30), ("512m", 512 << 20), ("1.5G", 3 << 29), ("64", 64), ("8gib", 8 << 30)]
)
def test_sizes_are_those_of_docker(text: str, number: int) -> None:
    """Units are powers of 1,024, as for `docker run --memory`."""
    assert size(text) == number
