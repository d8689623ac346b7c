"""The published JSON Schemas (2020-12) of every document, one file each. `python docs/tools/schemas.py` writes them."""

from __future__ import annotations

from pathlib import Path

from ..error import UsageError
from ..suggestion import suggest

FOLDER = Path(__file__).parent
PREFIX = "envprobe."


def names() -> list[str]:
    """Return `baseline/1` and the like, sorted."""
    return sorted("/".join(path.stem.rsplit("-", 1)) for path in FOLDER.glob("*.json"))


def text(name: str) -> str:
    """Return the schema of `baseline/1`, of `envprobe.baseline/1`, or with `baseline` of the newest. Raises UsageError."""
    asked = name.removeprefix(PREFIX)
    known = names()
    found = [document for document in known if asked in (document, document.partition("/")[0])]
    if not found:
        raise UsageError(f"no document is called {name!r}", suggest(asked, known, 3))
    newest = max(found, key=lambda document: int(document.partition("/")[2]))
    return (FOLDER / f"{newest.replace('/', '-')}.json").read_text("utf-8")
