"""Caches of installers stay out of the image.

Why: they are never read again, and a layer that holds them is downloaded by everybody.

Example: `RUN pip install tensorflow==2.9.0`, `RUN apt-get update && apt-get install -y git`

Fix: `pip install --no-cache-dir …`; `… && rm -rf /var/lib/apt/lists/*`; or `RUN --mount=type=cache,target=/root/.cache/pip`.

Source: hadolint DL3042, DL3009. A note: it is size, not correctness.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..finding import NOTE, found
from ..model import AuditedFile, AuditFinding, BuildStage, Instruction
from ..query import installs, same_script

RULE = "cache"


def find(file: AuditedFile) -> Iterator[AuditFinding]:
    """Yield caches that stay in an image."""
    for stage in file.stages:
        if not stage.is_final:
            continue
        kept = [
            command
            for command, _ in installs(file)
            if command in stage.commands and not command.flag("--no-cache-dir", "--no-cache")
        ]
        is_off = any(name in stage.environment for name in ("PIP_NO_CACHE_DIR", "UV_NO_CACHE"))
        for command in kept:
            if not is_off and not _is_mounted(stage, command.line):
                edit = (f"{command.name} install", f"{command.name} install --no-cache-dir")
                yield found(
                    f"{RULE}.pip",
                    NOTE,
                    command.line,
                    "pip install",
                    "pip's cache stays in the image",
                    "pip install --no-cache-dir",
                    edit,
                )
        for command in stage.commands:
            if command.name in ("apt-get", "apt") and "install" in command.argv and not _is_mounted(stage, command.line):
                removed = any(
                    other.name == "rm" and any("/var/lib/apt" in word for word in other.argv)
                    for other in same_script(file, command)
                )
                if not removed:
                    yield found(
                        f"{RULE}.apt",
                        NOTE,
                        command.line,
                        "apt-get install",
                        "apt's lists stay in the image",
                        "&& rm -rf /var/lib/apt/lists/*",
                    )


def _is_mounted(stage: BuildStage, line: int) -> bool:
    def holds(instruction: Instruction) -> bool:
        return instruction.line <= line <= max(instruction.end, instruction.line)

    return any(holds(one) and any("type=cache" in value for value in one.flags.values()) for one in stage.instructions)
