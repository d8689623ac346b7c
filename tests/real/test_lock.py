"""`fix --emit lock` and `--hashes`: what they print is typed, with pip and with uv, against the index."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.real.desk import QUICK, Desk
from tests.support.engine import tool_folder

pytestmark = [pytest.mark.real, pytest.mark.timeout(600)]


def test_a_lock_and_hashed_requirements_are_installed_as_they_are(tmp_path: Path) -> None:
    """pip installs the requirements with --require-hashes, uv the lock; a version that its project withdrew is
    named; without an index nothing is written."""
    desk = Desk(tmp_path)
    desk.environ["PATH"] = f"{tool_folder('uv') / 'bin'}{os.pathsep}{desk.environ['PATH']}"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / "venv"], check=True)
    desk.type("uv pip install -q --python venv/bin/python six==1.16.0 requests==2.32.0 --no-deps")
    desk.record("local://./venv")
    fix = ("fix", "local://./venv", "--baseline", "base", *QUICK)
    done = desk.call(*fix, "--emit", "requirements", "--hashes", "--output", "hashed.txt")
    assert "yanked: requests==2.32.0" in done.stderr
    desk.call(*fix, "--emit", "lock", "--output", "pylock.toml")
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "new"], check=True)
    desk.type(
        "new/bin/python -m pip install -q --require-hashes --no-deps -r hashed.txt",
        "uv venv -q --python venv/bin/python other",
        "uv pip install -q --python other/bin/python --preview -r pylock.toml",
    )
    for made in ("new", "other"):
        found = {path.name for path in (tmp_path / made).glob("lib/python*/site-packages/*.dist-info")}
        assert {"six-1.16.0.dist-info", "requests-2.32.0.dist-info"} <= found
    lonely = Desk(tmp_path, PIP_INDEX_URL="http://127.0.0.1:9/simple")
    done = lonely.call(*fix, "--emit", "lock", "--output", "none.toml", status=2)
    assert "the index could not be asked" in done.stderr and not (tmp_path / "none.toml").exists()
