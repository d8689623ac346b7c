"""What it costs to hash an environment: beside one `sha256sum` over the same files, in the same container."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from envprobe.fingerprint import proved_bytecode
from envprobe.probing.collect import Options, collect

from . import guest
from .cost import in_turn, of_program
from .host import ENVPROBE
from .row import Row, amount, ratio

LIST = "/tmp/files"
# Every file that a RECORD lists and that is there, but for the bytecode; NUL-terminated, as xargs -0 reads it.
LIST_FILES = """
import csv, glob, os
with open({path!r}, "wb") as found:
    for record in glob.glob("/usr/local/lib/python3*/dist-packages/*.dist-info/RECORD"):
        with open(record, newline="") as rows:
            folder = os.path.dirname(os.path.dirname(record))
            paths = [os.path.normpath(os.path.join(folder, row[0])) for row in csv.reader(rows)]
        found.write(b"".join(os.fsencode(path) + b"\\0" for path in paths if not path.endswith(".pyc") and os.path.isfile(path)))
"""
READ = ("sh", "-c", f"xargs -0 cat < {LIST}")
"""Done ahead of each: what is measured is hashing, not how much of the files a busy machine has kept in memory."""
COMPUTE = "import time; end = time.monotonic() + 1\nwhile time.monotonic() < end: pass"
TWO_COMPUTE = guest.Program(("sh", "-c", f"python3 -c '{COMPUTE}' & python3 -c '{COMPUTE}'; wait"))
"""How much of two processors the machine gives to two processes that want all of them."""
SHA256SUM = guest.Program(("sh", "-c", f"xargs -0 sha256sum < {LIST}"))


def rows(runs: int) -> Iterator[Row]:
    """Yield time, processors kept busy and memory of the guest while it hashes."""
    hashing = guest.probe(sections=["integrity"], integrity=True)
    with guest.container() as name:
        proved = proved_bytecode(collect(f"docker://{name}", Options(sections=("integrity",), benchmark="off")))
        known = guest.probe(sections=["integrity"], integrity=True, proved=proved)
        listing = ["docker", "exec", name, "python3", "-c", LIST_FILES.format(path=LIST)]
        subprocess.run(listing, check=True, capture_output=True)
        ours, again, sums, computing = guest.in_turn(name, runs, hashing, known, SHA256SUM, TWO_COMPUTE, before=READ)
        (watched,) = guest.in_turn(name, 2, hashing, watch=True)
    walls = [cost.wall_s for cost in ours], [cost.wall_s for cost in sums]
    yield ratio("integrity, 1.4 GB in 12,000 files", walls[0], "one `sha256sum`", walls[1], at_most=1 / 1.5)
    second = [cost.wall_s for cost in again]
    yield ratio("the same, its byte code proved by a baseline", second, "one `sha256sum`", walls[1], at_most=0.5)
    yield from _small(runs)
    busy = [cost.cpu_s / cost.wall_s for cost in ours], [cost.cpu_s / cost.wall_s for cost in computing]
    yield ratio("integrity, processors busy", busy[0], "two processes that compute", busy[1], unit="CPUs", at_least=0.75)
    yield amount("integrity, memory of all processes", [cost.together_bytes for cost in watched], "MB", at_most=150)
    yield amount("integrity, memory of the largest", [cost.largest_bytes for cost in watched], "MB", at_most=150)


def _small(runs: int) -> Iterator[Row]:
    """Yield what the files of the environment that runs this add to a check of it, without and with a baseline that proves."""
    with TemporaryDirectory() as folder:
        baseline = Path(folder, "here.json")
        recording: list[str | Path] = [ENVPROBE, "record", "--no-benchmark", "--output", baseline]
        subprocess.run(recording, check=True, capture_output=True, cwd=folder)
        check: list[str | Path] = [ENVPROBE, "check", "--baseline", baseline, "--no-benchmark"]
        probe: list[str | Path] = [ENVPROBE, "probe", "--no-benchmark"]
        proved, compiled = in_turn(runs, partial(of_program, check), partial(of_program, probe))
    cpu = [cost.cpu_s for cost in proved], [cost.cpu_s for cost in compiled]
    yield ratio("check of a small environment, its byte code proved, CPU", cpu[0], "to compile it again", cpu[1], at_most=0.5)
