"""A Debian image with apt and Python, for what adds packages of the distribution."""

from __future__ import annotations

import os
import shutil
import subprocess
import unittest

from tests.support.engine import missing, require_engine

TAG = "envprobe-test/debian:11.11"
SUITE = "bullseye"
VARIABLES = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "LD_LIBRARY_PATH": "/opt/lib:/usr/local/lib",
    "TEAM_API_TOKEN": "not-for-every-session-4711",
}
"""What the image sets: what a session needs, and what none is to show."""


def require_standard() -> None:
    """Return where long downloads are wanted: in `nox -s standard`; else skip."""
    if not os.environ.get("ENVPROBE_STANDARD"):
        raise unittest.SkipTest("long downloads: `nox -s standard` runs it")
    require_engine()


def debian_image() -> str:
    """Return the tag of the image, made first where the engine has none (20 s)."""
    require_standard()
    if not shutil.which("mmdebstrap"):
        missing("no mmdebstrap here; `.ci/engine` installs it")
    if subprocess.run(["docker", "image", "inspect", TAG], capture_output=True).returncode:
        changes = [word for name, value in VARIABLES.items() for word in ("--change", f"ENV {name}={value}")]
        making = ["mmdebstrap", "--quiet", "--mode=root", "--variant=apt", "--include=python3", SUITE, "-"]
        with subprocess.Popen(making, stdout=subprocess.PIPE) as made:
            subprocess.run(["docker", "import", *changes, "-", TAG], stdin=made.stdout, check=True, capture_output=True)
        assert made.returncode == 0, "mmdebstrap failed"
    return TAG
