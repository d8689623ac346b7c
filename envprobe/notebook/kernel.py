"""The environment of a notebook: a fresh Python of its kernel, corrected by what the kernel itself has loaded otherwise."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec

from ..command import environment
from ..command.comparison import compare
from ..command.source import Source
from ..config import Config, load_config
from ..fingerprint import Fingerprint
from ..instruments import rules
from ..policy import Policy, overlay
from ..probing.collect import Options
from ..report import Report
from .loaded import doubt, loaded, started

KERNEL = "local://"
"""The kernel's own interpreter, started anew with the variables that the kernel has now."""
NAME = "a fresh Python of this kernel"
OBSERVERS = ("envprobe-ml", "ipykernel", "ipywidgets", "jupyterlab", "notebook")
TOOLS = ("ipykernel", "ipython", "jupyter*", "nbclient", "nbconvert", "nbformat", "notebook")
"""Of the instruments, and of what they require, what no experiment imports."""


def check(target: str | None, baseline: str | None, options: Options, *, strict: bool = False) -> Report:
    """Compare the kernel, or another target, with a baseline as `envprobe check` does. Raises EnvprobeError."""
    if target not in (None, KERNEL):
        return environment.check(target, baseline, options=options, strict=strict)
    config = project()
    expected, observed = environment.observe(KERNEL, baseline, options=options, config=config)
    return compare(expected, Source(_as_loaded(observed.document), NAME, prompt=observed.prompt), config=config, strict=strict)


def probe(target: str | None, options: Options) -> Fingerprint:
    """Return the fingerprint of the kernel, or of another target. Raises EnvprobeError."""
    found = environment.probe(target or KERNEL, options=options)
    return _as_loaded(found) if target in (None, KERNEL) else found


def project() -> Config:
    """Return what the project asks for, under rules by which a notebook's own tools show in no finding."""
    config = load_config(Path.cwd())
    return msgspec.structs.replace(config, policy=overlay(Policy(rules=rules(OBSERVERS, TOOLS)), config.policy))


def _as_loaded(fingerprint: Fingerprint) -> Fingerprint:
    return doubt(fingerprint, loaded(dict(sys.modules), _path(fingerprint), started()))


def _path(fingerprint: Fingerprint) -> Sequence[str]:
    """Return where the fresh Python looked for modules."""
    context: object = fingerprint.context.get("python")
    return list(context["path"]) if isinstance(context, dict) else []
