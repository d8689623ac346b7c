"""Ask the index that pip here is set to for the files of pinned packages, as pip would install them elsewhere."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Sequence
from pathlib import Path

import msgspec

from ..causes.locking import IndexAnswer, read_pip_report
from ..error import TargetError
from ..spelling import line
from .overlay import pip, platforms

TRIES = 30
MISSING = re.compile(r"No matching distribution found for (\S+)")
UNREACHABLE = re.compile(r"Retrying \(|Could not fetch URL|ProxyError|SSLError")
NO_FILE = "no wheel of it fits; it is gone from the index, or there as source alone"


def ask_index(pins: Sequence[str], python: str, architecture: str) -> IndexAnswer:
    """Return the files of pins for a Python and a processor, and the pins of which there is none. Nothing is installed.

    Raises TargetError where no index answers.
    """
    wanted, missing = list(pins), dict[str, str]()
    with tempfile.TemporaryDirectory(prefix="envprobe-index-") as name:
        folder = Path(name)
        for _ in range(TRIES):
            if not wanted:
                return IndexAnswer(missing=missing)
            (folder / "pins").write_text("\n".join(wanted) + "\n", "utf-8")
            done = pip(_words(folder, python, architecture))
            if not done.returncode:
                found = _read(folder / "report", done.stderr)
                there = {f"{file.name}=={file.version}" for file in found.files}
                return msgspec.structs.replace(found, missing={**missing, **{pin: NO_FILE for pin in wanted if pin not in there}})
            gone = MISSING.search(done.stderr)
            if UNREACHABLE.search(done.stderr) or gone is None or gone[1] not in wanted:
                last = (done.stderr.strip().splitlines() or ["no reason"])[-1]
                hint = "--emit requirements without --hashes asks nobody"
                raise TargetError(f"the index could not be asked: {line(last, 300)}", hint)
            wanted.remove(gone[1])
            missing[gone[1]] = NO_FILE
    raise TargetError(f"the index has none of {len(missing)} packages: {', '.join(missing)[:300]}", "is it the right index?")


def _read(report: Path, warnings: str) -> IndexAnswer:
    try:
        return read_pip_report(report.read_bytes(), warnings)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise TargetError(f"pip wrote no report that can be read: {line(str(error), 300)}") from None


def _words(folder: Path, python: str, architecture: str) -> list[str]:
    """Return the words of a pip that resolves nothing: each pin is asked for by itself."""
    alone = ["install", "-q", "--dry-run", "--no-deps", "--ignore-installed", "--only-binary=:all:", "--retries", "1"]
    there = ["--python-version", python, *(word for name in platforms(architecture) for word in ("--platform", name))]
    return [*alone, *there, "--target", str(folder / "none"), "--report", str(folder / "report"), "-r", str(folder / "pins")]
