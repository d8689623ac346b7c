"""Measure how fast and in how much memory two large files of arrays are compared, against numpy reading both whole.

    python tests/bench/outputs.py [--gigabytes 1] [--folder FOLDER] [--repeat 3]

The table of docs/outputs.md. Each measurement is the fastest of some fresh processes, with the files in the page cache; the peak is
that of the larger of the process (VmHWM) and its child, imports included. CPU seconds tell more where other programs run. The files
are made once and kept in the folder: 4 GB for each format.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ARRAYS = 4
CASES = ("same values", "one value 1 ULP off", "every value off")
NUMPY = """
import numpy as np
def load(path):
    if path.endswith(".npz"):
        return dict(np.load(path))
    import h5py
    with h5py.File(path) as file:
        return {name: file[name][()] for name in file}
expected, observed = load(sys.argv[1]), load(sys.argv[2])
answer = all(np.array_equal(expected[name], observed[name]) for name in expected)
"""
ENVPROBE = """
from pathlib import Path
from envprobe.output import Tolerance, compare_outputs
from envprobe.output import isolation
answer = compare_outputs(Path(sys.argv[1]), Path(sys.argv[2]), Tolerance()).verdict.value
isolation.stop()  # so that its time is counted
"""
MEASURE = """
import json, os, resource, sys, time
start = time.perf_counter()
{body}
seconds, used = time.perf_counter() - start, os.times()
own = next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM"))
peak = max(own, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
print(json.dumps([seconds, sum(used[:4]), peak / 1024, str(answer)]))
"""


def make(folder: Path, suffix: str, gigabytes: float) -> None:
    """Write the expected file and one observed file for each case; all differ in bytes, if only by the arrays' order."""
    import numpy as np

    random = np.random.default_rng(1)
    count = int(gigabytes * (1 << 30) / 4 / ARRAYS)
    arrays = {f"layer{index}/kernel": random.standard_normal(count, np.float32) for index in range(ARRAYS)}
    write(folder / f"expected{suffix}", arrays)
    write(folder / f"observed0{suffix}", dict(reversed(arrays.items())))
    last = f"layer{ARRAYS - 1}/kernel"
    nudged = arrays[last].copy()
    nudged[-1] = np.nextafter(nudged[-1], np.float32(9))
    write(folder / f"observed1{suffix}", {**arrays, last: nudged})
    write(folder / f"observed2{suffix}", {name: array * np.float32(1.000001) for name, array in arrays.items()})


def write(path: Path, arrays: dict) -> None:
    import h5py
    import numpy as np

    if path.suffix == ".npz":
        np.savez(path, **arrays)
        return
    with h5py.File(path, "w", track_order=True) as file:
        for name, array in arrays.items():
            file.create_dataset(name.replace("/", "-"), data=array)


def measure(body: str, expected: Path, observed: Path, repeat: int) -> tuple[float, float, float, str]:
    """Return seconds, CPU seconds, peak in MiB and the answer of that of some processes that used the least CPU time."""
    command = [sys.executable, "-c", MEASURE.format(body=body), str(expected), str(observed)]
    outputs = [subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout for _ in range(repeat)]
    seconds, used, peak, answer = min((json.loads(output) for output in outputs), key=lambda measured: measured[1])
    return seconds, used, peak, answer


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gigabytes", type=float, default=1)
    parser.add_argument("--folder", type=Path, default=Path("/tmp/envprobe-outputs"))
    parser.add_argument("--repeat", type=int, default=3)
    options = parser.parse_args()
    print("| file | case | numpy | envprobe | speed | peak | verdict |\n|---|---|---|---|---|---|---|", flush=True)
    for suffix in (".npz", ".h5"):
        options.folder.mkdir(parents=True, exist_ok=True)
        expected = options.folder / f"expected{suffix}"
        if not expected.exists():
            subprocess.run(
                [sys.executable, "-c", MAKE, str(options.folder), suffix, str(options.gigabytes)], check=True, cwd=ROOT
            )
        for number, case in enumerate(CASES):
            observed = options.folder / f"observed{number}{suffix}"
            numpy_s, numpy_used, numpy_peak, _ = measure(NUMPY, expected, observed, options.repeat)
            seconds, used, peak, verdict = measure(ENVPROBE, expected, observed, options.repeat)
            print(
                f"| {suffix} | {case} | {numpy_s:.2f} s (CPU {numpy_used:.2f}), {numpy_peak:,.0f} MiB "
                f"| {seconds:.2f} s (CPU {used:.2f}) | {numpy_s / seconds:.2f} x | {peak:,.0f} MiB | {verdict} |",
                flush=True,
            )


MAKE = """
import sys
from pathlib import Path
from tests.bench.outputs import make
make(Path(sys.argv[1]), sys.argv[2], float(sys.argv[3]))
"""

if __name__ == "__main__":
    main()
