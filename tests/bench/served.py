"""What a folder of 10,000 documents costs whoever opens its page."""

from __future__ import annotations

import json
import os
import re
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from .cost import as_installed
from .host import ENVPROBE
from .row import Row, amount

DOCUMENTS = 10_000
FOLDERS = 50
PATIENCE_S = 600


def rows(runs: int) -> Iterator[Row]:
    """Yield the server's CPU time of the first page and of one when all are listed, what it reads meanwhile too, and its memory."""
    with TemporaryDirectory() as folder:
        _fill(Path(folder))
        first = [_served(folder, until_all=False)[0] for _ in range(runs)]
        whole, peak_bytes = _served(folder, until_all=True)
    yield amount(f"serve, {DOCUMENTS:,} documents, first page, CPU", first, "s", at_most=1)
    yield amount("the same when all of them are listed, CPU", [whole], "s", at_most=1)
    yield amount("the same, memory", [peak_bytes], "MB", at_most=300)


def _fill(folder: Path) -> None:
    """Write recordings of the environment that runs this, each under another name."""
    subprocess.run(
        [ENVPROBE, "record", "--no-benchmark", "--no-integrity", "--output", folder / "0.json"], check=True, capture_output=True
    )
    document = json.loads((folder / "0.json").read_bytes())
    for number in range(1, DOCUMENTS):
        place = folder / str(number % FOLDERS)
        place.mkdir(exist_ok=True)
        (place / f"{number}.json").write_text(json.dumps({**document, "name": f"n{number}"}))


def _served(folder: str, *, until_all: bool) -> tuple[float, int]:
    """Return the seconds of the first page of a new server, or of one that lists everything, and the server's peak memory."""
    command = [ENVPROBE, "serve", folder, "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=as_installed()) as server:
        try:
            address = server.stdout.readline().strip() if server.stdout else ""
            seconds, page = _page(address, server.pid)
            until = time.monotonic() + PATIENCE_S
            while until_all and "are read now" in page:
                if time.monotonic() > until:
                    raise TimeoutError(f"{DOCUMENTS:,} documents were not read in {PATIENCE_S} s")
                time.sleep(1)
                seconds, page = _page(address, server.pid)
            status = Path(f"/proc/{server.pid}/status").read_text()
        finally:
            server.terminate()
    peak = re.search(r"VmHWM:\s*(\d+) kB", status)
    return seconds, int(peak[1]) * 1024 if peak else 0


def _page(address: str, server: int) -> tuple[float, str]:
    """Return a page, and the CPU seconds that its server had until it was there."""
    before = _cpu_s(server)
    with urllib.request.urlopen(address, timeout=PATIENCE_S) as answer:
        page = answer.read().decode()
    return _cpu_s(server) - before, page


def _cpu_s(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
