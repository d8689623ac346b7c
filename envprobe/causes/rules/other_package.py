"""Any other package: what imports it may do something else, or nothing any more."""

from __future__ import annotations

import re

from ...report import Difference
from ..rule import CauseRule
from ..symptoms import Symptoms

METADATA = "https://packaging.python.org/en/latest/specifications/recording-installed-packages/"


def _name_in_failure(difference: Difference, symptoms: Symptoms) -> bool:
    """Tell whether the framework's last words name the package of a difference, or a module that it has."""
    name = difference.path.split(".")[1].replace("-", "_").lower()
    words = {word.replace("-", "_").lower() for word in re.findall(r"[A-Za-z0-9_-]+", symptoms.failure)}
    return name in words or name.partition("_py")[0] in words


def _overwrites(difference: Difference, symptoms: Symptoms) -> bool:
    """Tell whether the package of a difference lists files of another one that are not as that one's RECORD says."""
    return difference.path.split(".")[1] in symptoms.overwrites


OVERWRITING = CauseRule(
    name="package.overwrites",
    facts=("packages.*",),
    mechanism="it brings files that another distribution lists as its own, too, and the one installed last overwrote them",
    source=METADATA,
    moves=("operation/*", "precision/*", "float/*", "host/*", "pipeline/*", "layers/*", "training/*"),
    breaks=".",
    test=_overwrites,
)
RULES = (
    CauseRule(
        name="package.imported",
        facts=("packages.*", "integrity.*", "unlisted.*"),
        mechanism="the framework imports it, and what it says last names it",
        source=METADATA,
        breaks=".",
        test=_name_in_failure,
    ),
    CauseRule(
        name="package.other",
        facts=("packages.*", "integrity.*", "unlisted.*"),
        mechanism="another package, version or file is other code for whatever imports it; the benchmark does not use it by "
        "itself",
        source=METADATA,
    ),
)
