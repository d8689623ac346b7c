"""What 10,000 distributions cost: beside `pip freeze`, which looks at nothing but their metadata."""

from __future__ import annotations

import base64
import hashlib
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from .cost import in_turn, of_program
from .host import ENVPROBE
from .row import Row, ratio

COUNTS = (1_000, 10_000)


def rows(runs: int) -> Iterator[Row]:
    """Yield the inventory of an environment beside pip's, for ten times as many distributions too: no curve may bend upwards."""
    for count in COUNTS:
        with TemporaryDirectory() as folder:
            python = _environment(Path(folder), count)
            probe: list[str | Path] = [ENVPROBE, "probe", f"local://{python}", "--no-integrity", "--no-benchmark"]
            ours, pips = in_turn(
                runs,
                partial(of_program, probe),
                partial(of_program, [python, "-m", "pip", "freeze", "--disable-pip-version-check"]),
            )
        cpu = [cost.cpu_s for cost in ours], [cost.cpu_s for cost in pips]
        yield ratio(f"inventory of {count:,} distributions, whole, CPU", cpu[0], "`pip freeze`, CPU", cpu[1], at_most=0.25)


def _environment(folder: Path, count: int) -> Path:
    """Make a virtual environment of so many distributions of one module each, and return its Python."""
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    (site,) = folder.glob("lib/python3*/site-packages")
    for number in range(count):
        _install(site, f"bench_{number:05}", f"1.{number % 7}")
    return folder / "bin" / "python"


def _install(site: Path, name: str, version: str) -> None:
    source = f"__version__ = '{version}'\n".encode("ascii")
    digest = base64.urlsafe_b64encode(hashlib.sha256(source).digest()).rstrip(b"=").decode("ascii")
    metadata = site / f"{name}-{version}.dist-info"
    for place in (site / name, metadata):
        place.mkdir()
    (site / name / "__init__.py").write_bytes(source)
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name.replace('_', '-')}\nVersion: {version}\n")
    (metadata / "INSTALLER").write_text("pip\n")
    (metadata / "RECORD").write_text(f"{name}/__init__.py,sha256={digest},{len(source)}\n{metadata.name}/RECORD,,\n")
