"""How a package is added to the environment that envprobe itself runs in: its hints are typed there, not where `pip` points."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
import sysconfig
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

DISTRIBUTION = "envprobe-ml"
UV_RUN = "UV_RUN_RECURSION_DEPTH"
"""`uv run` sets it for what it runs, with the environment's programs on PATH, where the shell behind it does not find them."""


def installing(extra: str) -> str:
    """Return what installs that which an extra of envprobe's brings, as it is typed: `/venv/bin/python -m pip install pypdf`.

    The extra's own requirements are named, not envprobe's with the extra: that would fetch whatever an index has under our name,
    in place of the copy that is here.
    """
    requirements = _requirements(extra)
    if not requirements:
        return f"install envprobe again with its extra {extra}, from where it came"
    command = command_for(requirements, sys.executable, _has_pip(), _has_uv(), is_managed=_is_managed())
    return f"!{command}" if is_in_a_cell() and "pip install" in command else command


def calling() -> str:
    """Return what is typed in a shell to call this envprobe again: its name where a shell finds it, else as it was called."""
    if os.environ.get(UV_RUN):
        return "uv run envprobe"
    found = shutil.which("envprobe")
    if found is not None and Path(found).parent == Path(sys.executable).parent:
        return "envprobe"
    called = Path(sys.argv[0])
    if called.name == "envprobe" and called.is_file():  # `.venv/bin/envprobe`
        return shlex.quote(str(called))
    return f"{shlex.quote(sys.executable)} -m envprobe"


def command_for(requirements: Sequence[str], python: str, has_pip: bool, has_uv: bool, *, is_managed: bool = False) -> str:
    """Return what installs requirements into the environment of an interpreter: a command, or words where it has no installer.

    `is_managed`: the interpreter belongs to the operating system, which wants to be overruled (PEP 668).
    """
    words, python = shlex.join(requirements), shlex.quote(python)
    option = "--break-system-packages " if is_managed else ""
    if has_pip:
        return f"{python} -m pip install {option}{words}"
    if has_uv:
        return f"uv pip install --python {python} {option}{words}"
    return f"install {words} into the environment of {python}, which has neither pip nor uv"


def _has_pip() -> bool:
    return find_spec("pip") is not None


def _has_uv() -> bool:
    return shutil.which("uv") is not None


def _is_managed() -> bool:
    return sys.prefix == sys.base_prefix and Path(sysconfig.get_path("stdlib"), "EXTERNALLY-MANAGED").exists()


def is_in_a_cell() -> bool:
    """Say whether a notebook's cell is what called: it hands a line that begins with `!` to a shell."""
    ipython = sys.modules.get("IPython")
    return ipython is not None and ipython.get_ipython() is not None


def _requirements(extra: str) -> list[str]:
    """Return what an extra requires here, as pip wants it: `h5py>=3.7`; nothing of a copy that nobody installed."""
    from importlib.metadata import PackageNotFoundError, requires  # what these load, few commands need

    from packaging.requirements import Requirement

    try:
        listed = [Requirement(text) for text in requires(DISTRIBUTION) or []]
    except PackageNotFoundError:
        return []
    return [
        f"{item.name}{item.specifier}"
        for item in listed
        if item.marker and item.marker.evaluate({"extra": extra}) and not item.marker.evaluate({"extra": ""})
    ]
