"""The guest's sources, packed: one line of JSON for stdin, or one `.pyz` file that runs by hand."""

from __future__ import annotations

import functools
import io
import json

from ..fact import canonical, sha256
from ..guest import folder, shared
from ..targets import safe_path
from ..version import __version__
from .compiled import compiled

NOT_SENT = {"__main__.py", "stub.py"}
BENCHMARK = "benchmark/"


@functools.cache
def sources() -> dict[str, str]:
    """Return the guest's modules, `collectors/python.py` → source, sorted by name."""
    root = folder()
    names = sorted(path.relative_to(root).as_posix() for path in root.rglob("*.py"))
    return {name: (root / name).read_text("utf-8") for name in names if name not in NOT_SENT}


def variables() -> dict[str, str]:
    """Return the environment variables that the guest records, each with why it matters."""
    found: dict[str, str] = shared("variables").RECORDED
    return found


@functools.cache
def stub() -> str:
    """Return the program that `python -c` runs in the target."""
    return (folder() / "stub.py").read_text("utf-8")


@functools.cache
def digest() -> str:
    """Return the digest of the sources: which probe looked."""
    return sha256(canonical(sources()))


def line(request: dict[str, object], *, is_here: bool = False) -> bytes:
    """Return the one line of ASCII JSON that the stub reads from stdin; for a target on this machine with compiled code."""
    wanted = [name for name in sources() if not name.startswith(BENCHMARK) or request.get("benchmark") != "off"]
    code = {"compiled": compiled(folder(), wanted)} if is_here else {}
    return json.dumps({**_fixed(), **code, "request": request}, sort_keys=True).encode("ascii") + b"\n"


def pyz() -> bytes:
    """Return `envprobe-probe.pyz`: the same line, with a `__main__` that starts it. Same sources, same bytes."""
    import zipfile

    members = {
        "__main__.py": (folder() / "__main__.py").read_bytes(),
        "line.json": json.dumps(_fixed(), sort_keys=True).encode("ascii"),
    }
    buffer = io.BytesIO(b"")
    buffer.write(b"#!/usr/bin/env python3\n")
    with zipfile.ZipFile(buffer, "a", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted(members.items()):
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def _fixed() -> dict[str, object]:
    return {"sources": sources(), "stub": stub(), "variables": safe_path.VARIABLES, "version": __version__, "digest": digest()}
