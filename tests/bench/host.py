"""The programs of this machine that are measured: envprobe and pip as they are installed here, and TensorFlow in a venv."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

from tests.support.engine import SCRIPTS, cache_folder

ENVPROBE = Path(sys.executable).with_name("envprobe")
PIP = Path(sys.executable).with_name("pip")
REQUIREMENTS = SCRIPTS / "requirements.txt"
LOCKED_PYTHON = "python3.9"
"""The stand-in's wheels are for this one."""


def tensorflow_python() -> Path | None:
    """Return the Python of a virtual environment with the stand-in's packages, made once; None where there is no python3.9."""
    pyenv = sorted(Path.home().glob(f".pyenv/versions/*/bin/{LOCKED_PYTHON}"))  # before its shim on PATH, which may run none
    base = str(pyenv[-1]) if pyenv else shutil.which(LOCKED_PYTHON)
    if base is None:
        return None
    folder = cache_folder() / f"venv-{hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()[:16]}"
    python = folder / "bin" / "python"
    if not (folder / "whole").exists():
        shutil.rmtree(folder, ignore_errors=True)
        subprocess.run([base, "-m", "venv", folder], check=True)
        install = ("-m", "pip", "install", "--quiet", "--no-deps", "--require-hashes", "--disable-pip-version-check")
        subprocess.run([python, *install, "--requirement", REQUIREMENTS], check=True, stdout=sys.stderr)
        (folder / "whole").touch()
    return python
