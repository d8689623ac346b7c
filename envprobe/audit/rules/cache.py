"""Caches of installers stay out of the image.

Why: they are never read again, and a layer that holds them is downloaded by everybody.

Example: `RUN pip install tensorflow==2.9.0`, `RUN apt-get update && apt-get install -y git`

Fix: `pip install --no-cache-dir …`; `… && rm -rf /var/lib/apt/lists/*`; or `RUN --mount=type=cache,target=/root/.cache/pip`.

Source: hadolint DL3042, DL3009. A note: it is size, not correctness.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..finding import NOTE, found
from ..model import AuditedFile, AuditFinding, BuildStage
from ..query import installs, scripts_with

RULE = "cache"


def find(file: AuditedFile) -> Iterator[AuditFinding]:
    """Yield caches that stay in an image."""
    removing = scripts_with(file, lambda one: one.name == "rm" and any("/var/lib/apt" in word for word in one.argv))
    for stage in file.stages:
        if not stage.is_final:
            continue
        kept = [command for command, _ in installs(stage) if not command.flag("--no-cache-dir", "--no-cache")]
        mounted = _mounted(stage)
        is_off = any(name in stage.environment for name in ("PIP_NO_CACHE_DIR", "UV_NO_CACHE"))
        for command in kept:
            if not is_off and command.line not in mounted:
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
            is_install = command.name in ("apt-get", "apt") and "install" in command.argv
            if is_install and command.line not in mounted and command.script not in removing:
                yield found(
                    f"{RULE}.apt",
                    NOTE,
                    command.line,
                    "apt-get install",
                    "apt's lists stay in the image",
                    "&& rm -rf /var/lib/apt/lists/*",
                )


def _mounted(stage: BuildStage) -> set[int]:
    """Return the lines of the instructions that keep their cache in a mount."""
    keeping = [one for one in stage.instructions if any("type=cache" in value for value in one.flags.values())]
    return {line for one in keeping for line in range(one.line, max(one.end, one.line) + 1)}
