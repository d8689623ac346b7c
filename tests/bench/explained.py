"""How often `explain --prove` is right, and how long it takes: over the causes of tests/support/injected.py in real containers.

    python tests/bench/explained.py [CASE …]

A row a case: the first cause, the set that was proved, benchmark runs, seconds. About 15 s a case; `nox -s explain`.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import envprobe
from envprobe.causes.cause import Explanation
from envprobe.command.proving import prove_causes
from tests.support import engine
from tests.support.injected import CASES, HELD_OUT, Injected, injected

HEAD = "| injected | first cause | right | proved | proof right | runs | seconds |\n|---|---|---|---|---|---|---|"


class Row(NamedTuple):
    """What came of one case."""

    case: Injected
    found: Explanation
    seconds: float

    @property
    def is_named(self) -> bool:
        """Whether an injected cause is named first."""
        return bool(self.found.causes) and self.found.causes[0].paths[0] in (*self.case.causes, *self.case.also)

    @property
    def is_proved(self) -> bool:
        """Whether the set that is proved is the injected one."""
        minimal = set(self.found.minimal)
        return minimal == set(self.case.causes) or (len(minimal) == 1 and minimal <= {*self.case.causes, *self.case.also})

    @property
    def is_false(self) -> bool:
        """Whether something is called proved that is no cause: the one fault that must not be."""
        return not set(self.found.minimal) <= {*self.case.causes, *self.case.also}

    def __str__(self) -> str:
        first = self.found.causes[0].paths[0] if self.found.causes else "none"
        proof = "yes" if self.is_proved else "FALSE" if self.is_false else "not proved"
        proved = ", ".join(self.found.minimal) or "; ".join(cause.proof.why for cause in self.found.causes[:1])
        named = "yes" if self.is_named else "NO"
        return f"| {self.case.name} | {first} | {named} | {proved} | {proof} | {self.found.runs} | {self.seconds:.0f} |"


def rows(cases: list[Injected]) -> Iterator[Row]:
    """Yield what came of each case, against a baseline of the unchanged image that is recorded first."""
    with tempfile.TemporaryDirectory() as folder:
        baseline = Path(folder) / "standin.json"
        envprobe.save(envprobe.record(f"image://{engine.standin_image()}", output=baseline))
        for case in cases:
            with injected(case) as name:
                began = time.monotonic()
                found, _ = prove_causes(f"docker://{name}", str(baseline))
                yield Row(case, found, time.monotonic() - began)


def main(names: list[str]) -> int:
    """Print the table and its sums; 1 where something was called proved that is not."""
    print(HEAD)
    told = []
    for row in rows([case for case in (*CASES, *HELD_OUT) if not names or case.name in names]):
        print(row, flush=True)
        told.append(row)
    seen = [row for row in told if row.case.is_seen]
    print(f"\nnamed first: {sum(row.is_named for row in told)} of {len(told)}")
    print(f"proved: {sum(row.is_proved for row in seen)} of {len(seen)} that the benchmark sees")
    print(f"called proved and wrong: {sum(row.is_false for row in told)}")
    return int(any(row.is_false for row in told))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
