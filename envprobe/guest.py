"""The guest's sources: where they lie, and those of its modules that the host uses too."""

from __future__ import annotations

import importlib
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

SHARED = "envprobe_shared"
"""The package that the guest's modules are in this process; in a target they are another, made from memory."""


def folder() -> Path:
    """Return where they lie: inside the wheel, or beside the package in a checkout. Raises ImportError where they are missing."""
    here = Path(__file__).parent
    for candidate in (here / "_probe", here.parent / "probes"):
        if (candidate / "loader.py").is_file():
            return candidate
    raise ImportError(f"{here}: the probe's sources are missing")


def shared(name: str) -> ModuleType:
    """Import a module of the guest's by its file: a folder `probes` of somebody's own is none of ours."""
    if SHARED not in sys.modules:
        place = str(folder())
        spec = spec_from_file_location(SHARED, Path(place) / "__init__.py", submodule_search_locations=[place])
        if spec is None:
            raise ImportError(f"{place}: cannot be imported")
        sys.modules[SHARED] = module_from_spec(spec)
    return importlib.import_module(f"{SHARED}.{name}")
