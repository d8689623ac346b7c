"""The environment of the program that calls envprobe."""

from __future__ import annotations

import sys

from ..fingerprint import Fingerprint
from ..probing.collect import Options
from . import environment


def this_python() -> Fingerprint:
    """Return the fingerprint of the running interpreter, without a benchmark: the program is training already."""
    return environment.probe(f"local://{sys.executable}", options=Options(benchmark="off"))
