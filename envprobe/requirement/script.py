"""A Python script that says itself what it needs (PEP 723)."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from ..error import DocumentError
from ..toml import read_toml
from .lock import names_of, take_python, text_of
from .project_file import take
from .wanted import Chosen, Requirements

BLOCK = re.compile(r"(?m)^# /// script$\n(?P<content>(?:^#(?: .*)?$\n)+)^# ///$")
"""As PEP 723 has it."""


def read_script(path: Path, text: str, chosen: Chosen) -> Requirements:
    """Read the dependencies and the Python of the block `# /// script`."""
    result = Requirements()
    blocks = list(BLOCK.finditer(text + "\n"))
    if len(blocks) != 1:
        result.faults.append(f"{path.name}: {'more than one' if blocks else 'no whole'} block `# /// script`")
        return result
    lines = blocks[0]["content"].splitlines()
    try:
        value: dict[str, Any] = read_toml("\n".join(line[2:] for line in lines).encode(), f"{path.name}: script")
    except DocumentError as error:
        result.faults.append(error.message)
        return result
    for number, requirement in enumerate(names_of(value.get("dependencies", []))):
        take(requirement, f"{path.name}: dependencies[{number}]", path.parent, result)
    if text_of(value, "requires-python"):
        take_python(result, value["requires-python"], f"{path.name}: requires-python")
    return result
