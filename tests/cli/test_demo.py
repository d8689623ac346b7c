"""`envprobe demo` as a newcomer runs it: real probes of a copy, and nothing left behind."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import venv
from base64 import urlsafe_b64encode
from typing import NamedTuple

import pytest


class Shown(NamedTuple):
    """A demo that ran, and how many files lay in its folders afterwards."""

    status: int
    stdout: str
    stderr: str
    left: int


def _digest(text: str) -> str:
    return "sha256=" + urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Shown:
    """Run the demo of a small environment, with folders of its own for temporary files and for work."""
    folder = tmp_path_factory.mktemp("demo")
    environment, temporary, work = folder / "env", folder / "tmp dir", folder / "work"
    for made in (temporary, work):
        made.mkdir()
    venv.create(environment)
    (site,) = environment.glob("lib/python*/site-packages")
    files = {
        "six/__init__.py": "x = 1\n",
        "six-1.16.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: six\nVersion: 1.16.0\n",
        "six-1.16.0.dist-info/INSTALLER": "pip\n",
    }
    rows = [f"{name},{_digest(text)},{len(text)}" for name, text in files.items()]
    files["six-1.16.0.dist-info/RECORD"] = "\n".join([*rows, "six-1.16.0.dist-info/RECORD,,\n"])
    for name, text in files.items():
        (site / name).parent.mkdir(exist_ok=True)
        (site / name).write_text(text)
    before = sorted(map(str, environment.rglob("*")))
    command = [sys.executable, "-m", "envprobe", "demo", f"local://{environment}", "--color", "never"]
    variables = {**os.environ, "TMPDIR": str(temporary), "COLUMNS": "80"}
    done = subprocess.run(command, cwd=work, env=variables, capture_output=True, text=True, check=False)
    assert sorted(map(str, environment.rglob("*"))) == before, "the original is only read"
    return Shown(done.returncode, done.stdout, done.stderr, len([*temporary.iterdir(), *work.iterdir()]))


def test_every_drift_is_named(shown: Shown) -> None:
    """The unchanged copy reproduces, and each report names what was planted; exit status 0 says that it did."""
    assert (shown.status, shown.stderr) == (0, "")
    for said in ("REPRODUCES", "packages.six.version", "environment.PYTHONHASHSEED", "integrity.six", "six/__init__.py"):
        assert said in shown.stdout


def test_the_demo_leaves_nothing_behind(shown: Shown) -> None:
    """Neither in the temporary folder nor where it was called."""
    assert shown.left == 0


def test_the_demo_ends_with_what_to_type_next(shown: Shown) -> None:
    """A newcomer's next two commands stand last, as they are typed for this target."""
    last = shown.stdout.splitlines()[-3:]
    assert [line.split(" envprobe ")[1].split()[0] for line in last] == ["record", "check", "--help"]
    assert "--name" in last[0] and "--baseline" in last[1]
