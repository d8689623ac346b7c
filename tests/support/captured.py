"""What real containers answered in which one cause was injected: a whole answer, and of each case what is other in it.

`python -m tests.support.captured [CASE …]` captures them again (a Docker engine, and some 5 s a case).
"""

from __future__ import annotations

import functools
import json
import sys
from pathlib import Path
from typing import Any

from envprobe.fingerprint import Fingerprint, from_value
from tests.support.injected import CASES, HELD_OUT, injected

FOLDER = Path(__file__).parents[1] / "data" / "causes"
BASE = FOLDER / "unchanged.json"
KEPT_CONTEXT = ("environment", "integrity", "launched")
RECORD = ("part", "stage", "tensor", "step")
NAMES = [path.stem for path in sorted(FOLDER.glob("*.json")) if path != BASE]


@functools.cache
def unchanged() -> dict[str, Any]:
    """Return the answer of an unchanged container."""
    found: dict[str, Any] = json.loads(BASE.read_text("utf-8"))
    return found


def expected() -> Fingerprint:
    """Return the fingerprint of an unchanged container."""
    return from_value(_listed(unchanged()), BASE.name)


def observed(name: str) -> Fingerprint:
    """Return the fingerprint of the container of a case."""
    return from_value(_listed(_patched(unchanged(), json.loads((FOLDER / f"{name}.json").read_text("utf-8")))), name)


def _listed(value: dict[str, Any]) -> dict[str, Any]:
    """Return an answer whose records are a list again; in the files each has its name, so that a patch names what it changes."""
    trace = value.get("trace")
    return value if trace is None else {**value, "trace": {**trace, "records": list(trace["records"].values())}}


def _patched(value: Any, patch: Any) -> Any:
    """Return a value with a JSON merge patch applied (RFC 7396)."""
    if not isinstance(patch, dict):
        return patch
    before = value if isinstance(value, dict) else {}
    merged = {**before, **{name: _patched(before.get(name), member) for name, member in patch.items()}}
    return {name: member for name, member in merged.items() if member is not None}


def _patch(before: Any, after: Any) -> Any:
    if not isinstance(before, dict) or not isinstance(after, dict):
        return after
    changed = {name: _patch(before.get(name), member) for name, member in after.items() if before.get(name) != member}
    return {**changed, **dict.fromkeys(before.keys() - after.keys())}


def _plain(fingerprint: Fingerprint) -> dict[str, Any]:
    """Return a fingerprint as an answer: without its id, and of its context only what explanations read."""
    from envprobe.fingerprint import to_json

    found = {name: member for name, member in json.loads(to_json(fingerprint)).items() if name != "id"}
    found["schema"] = "envprobe.answer/1"
    found["context"] = {name: member for name, member in found["context"].items() if name in KEPT_CONTEXT}
    if found.get("trace"):
        records = {"/".join(str(record.get(part, "")) for part in RECORD): record for record in found["trace"]["records"]}
        found["trace"] = {**found["trace"], "context": {}, "records": records}
    return found


def main(names: list[str]) -> None:
    """Capture cases, or all of them and the unchanged container."""
    from envprobe.command import environment
    from tests.support import engine

    FOLDER.mkdir(exist_ok=True)
    if not names:
        BASE.write_text(json.dumps(_plain(environment.probe(f"image://{engine.standin_image()}")), indent=1) + "\n", "utf-8")
        unchanged.cache_clear()
    known = expected()
    for case in (*CASES, *HELD_OUT):
        if names and case.name not in names:
            continue
        with injected(case) as name:
            from envprobe.probing.collect import Options, collect

            found = _plain(collect(f"docker://{name}", Options(), known))
        (FOLDER / f"{case.name}.json").write_text(json.dumps(_patch(unchanged(), found), indent=1) + "\n", "utf-8")
        print(case.name, flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
