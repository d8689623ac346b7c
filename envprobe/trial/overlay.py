"""A folder that is put in front of what a Python imports: wheels of released versions, empty modules, a keras.json."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from ..causes.intervention import Intervention, said
from ..error import TargetError
from ..fingerprint import Fingerprint

TIMEOUT_S = 300
GLIBC = (5, 12, 17, 24, 27, 28, 31, 34, 35)
"""Minor versions of glibc 2 that wheels are built for (PEP 600)."""
OLDEST = ("manylinux1", "manylinux2010", "manylinux2014")
KERAS = "keras"
"""The folder that KERAS_HOME names."""


def cache_folder() -> Path:
    """Return where trials keep what they fetched and found."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "envprobe" / "trials"


def make_overlay(intervention: Intervention, folder: Path, observed: Fingerprint) -> bool:
    """Fill a folder with what an intervention puts in front; say whether there is anything. Raises TargetError."""
    for wheel in intervention.wheels:
        shutil.copytree(_unpacked(wheel, observed), folder, dirs_exist_ok=True, symlinks=True)
    for name, text in intervention.modules.items():
        (folder / name).write_text(text, "utf-8")
    if intervention.keras_json:
        (folder / KERAS).mkdir(parents=True, exist_ok=True)
        settings = {name: float(value) if name == "epsilon" else value for name, value in intervention.keras_json.items()}
        (folder / KERAS / "keras.json").write_text(json.dumps(settings), "utf-8")
    return bool(intervention.wheels or intervention.modules or intervention.keras_json)


def variables(intervention: Intervention, folder: str, python_path: str) -> dict[str, str | None]:
    """Return the variables of an intervention, with those that put its folder in front."""
    found: dict[str, str | None] = dict(intervention.variables)
    if intervention.wheels or intervention.modules:
        before = found.get("PYTHONPATH", python_path) or ""
        found["PYTHONPATH"] = os.pathsep.join(filter(None, [folder, before]))
    if intervention.keras_json:
        found["KERAS_HOME"] = f"{folder}/{KERAS}"
    return found


def _unpacked(wheel: str, observed: Fingerprint) -> Path:
    """Return a folder that holds one requirement as pip unpacks it for the observed Python, fetched once. Raises TargetError."""
    version, architecture = (said(observed, path) for path in ("python.version", "system.architecture"))
    minor = ".".join(version.split(".")[:2])
    key = hashlib.sha256(f"{wheel} {minor} {architecture}".encode()).hexdigest()[:24]
    place = cache_folder() / f"wheel-{key}"
    if not place.is_dir():
        place.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=place.parent) as partial:
            _fetch(wheel, minor, architecture, Path(partial) / "unpacked")
            (Path(partial) / "unpacked").rename(place)
    return place


def _fetch(wheel: str, minor: str, architecture: str, folder: Path) -> None:
    words = [word for platform in platforms(architecture) for word in ("--platform", platform)]
    done = pip(
        [
            "install",
            "-q",
            "--no-deps",
            "--ignore-requires-python",
            "--only-binary=:all:",
            "--no-compile",
            "--python-version",
            minor,
            *words,
            "--target",
            str(folder),
            wheel,
        ]
    )
    if done.returncode or not folder.is_dir():
        last = (done.stderr.strip().splitlines() or ["no reason"])[-1]
        raise TargetError(f"{wheel}: cannot be fetched for Python {minor}: {last[:300]}")


def platforms(architecture: str) -> list[str]:
    """Return the platforms of wheels that run on a Linux of today on that processor, the oldest first."""
    return [f"{name}_{architecture}" for name in OLDEST] + [f"manylinux_2_{glibc}_{architecture}" for glibc in GLIBC]


def pip(arguments: Sequence[str]) -> subprocess.CompletedProcess[str]:
    """Run the pip of this Python, or where it has none that which uv brings. Raises TargetError where it does not end."""
    uv = shutil.which("uv")
    own = [sys.executable, "-I", "-m", "pip"] if find_spec("pip") or not uv else [uv, "tool", "run", "-q", "pip"]
    command = [*own, "--disable-pip-version-check", *arguments]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=TIMEOUT_S, stdin=subprocess.DEVNULL)
    except subprocess.TimeoutExpired:
        raise TargetError(f"{arguments[-1]}: was not there after {TIMEOUT_S} s") from None
