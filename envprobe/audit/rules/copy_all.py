"""A build does not take the whole folder along.

Why: `COPY . .` takes .git, .env, data and keys into the image, and every change of any file makes the layer anew.

Example: `COPY . /app` without a .dockerignore

Fix: a .dockerignore with `.git`, `.env`, `*.pem` and the data, or `COPY src/ /app/src/`.

Source: Docker, "Building best practices", Exclude with .dockerignore.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..finding import NOTE, WARN, found
from ..model import AuditedFile, AuditFinding
from ..query import source_line

RULE = "copy.all"
WHOLE = (".", "./", "*", "./*", "/", "${PWD}", "$PWD")


def find(file: AuditedFile) -> Iterator[AuditFinding]:
    """Yield instructions that take everything."""
    if file.kind != "dockerfile":
        return  # what stands in a Compose file has its .dockerignore in a folder that is not looked at
    ignored = file.neighbours.get(".dockerignore")
    for stage in file.stages:
        for instruction in stage.instructions:
            if instruction.keyword not in ("COPY", "ADD") or "from" in instruction.flags or instruction.heredocs:
                continue
            words = instruction.words or tuple(instruction.text.replace("\\\n", " ").split())
            if not any(word in WHOLE for word in words[:-1]) or "exclude" in instruction.flags:
                continue
            evidence = source_line(file, instruction.line).strip() or f"COPY {instruction.text}"
            if ignored is None:
                severity = WARN if stage.is_final else NOTE
                yield found(
                    RULE,
                    severity,
                    instruction.line,
                    evidence,
                    "there is no .dockerignore: .git, .env, keys and data go into the image",
                    "a .dockerignore, or the folders that are needed: COPY src/ …",
                )
            elif missing := [name for name in (".git", ".env") if not _covers(ignored, name)]:
                yield found(
                    f"{RULE}.ignore",
                    NOTE,
                    instruction.line,
                    evidence,
                    f".dockerignore does not name {' and '.join(missing)}",
                    "\\n".join(missing),
                )


def _covers(text: str, name: str) -> bool:
    rows = [row.strip().strip("/") for row in text.splitlines() if row.strip() and not row.startswith("#")]
    return any(row in (name, f"**/{name}", "*", "**", f"{name}*", ".*", "**/.*") for row in rows)
