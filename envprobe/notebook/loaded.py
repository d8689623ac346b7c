"""What this kernel has imported, against what a fresh Python would import: a `pip install` does not reach what runs already."""

from __future__ import annotations

import importlib
import math
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib.machinery import PathFinder
from importlib.metadata import Distribution, distributions
from pathlib import Path
from types import ModuleType

import msgspec
from packaging.utils import canonicalize_name

from ..fact import Known
from ..fingerprint import Fingerprint
from ..pep440 import parse_version
from ..spelling import line


class Loaded(msgspec.Struct, frozen=True, kw_only=True):
    """One module that this kernel has imported, and what became of its file since."""

    package: str
    """The distribution that brought it, by its PEP 503 name."""
    version: str
    """What the module says; empty where it says nothing."""
    replaced: bool
    """Whether its file is younger than the kernel."""
    elsewhere: bool
    """Whether a fresh Python would take another file."""


def doubt(fingerprint: Fingerprint, loaded: Iterable[Loaded]) -> Fingerprint:
    """Return the fingerprint in which packages are unknown that this kernel runs otherwise than they are installed.

    A version that a module states is believed only where its file was replaced: some modules always state another than their
    metadata.
    """
    packages = fingerprint.sections.get("packages")
    reasons = {module.package: reason for module in loaded if (reason := _reason(module, fingerprint))}
    if packages is None or not reasons:
        return fingerprint
    unknown = {key: reasons[name] for key in packages.known if (name := key.partition(".")[0]) in reasons}
    known = {key: value for key, value in packages.known.items() if key not in unknown}
    doubted = msgspec.structs.replace(packages, known=known, unknown={**packages.unknown, **unknown})
    return msgspec.structs.replace(fingerprint, sections={**fingerprint.sections, "packages": doubted})


def _reason(module: Loaded, fingerprint: Fingerprint) -> str:
    """Return why nobody can tell which code of a package counts, or an empty string."""
    fact = fingerprint.get(f"packages.{module.package}.version")
    if not isinstance(fact, Known):
        return ""
    installed, running = str(fact.value), f"this kernel runs {module.package} {line(module.version, 60)}".rstrip()
    if module.elsewhere:
        return f"{running} from another place than a fresh Python, which takes {installed}: see sys.path, restart the kernel"
    if module.replaced and module.version and not _same(module.version, installed):
        return f"{running}, and {installed} was installed since: restart the kernel"
    return ""


def _same(one: str, other: str) -> bool:
    try:
        return one == other or parse_version(one) == parse_version(other)
    except ValueError:
        return False


def loaded(modules: Mapping[str, ModuleType | None], path: Sequence[str], since: float) -> Iterator[Loaded]:
    """Yield the top-level modules of distributions among `modules`, such as sys.modules. Nothing of theirs is run.

    `path` is where a fresh Python looks; `since` is when this process started, in seconds since the epoch.
    """
    importlib.invalidate_caches()
    brought_by = _brought_by()
    for name, module in sorted(modules.items()):
        names = {canonicalize_name(package) for package in brought_by.get(name, [])}
        if len(names) != 1 or module is None or name in sys.stdlib_module_names:  # of several that share a name none is the one
            continue
        attributes = object.__getattribute__(module, "__dict__")  # a lazy module would be loaded by vars()
        file, version = attributes.get("__file__"), attributes.get("__version__")
        if isinstance(file, str):
            yield Loaded(
                package=names.pop(),
                version=version if isinstance(version, str) else "",
                replaced=_changed(file) > since,
                elsewhere=_is_elsewhere(name, file, path),
            )


def _brought_by() -> dict[str, list[str]]:
    """Return each top-level module with the names of the distributions that bring it.

    importlib.metadata has a function for this, which before Python 3.11 knows only those with a `top_level.txt`.
    """
    found: dict[str, list[str]] = {}
    for distribution in distributions():
        for module in _modules(distribution):
            found.setdefault(module, []).append(distribution.metadata["Name"])
    return found


def _modules(distribution: Distribution) -> set[str]:
    listed = (distribution.read_text("top_level.txt") or "").split()
    return set(listed) or {file.parts[0].partition(".")[0] for file in distribution.files or ()}


def _changed(file: str) -> float:
    """Return when an inode came about or changed: what no installer back-dates."""
    try:
        return Path(file).stat().st_ctime
    except OSError:
        return 0.0


def _is_elsewhere(name: str, file: str, path: Sequence[str]) -> bool:
    """Tell whether a fresh Python finds the module in another file; one that it does not find is somebody's own."""
    found = PathFinder.find_spec(name, path)
    origin = found.origin if found is not None and found.has_location else None
    return origin is not None and Path(origin).resolve() != Path(file).resolve()


def started() -> float:
    """Return when this process started, in seconds since the epoch; where nobody can tell, after all files."""
    try:
        import psutil  # type: ignore[import-untyped]  # which IPython and ipykernel require
    except ImportError:
        return math.inf
    return float(psutil.Process().create_time())
