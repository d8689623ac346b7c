"""Run inside a container by `python3 -c`: time programs there, without what `docker exec` adds. Standard library, Python 3.9.

Reads `{"runs": 5, "watch": false, "before": […], "programs": [{"argv": […], "stdin": "…"}]}` and prints for each program a list
of `[wall seconds, CPU seconds, peak bytes of its largest process, peak bytes of all together]`, run in turn after one round that
does not count. `before` is a program to run ahead of each, or empty. The last number is 0 unless `watch` asks for it: looking
costs time of its own. It counts shared pages once (PSS).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

LOOK_EVERY_S = 0.01


def measure(program: dict[str, Any], before: list[str], watch: bool) -> list[float]:
    if before:
        subprocess.run(before, check=True, stdout=subprocess.DEVNULL)
    with tempfile.TemporaryFile() as stdin:
        stdin.write(program["stdin"].encode())
        stdin.seek(0)
        watcher = Watcher() if watch else None
        began = time.perf_counter()
        process = subprocess.Popen(program["argv"], stdin=stdin, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        status, usage = os.wait4(process.pid, 0)[1:]
        wall_s = time.perf_counter() - began
    if status:
        sys.exit(f"{program['argv'][:3]} ended with wait status {status}")
    together = watcher.stop() if watcher else 0
    return [wall_s, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024, together]


class Watcher(threading.Thread):
    """Looks again and again at the memory of every process that was not there before."""

    def __init__(self) -> None:
        super().__init__()
        self._before, self._peak_bytes, self._over = processes(), 0, threading.Event()
        self.start()

    def run(self) -> None:
        while not self._over.wait(LOOK_EVERY_S):
            self._peak_bytes = max(self._peak_bytes, sum(map(resident, processes() - self._before)))

    def stop(self) -> int:
        self._over.set()
        self.join()
        return self._peak_bytes


def processes() -> set[Path]:
    return {folder for folder in Path("/proc").iterdir() if folder.name.isdigit()}


def resident(process: Path) -> int:
    try:
        with (process / "smaps_rollup").open() as stream:
            return next(int(line.split()[1]) * 1024 for line in stream if line.startswith("Pss:"))
    except (OSError, StopIteration):  # it has ended
        return 0


order = json.load(sys.stdin)
for program in order["programs"]:
    measure(program, order["before"], watch=False)
rounds = [[measure(program, order["before"], order["watch"]) for program in order["programs"]] for _ in range(order["runs"])]
print(json.dumps([list(costs) for costs in zip(*rounds)]))  # noqa: B905 - Python 3.9
