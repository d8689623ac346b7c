"""Measure which numeric switch moves which record of the benchmark, and how far: the tables of docs/numerics.md.

    python tests/bench/switches.py [SWITCH ...] [--write]
    python tests/bench/switches.py --tables

Each switch is one throw-away container of the stand-in image with one thing changed; its trace is compared with that of an
unchanged one. Traces of other machines lie in tests/data/traces. Each line goes to stdout; `--write` records what moved in
tests/data/switches.json, of all or of the named switches alone, from which the tests of envprobe.numerics learn, and makes the
tables of docs/numerics.md from that. About 4 s a switch, 40 s an emulated CPU (Debian's qemu-user-static), and once the
download of foreign wheels.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from envprobe.numerics.divergence import Divergence, diverging, paired
from envprobe.numerics.group import is_part_of_model
from envprobe.numerics.pattern import guess
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
    parser.add_argument("--write", action="store_true", help="put what was measured into tests/data/switches.json and the tables")
    parser.add_argument("--tables", action="store_true", help="measure nothing: make the tables from tests/data/switches.json")
    options = parser.parse_args()
    rows = [] if options.tables else list(_measured(options.switch))
    if options.write:
        margins.write(margins.updated(margins.read(), rows) if options.switch else rows)
    if options.write or options.tables:
        for name, table in tables(margins.read()).items():
            _replace(name, table)
    return 0


def tables(rows: list[Row]) -> dict[str, str]:
    """Return both tables of the document by the names of their marks."""
    return {"switches": "\n".join([HEAD, *map(_line, rows)]), "limits": margins.table(rows)}


def _measured(names: list[str]) -> Iterator[Row]:
    """Yield what each switch moves, and without names what other machines do; each line of the table is printed as it is known."""
    reference = trace_of(answer(UNCHANGED))
    print(HEAD)
    for name in names or BY_NAME:
        yield _row(name, BY_NAME[name].kind, reference, trace_of(answer(BY_NAME[name])))
    for file in sorted(OTHER_MACHINES.glob("*.json")) if not names else ():
        document = json.loads(file.read_text())
        yield _row(document["name"], "rounding", reference, read_trace(document["trace"], file.name))


def _row(name: str, kind: str, expected: Trace, observed: Trace) -> Row:
    pairs = paired(expected, observed)
    types = {record.key: record.dtype for pair in pairs for record in pair if record is not None}
    moved = diverging(pairs, DEFAULT)
    row = Row(name, kind, [Moved.of(item, types[item.part, item.stage, item.tensor, item.step]) for item in moved])
    print(_line(row), flush=True)
    return row


def _line(row: Row) -> str:
    moved = [item.divergence() for item in row.moved]
    stages = Counter(item.stage for item in moved if is_part_of_model(item.part))
    model = ", ".join(f"{stage} {count}" for stage, count in stages.items())
    canaries = ", ".join(f"{item.stage}/{item.tensor}" for item in moved if not is_part_of_model(item.part))
    verdict = "identical" if not moved else "equivalent" if all(item.is_rounding for item in moved) else "diverged"
    guesses = [found.switch for found in guess(moved)[:1]]
    times = margins.spelled(margins.times_limit(row))
    return f"| {row.name} | {row.kind} | {verdict} | {times} | {_first(moved)} | {canaries} | {model} | {''.join(guesses)} |"


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
