"""Environment markers (PEP 508), evaluated for the target that was observed and never for envprobe's own machine."""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING

from ..fact import Known

if TYPE_CHECKING:
    from packaging.markers import Marker

    from ..fingerprint import Fingerprint

VARIABLES = (
    "implementation_name",
    "implementation_version",
    "os_name",
    "platform_machine",
    "platform_python_implementation",
    "platform_release",
    "platform_system",
    "platform_version",
    "python_full_version",
    "python_version",
    "sys_platform",
)
BRACKET_LIMIT = 100
IMPLEMENTATIONS = {"cpython": "CPython", "pypy": "PyPy", "graalpy": "GraalVM", "ironpython": "IronPython"}
"""`sys.implementation.name` to `platform.python_implementation()`."""


def environment(observed: Fingerprint) -> dict[str, str]:
    """Return the marker variables that a fingerprint tells; what it does not tell is left out."""
    facts = {
        "python": observed.get("python.version"),
        "implementation": observed.get("python.implementation"),
        "machine": observed.get("system.architecture"),
        "kernel": observed.get("system.kernel"),
    }
    told = {name: fact.value for name, fact in facts.items() if isinstance(fact, Known) and isinstance(fact.value, str)}
    found = {"os_name": "posix", "platform_system": "Linux", "sys_platform": "linux"}  # the probe's targets
    if "python" in told:
        found["python_full_version"] = told["python"]
        found["python_version"] = ".".join(told["python"].split(".")[:2])
    if "implementation" in told:
        found["implementation_name"] = told["implementation"]
        found["platform_python_implementation"] = IMPLEMENTATIONS.get(told["implementation"], told["implementation"])
    if told.get("implementation") == "cpython" and "python" in told:
        found["implementation_version"] = told["python"]
    if "machine" in told:
        found["platform_machine"] = told["machine"]
    if "kernel" in told:
        found["platform_release"] = told["kernel"]
    return found


def holds(marker: str, variables: dict[str, str]) -> bool | None:
    """Tell whether a marker holds; None where it asks for a variable that is unknown."""
    from packaging.markers import UndefinedEnvironmentName

    parsed = _parse(marker)
    if not names(marker) <= variables.keys():
        return None
    # Marker.evaluate fills what is missing from *this* interpreter, so variables that are not asked for get a value too.
    try:
        return parsed.evaluate({"extra": "", **dict.fromkeys(VARIABLES, ""), **variables})
    except UndefinedEnvironmentName:
        return None


def names(marker: str) -> set[str]:
    """Return the variables that a marker asks for, `extra` left out."""
    unquoted = re.sub(r"\"[^\"]*\"|'[^']*'", "", str(_parse(marker)))
    return {name for name in VARIABLES if re.search(rf"\b{name}\b", unquoted)}


def fault(marker: str) -> str:
    """Return what is wrong with the text of a marker, or an empty string."""
    try:
        _parse(marker)
    except ValueError as error:  # packaging's InvalidMarker
        return f"not an environment marker: {str(error).splitlines()[0]}"
    return ""


@functools.lru_cache(maxsize=1024)
def _parse(marker: str) -> Marker:
    from packaging.markers import Marker  # only declared baselines have markers; see pep440.py

    if marker.count("(") > BRACKET_LIMIT:  # it goes down one level a bracket, and Python has an end of levels
        raise ValueError(f"more than {BRACKET_LIMIT} brackets")
    return Marker(marker)
