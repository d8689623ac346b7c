"""Measure how fast and in how much memory outputs of every day are compared, beside what a user would take instead, in one run.

    python -m tests.bench.output_peers [CASE…] [--folder FOLDER] [--repeat 3]

The table of docs/performance.md. Each measurement is the one of some fresh processes that used the least CPU time, with the files in the
page cache; the peak is that of the larger of the process and its child, imports included.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from .outputs import ENVPROBE, measure

PANDAS = "import pandas as pd\nanswer = pd.read_csv(sys.argv[1]).equals(pd.read_csv(sys.argv[2]))"
JSON = "answer = json.load(open(sys.argv[1])) == json.load(open(sys.argv[2]))"
LINES = "answer = sum(json.loads(a) == json.loads(b) for a, b in zip(open(sys.argv[1]), open(sys.argv[2])))"
DIFF = "import subprocess\nanswer = subprocess.run(['diff', '-u', sys.argv[1], sys.argv[2]], capture_output=True).returncode"
PILLOW = "from PIL import Image, ImageChops\nanswer = ImageChops.difference(*map(Image.open, sys.argv[1:])).getbbox()"
H5PY = """
import h5py, numpy
with h5py.File(sys.argv[1]) as a, h5py.File(sys.argv[2]) as b:
    answer = all(numpy.array_equal(a[name][()], b[name][()]) for name in a)
"""
MANY = """
from pathlib import Path
from envprobe.output import describe
answer = len([describe(path) for path in Path(sys.argv[1]).iterdir()])
"""
HASHED = """
import hashlib
from pathlib import Path
answer = len([hashlib.md5(path.read_bytes()).hexdigest() for path in Path(sys.argv[1]).iterdir()])
"""
Make = Callable[[Path, Path], None]


class Case(NamedTuple):
    """Two files, and who else compares them."""

    name: str
    suffix: str
    make: Make
    peer: str
    body: str
    ours: str = ENVPROBE


def table(change: str) -> Make:
    def make(expected: Path, observed: Path) -> None:
        import numpy as np
        import pandas as pd

        values = np.random.default_rng(1)
        frame = pd.DataFrame(
            {"id": np.arange(1_000_000)} | {f"x{index}": values.standard_normal(1_000_000) for index in range(4)}
        )
        frame.to_csv(expected, index=False)
        if change == "row":
            frame = frame.drop(index=1000)
        elif change == "value":
            frame.loc[500_000, "x1"] += 1
        else:
            frame[["x0", "x1", "x2", "x3"]] *= 1.000001
        frame.to_csv(observed, index=False)

    return make


def wide(expected: Path, observed: Path) -> None:
    import numpy as np
    import pandas as pd

    values = np.random.default_rng(1).standard_normal((30, 32_000))
    pd.DataFrame(values).to_csv(expected, index=False)
    values[3, 500] += 1
    pd.DataFrame(values).to_csv(observed, index=False)


def records(spell: Callable[[list], str]) -> Make:
    def make(expected: Path, observed: Path) -> None:
        numbers = random.Random(1)
        found = [
            {"id": index, "name": f"n{index}", "loss": numbers.random(), "acc": [numbers.random(), 0.5]}
            for index in range(400_000)
        ]
        expected.write_text(spell(found))
        found[777]["loss"] = 3.0
        observed.write_text(spell(found))

    return make


def text(expected: Path, observed: Path) -> None:
    lines = [f"line {number} of a text of about fifty characters\n" for number in range(8_000_000)]
    expected.write_text("".join(lines))
    observed.write_text("".join(lines[:4_000_000] + lines[4_000_001:]))


def weights(expected: Path, observed: Path) -> None:
    import h5py
    import numpy as np

    for path, last in ((expected, 0.0), (observed, 1.0)):
        with h5py.File(path, "w") as file:
            for index in range(10):
                file[f"w{index}"] = np.arange(13_000.0) + last


def picture(expected: Path, observed: Path) -> None:
    import numpy as np
    from PIL import Image

    pixels = np.random.default_rng(1).integers(0, 255, (5000, 6600, 3), np.uint8)
    Image.fromarray(pixels).save(expected, compress_level=1)
    pixels[9, 9, 0] ^= 1
    Image.fromarray(pixels).save(observed, compress_level=1)


def many(expected: Path, observed: Path) -> None:
    for folder in (expected, observed):
        folder.mkdir()
        for index in range(10_000):
            (folder / f"m{index:05}.json").write_text(json.dumps({"loss": index / 7, "acc": [1, 2, 3]}))


CASES = (
    Case("CSV, one value off", ".csv", table("value"), "pandas", PANDAS),
    Case("CSV, one row less", ".csv", table("row"), "pandas", PANDAS),
    Case("CSV, every value off", ".csv", table("all"), "pandas", PANDAS),
    Case("CSV of 32,000 columns", ".csv", wide, "pandas", PANDAS),
    Case("JSON, one value off", ".json", records(lambda found: json.dumps({"rows": found})), "json.load, ==", JSON),
    Case(
        "JSON Lines, one value off", ".jsonl", records(lambda found: "\n".join(map(json.dumps, found))), "json.loads, ==", LINES
    ),
    Case("text, one line less", ".txt", text, "diff -u", DIFF),
    Case("HDF5, 1 MB", ".h5", weights, "h5py, numpy", H5PY),
    Case("PNG, 100 MB of pixels", ".png", picture, "Pillow", PILLOW),
    Case("10,000 outputs described", "", many, "MD5 alone", HASHED, MANY),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="parts of the names of cases")
    parser.add_argument("--folder", type=Path, default=Path("/tmp/envprobe-output-peers"))
    parser.add_argument("--repeat", type=int, default=3)
    options = parser.parse_args()
    print("| files | peer | peer: CPU, peak | envprobe: CPU, peak | ratio | verdict |\n|---|---|---|---|---|---|", flush=True)
    for index, case in enumerate(CASES):
        if options.names and not any(name in case.name for name in options.names):
            continue
        folder = options.folder / str(index)
        expected, observed = (folder / f"{side}{case.suffix}" for side in ("expected", "observed"))
        if not observed.exists():
            folder.mkdir(parents=True, exist_ok=True)
            case.make(expected, observed)
        _, peer_used, peer_peak, _ = measure(case.body, expected, observed, options.repeat)
        _, used, peak, answer = measure(case.ours, expected, observed, options.repeat)
        print(
            f"| {case.name} | {case.peer} | {peer_used:.2f} s, {peer_peak:,.0f} MiB | {used:.2f} s, {peak:,.0f} MiB "
            f"| {used / peer_used:.2f} | {answer} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
