"""The environment of the program that calls envprobe."""

from __future__ import annotations

import sys

from .. import command
from ..fingerprint import Fingerprint
from ..probing.collect import Options


def this_python() -> Fingerprint:
    """Return the fingerprint of the running interpreter, without a training run: the program is training already."""
    return command.probe(f"local://{sys.executable}", options=Options(benchmark="off"))
