"""Measure which numeric switch moves which record of the benchmark, and how far: the tables of docs/numerics.md.

    python tests/bench/switches.py [SWITCH ...] [--write]

Each switch is one throw-away container of the stand-in image with one thing changed; its trace is compared with that of an
unchanged one. Traces of other machines lie in tests/data/traces. The table goes to stdout; `--write` puts it, and the margins
of the limits, into docs/numerics.md, and what moved into tests/data/switches.json, from which the tests of envprobe.numerics
learn. About 4 s a switch, 40 s an emulated CPU (Debian's qemu-user-static), and once the download of foreign wheels.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from envprobe.numerics.comparison import compare
from envprobe.numerics.divergence import Divergence, diverging, paired
from envprobe.numerics.group import is_part_of_model
from envprobe.numerics.tolerance import DEFAULT
from envprobe.numerics.trace import Trace, read_trace
from tests.bench.changed_container import answer, trace_of
from tests.bench.switch_table import BY_NAME, UNCHANGED
from tests.support import margins
from tests.support.margins import Moved, Row

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = ROOT / "docs" / "numerics.md"
OTHER_MACHINES = ROOT / "tests" / "data" / "traces"
HEAD = (
    "| changed | kind | verdict | of its limit | first divergence, scaled error | canaries that moved | records of the model "
    "| first guess |\n|---|---|---|---|---|---|---|---|"
)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("switch", nargs="*", choices=[*BY_NAME, []], help="all of them by default")
    parser.add_argument(
        "--write", action="store_true", help="replace the tables in docs/numerics.md and tests/data/switches.json"
    )
    options = parser.parse_args()
    reference = trace_of(answer(UNCHANGED))
    lines, rows = [HEAD], []
    print(HEAD)
    for name in options.switch or BY_NAME:
        _measure(name, BY_NAME[name].kind, reference, trace_of(answer(BY_NAME[name])), lines, rows)
    for file in sorted(OTHER_MACHINES.glob("*.json")) if not options.switch else ():
        document = json.loads(file.read_text())
        _measure(document["name"], "rounding", reference, read_trace(document["trace"], file.name), lines, rows)
    if options.write:
        margins.write(rows)
        _replace("switches", "\n".join(lines))
        _replace("limits", margins.table(rows))
    return 0


def _measure(name: str, kind: str, expected: Trace, observed: Trace, lines: list[str], rows: list[Row]) -> None:
    """Add the table's line and the recorded row of one switch."""
    pairs = paired(expected, observed)
    types = {record.key: record.dtype for pair in pairs for record in pair if record is not None}
    moved = list(diverging(pairs, DEFAULT))
    rows.append(Row(name, kind, [Moved.of(item, types[item.part, item.stage, item.tensor, item.step]) for item in moved]))
    lines.append(_line(rows[-1], expected, observed, moved))
    print(lines[-1], flush=True)


def _line(row: Row, expected: Trace, observed: Trace, moved: list[Divergence]) -> str:
    found = compare(expected, observed)
    stages = Counter(item.stage for item in moved if is_part_of_model(item.part))
    told = ", ".join(f"{stage} {count}" for stage, count in stages.items())
    canaries = ", ".join(f"{item.stage}/{item.tensor}" for item in moved if not is_part_of_model(item.part))
    verdict = "equivalent" if found.equivalent else found.verdict.value
    guessed = found.guesses[0].switch if found.guesses else ""
    times = margins.spelled(margins.times_limit(row))
    return f"| {row.name} | {row.kind} | {verdict} | {times} | {_first(moved)} | {canaries} | {told} | {guessed} |"


def _first(moved: list[Divergence]) -> str:
    if not moved:
        return ""
    first = moved[0]
    apart = first.how if first.how != "bits" else f"{first.relative:.0e}"
    return f"{first.part}/{first.stage}/{first.tensor}, {apart}"


def _replace(name: str, table: str) -> None:
    """Put a table between its marks in the document."""
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    text, count = re.subn(f"{begin}.*{end}", lambda _: f"{begin}\n{table}\n{end}", DOCUMENT.read_text(), flags=re.DOTALL)
    if count != 1:
        raise RuntimeError(f"{DOCUMENT.name}: no marks {begin} … {end}")
    DOCUMENT.write_text(text)


if __name__ == "__main__":
    sys.exit(main())
