"""Files that people pass by mistake, or under another name."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from envprobe.error import DocumentError
from envprobe.fingerprint import to_json
from envprobe.requirement import declare
from tests.support.pylock import readable
from tests.support.sample import fingerprint

SAMPLES = Path(__file__).parents[2] / "data" / "requirements"


def zipped() -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr(zipfile.ZipInfo("six.py"), "x = 1\n" * 100)
    return data.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "what", "instead"),
    [
        ("setup.py", "from setuptools import setup\nsetup()\n", "a setup.py", "uv pip compile setup.py"),
        ("setup.cfg", "[metadata]\nname = x\n", "a setup.cfg", "uv pip compile"),
        ("Pipfile", "[packages]\nsix = '*'\n", "a Pipfile", "pipenv lock"),
        ("Gemfile", "source 'https://rubygems.org'\ngem 'rails'\n", "Ruby's Bundler", "pip freeze"),
        ("package.json", '{"name": "x", "dependencies": {"react": "1"}}', "JavaScript", "pip freeze"),
        ("requirements.txt", '{"name": "x", "dependencies": {"react": "1"}}', "JavaScript", "pip freeze"),
        ("Cargo.toml", "[package]\nname = 'x'\n", "Rust's Cargo", "pip freeze"),
        ("go.mod", "module x\n", "another language", "pip freeze"),
        ("Dockerfile", "FROM python:3.11\nRUN pip install six\n", "a Dockerfile", "envprobe record image://"),
        ("env.txt", "FROM python:3.11\nRUN pip install six\n", "a Dockerfile", "envprobe record image://"),
        ("conda-lock.yml", "version: 1\nmetadata:\n  content_hash: {}\n", "conda-lock", "conda-lock render"),
        ("pixi.lock", "version: 6\nenvironments:\n", "pixi", "pixi workspace export"),
        ("pixi.toml", "[project]\nname = 'x'\n", "pixi", "pixi workspace export"),
        ("six-1.16.0-py2.py3-none-any.whl", zipped(), "a wheel", "six-1.16.0-py2.py3-none-any.whl"),
        ("model.bin", zipped(), "an archive (zip)", "pip freeze"),
        ("x-1.0.tar.gz", b"\x1f\x8b" + b"\0" * 99, "an archive", "name it in a requirements file"),
        ("numpy-1.22.3-py39.conda", zipped(), "a conda package", "conda env export"),
        ("weights.h5", b"\x89HDF\r\n\x1a\n" + b"\0" * 99, "no text", "pip freeze"),
        ("colleague.json", to_json(fingerprint({})), "an envprobe fingerprint", "envprobe check --baseline "),
        ("pins.json", '{"schema": "envprobe.baseline/1", "name": "x"}', "a baseline already", "envprobe check --baseline"),
        ("run.json", '{\n "schema": "envprobe.run/1"\n}', "a recorded run", "envprobe check --baseline "),
        ("x.ipynb", '{"cells": [], "nbformat": 4}', "a notebook", "!pip freeze"),
        ("sbom.json", '{"bomFormat": "CycloneDX", "components": []}', "bill of materials", "pip freeze"),
        ("list.json", '[{"a": 1}]', "JSON that is no listing", "pip list --format=json"),
        ("train.py", "import numpy\nprint(numpy)\n", "a Python program", "pip freeze"),
        ("requirements.txt", "import numpy\nprint(numpy)\n", "a Python program", "pip freeze"),
        ("install.sh", "pip install numpy\n", "a script of a shell", "pip freeze"),
        ("requirements.txt", "#!/bin/bash\npip install numpy\n", "a script of a shell", "pip freeze"),
        ("requirements.txt", "<!DOCTYPE html>\n<html></html>\n", "a web page", "raw view"),
        ("requirements.txt", "version https://git-lfs.github.com/spec/v1\noid sha256:aa\n", "Git LFS", "git lfs pull"),
        ("requirements.txt", "a==1\n<<<<<<< HEAD\nb==1\n=======\nb==2\n>>>>>>> x\n", "a merge conflict", "git status"),
        (
            "settings.yml",
            "version: 1\nformatters:\n  - a\n",
            "YAML that does not describe a conda environment",
            "conda env export",
        ),
        ("requirements.txt", "[section]\nkey = value\n", "settings, TOML or INI", "pyproject.toml"),
        ("envprobe.toml", "baseline = 'x'\n", "envprobe's own settings", "requirements file"),
        ("docker-compose.yml", "services:\n  a:\n    image: x\n", "a Compose file", "docker compose -f "),
        (
            "pyproject.toml",
            "[tool.poetry]\nname = 'x'\n[tool.poetry.dependencies]\nsix = '*'\n",
            "a project of Poetry before 2.0",
            "poetry lock",
        ),
        ("requirements.txt", "click  8.1.8  Composable command line toolkit\n", "poetry show", "poetry.lock"),
        ("requirements.txt", "├── click v8.1.8\n", "a tree of packages", "pip freeze"),
    ],
)
def test_a_file_that_declares_nothing_is_named_for_what_it_is(
    tmp_path: Path, name: str, content: str | bytes, what: str, instead: str
) -> None:
    """One line says what it is, and the next what to pass or type instead."""
    (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(DocumentError) as caught:
        declare(tmp_path / name)
    assert len(caught.value.message.splitlines()) == 1
    assert caught.value.message.startswith(f"{name}: ") and what in caught.value.message
    assert instead in f"{caught.value.message} {caught.value.hint}"


OTHER_NAMES = [
    ("uv/uv.lock", "train.lock"),
    ("uv/uv.lock", "train.toml"),
    ("uv/pylock.toml", "lock.txt"),
    ("uv/pylock.toml", "pylock.train.toml"),
    ("poetry/poetry.lock", "lock.toml"),
    ("pdm/pdm.lock", "lock.txt"),
    ("pipenv/Pipfile.lock", "lock.json"),
    ("conda/environment.yml", "env.yaml"),
    ("conda/explicit.txt", "conda-linux-64.lock"),
    ("conda/export.txt", "requirements.txt"),
    ("conda/list.txt", "requirements.txt"),
    ("pip/list.txt", "requirements.txt"),
    ("pip/inspect.json", "environment.json"),
]


@pytest.mark.parametrize(("sample", "name"), [row for row in OTHER_NAMES if readable(row[0])])
def test_a_file_is_known_by_its_content(tmp_path: Path, sample: str, name: str) -> None:
    """Under another name the same is declared."""
    (tmp_path / name).write_bytes((SAMPLES / sample).read_bytes())
    plain = declare(SAMPLES / sample)
    found = declare(tmp_path / name)
    assert {path: item.describe() for path, item in found.declared.items()} == {
        path: item.describe() for path, item in plain.declared.items()
    }


def test_a_folder_says_what_to_pass_of_it() -> None:
    """The most exact file that lies in it."""
    with pytest.raises(DocumentError, match="a folder, not a requirements file") as caught:
        declare(SAMPLES / "uv")
    assert caught.value.hint == "pass a file in it, such as pylock.toml"


MISSING_PARTS: list[tuple[str, list[str], list[str], str]] = [
    ("uv/uv.lock", ["plott"], [], "no extra called 'plott'; did you mean plot?"),
    ("uv/uv.lock", [], ["train"], "no group called 'train'; there are dev, test"),
    ("uv/pyproject.toml", [], ["tests"], "no group called 'tests'; did you mean test?"),
    ("uv/pylock.toml", [], ["train"], "no group called 'train'"),
    ("poetry/poetry.lock", ["train"], [], "no extra called 'train'; there are plot"),
    ("poetry/poetry.lock", [], ["tests"], "no group called 'tests'; did you mean test?"),
    ("pdm/pdm.lock", [], ["train"], "no group called 'train'"),
    ("pipenv/Pipfile.lock", [], ["train"], "no group called 'train'"),
    ("pip/freeze.txt", [], ["train"], "a requirements file has no groups"),
    ("pip/list.txt", ["x"], [], "pip list has no extras"),
]


@pytest.mark.parametrize(("sample", "extras", "groups", "fault"), [row for row in MISSING_PARTS if readable(row[0])])
def test_a_part_that_is_not_there_is_a_sentence(sample: str, extras: list[str], groups: list[str], fault: str) -> None:
    """The nearest name is suggested, or those that there are."""
    with pytest.raises(DocumentError) as caught:
        declare(SAMPLES / sample, extras=extras, groups=groups)
    assert fault in caught.value.message


def test_a_script_says_what_it_needs(tmp_path: Path) -> None:
    """Inline metadata (PEP 723)."""
    (tmp_path / "train.py").write_text(
        '# /// script\n# requires-python = ">=3.9"\n# dependencies = [\n#   "six==1.16.0",\n# ]\n# ///\nimport six\n'
    )
    found = declare(tmp_path / "train.py").declared
    assert found["packages.six.version"].specifier == "==1.16.0"
    assert found["python.version"].specifier == ">=3.9"


def test_setuptools_own_files_are_followed(tmp_path: Path) -> None:
    """Dependencies that a pyproject.toml takes from a requirements file are there to be read."""
    (tmp_path / "needs.txt").write_text("six==1.16.0\n")
    (tmp_path / "pyproject.toml").write_text(
        "[project]\nname = 'x'\ndynamic = ['dependencies']\n[tool.setuptools.dynamic]\ndependencies = {file = ['needs.txt']}\n"
    )
    assert declare(tmp_path / "pyproject.toml").declared["packages.six.version"].specifier == "==1.16.0"
