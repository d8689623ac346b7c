"""A folder as a team keeps it, for the tests of the page over it: baselines, runs, fingerprints, checks, and what does not belong."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import NamedTuple

import msgspec

from envprobe import fingerprint as fingerprints
from envprobe.assess import assess
from envprobe.baseline import Baseline, Provenance
from envprobe.baseline import to_json as baseline_json
from envprobe.baseline.declaration import Declaration
from envprobe.fingerprint import Fingerprint
from envprobe.policy import DEFAULT
from envprobe.render.json import render
from envprobe.runs import Run
from envprobe.runs import to_json as run_json
from tests.support.run_sample import attempt, described, run
from tests.support.sample import fingerprint

OTHER_NUMPY = {"packages.numpy.version": "1.23.5"}
HOSTILE = '<script>alert(1)</script><img src=x onerror="alert(2)">"\'\u202e&amp;{{7*7}}</style>'
"""What would run, load, turn the line around or break out, if any page printed it as it is."""


def write_team(folder: Path) -> None:
    """Write one document of every kind, each with a name of its own."""
    write(folder / "tf.json", baseline(fingerprint()))
    write(folder / "pins.json", declared())
    write(
        folder / "ana.json",
        msgspec.structs.replace(fingerprint(OTHER_NUMPY), context={"time": "2026-03-02T10:00:00Z", "host_name": "ana"}),
    )
    write(folder / "runs" / "run-1.json", experiment(0.5, "2026-03-03T09:00:00Z"))
    write(folder / "runs" / "run-2.json", experiment(0.75, "2026-03-03T11:00:00Z"))
    report = assess(
        fingerprint(), fingerprint(OTHER_NUMPY), policy=DEFAULT, today=date(2026, 3, 3), names=("tf", "docker://trainer")
    )
    write(folder / "checks" / "monday.json", render(report).encode())
    write(folder / "broken.json", b'{"schema": "envprobe.baseline/1", "name": ')
    write(folder / "metrics.json", b'{"accuracy": 0.5}')


def baseline(of: Fingerprint, recorded: str = "2026-03-01T08:00:00Z") -> Baseline:
    return Baseline(
        name="tf", kind="recorded", fingerprint=of, provenance=Provenance(recorded=recorded, target="docker://trainer")
    )


def declared() -> Baseline:
    return Baseline(name="pins", kind="declared", declared={"packages.numpy.version": Declaration(specifier="==1.22.4")})


def experiment(accuracy: float, recorded: str, **given: object) -> Run:
    return run(attempt(described(accuracy=accuracy)), context={"recorded": recorded}, **given)


def write(path: Path, document: Baseline | Fingerprint | Run | bytes) -> None:
    """Write a document, and the folder that it lies in."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(document, Baseline):
        document = baseline_json(document)
    elif isinstance(document, Fingerprint):
        document = fingerprints.to_json(document)
    elif isinstance(document, Run):
        document = run_json(document)
    path.write_bytes(document)


def write_hostile(folder: Path) -> None:
    """Write documents that say HOSTILE wherever one may say anything, and files that are no documents at all."""
    facts = {f"packages.{HOSTILE}.version": "1", "python.version": HOSTILE, f"environment.{HOSTILE}": HOSTILE}
    write(folder / "clean.json", fingerprint())
    odd = msgspec.structs.replace(fingerprint(facts), context={"time": HOSTILE, "host_name": HOSTILE}, skipped={HOSTILE: HOSTILE})
    write(folder / "fingerprint.json", odd)
    write(folder / "baseline.json", msgspec.structs.replace(baseline(odd, HOSTILE), name=HOSTILE, description=HOSTILE))
    write(folder / "run.json", experiment(0.5, HOSTILE, command=[HOSTILE], target=HOSTILE))
    write(folder / "name <script>alert(3)</script>.json", fingerprint())
    report = assess(fingerprint(), odd, policy=DEFAULT, today=date(2026, 3, 3), names=(HOSTILE, HOSTILE))
    write(folder / "check.json", render(report).encode())
    write(folder / "lie.json", render(report).replace('"verdict": "differs"', '"verdict": "reproduces"', 1).encode())
    write(folder / "text.json", HOSTILE.encode())
    write(folder / "schema.json", json.dumps({"schema": "envprobe.run/1" + HOSTILE}).encode())
    write(folder / "deep.json", b'{"schema": "envprobe.run/1", "x": ' + b"[" * 100_000)
    write(folder / "edited.json", fingerprints.to_json(fingerprint()).replace(b'"1.22.4"', b'"1.22.5"'))
    write(folder / "newer.json", b'{"schema": "envprobe.fingerprint/9"}')
    write(folder / "empty.json", b"")


@contextmanager
def serving(folder: Path, *options: str) -> Iterator[Serving]:
    """Serve a folder in a process of its own, on a free port, until the end of the block."""
    command = [sys.executable, "-m", "envprobe", "serve", str(folder), "--port", "0", *options]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None and process.stderr is not None
        url = process.stdout.readline().strip()
        assert url, process.stderr.read()
        try:
            yield Serving(url, process)
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGINT)
                process.wait(20)


class Serving(NamedTuple):
    """A server that runs."""

    url: str
    """What it printed: its address, with the token where there is one."""
    process: subprocess.Popen[str]

    def stop(self) -> tuple[int, str]:
        """Press Ctrl-C; return the exit status and what was said on stderr."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(20), self.process.stderr.read() if self.process.stderr else ""
