"""The summary of a step of GitHub Actions: Markdown, appended to the file that the runner names."""

from __future__ import annotations

import os
from pathlib import Path

from ..error import StoreError

VARIABLE = "GITHUB_STEP_SUMMARY"
LIMIT_BYTES = 1 << 20
"""The runner drops the whole summary of a step that is larger."""


def append(markdown: str) -> None:
    """Append to the step's summary, its first paragraphs where the whole does not fit; do nothing outside of a step."""
    name = os.environ.get(VARIABLE)
    if not name:
        return
    path = Path(name)
    try:
        with path.open("ab") as stream:
            stream.write(_fitting(markdown, LIMIT_BYTES - stream.tell()))
    except OSError as error:
        raise StoreError(f"{path}: the step's summary cannot be written: {error.strerror}", f"unset {VARIABLE}") from error


def _fitting(markdown: str, left: int) -> bytes:
    data = markdown.encode("utf-8")
    if len(data) <= left:
        return data
    parts = [*markdown.split("\n\n")[:2], "The rest does not fit the summary of a step: see the log.\n"]
    head = "\n\n".join(parts).encode("utf-8")
    return head if len(head) <= left else b""
