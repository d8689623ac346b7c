"""Benchmark runs in copies: side by side, within a budget, each asked for once and kept by its content."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import msgspec

from ..causes.intervention import Intervention, merged
from ..causes.proving import Taken, TrialOutcome
from ..causes.symptoms import FAILURE, moved_of
from ..error import EnvprobeError
from ..fact import Known, canonical, sha256
from ..fingerprint import Fingerprint, read_fingerprint, to_json
from ..numerics.comparison import Comparison
from ..probing import bundle
from ..probing.collect import Options, collect_from
from ..progress import Progress
from ..store import save
from ..targets.deadline import Deadline
from ..targets.interruption import calling_off
from .laboratory import Laboratory
from .overlay import cache_folder

SECTIONS = ("python", "environment", "packages", "cpu", "numerics")
"""What a trial looks at: whether what was to be taken away is gone, and the benchmark."""
CHECKED = ("environment.", "numerics.keras.")
"""Facts that must be as the baseline has them once they were taken away."""
TRIAL_S = 180
KEPT = 400
"""Answers that are kept; the oldest are removed."""
NO_TIME = "the time budget was spent before its turn: --budget gives more"
INTERRUPTED = "interrupted before its turn"


class TrialRuns:
    """Runs trials of one target; counts them, and the seconds that they took."""

    def __init__(
        self,
        laboratory: Laboratory,
        expected: Fingerprint,
        observed: Fingerprint,
        compared: Callable[[Fingerprint, Intervention], Comparison | None],
        budget_s: float,
        say: Progress,
    ) -> None:
        self._laboratory, self._expected, self._observed = laboratory, expected, observed
        self._compared, self._say = compared, say
        self._began, self._end = time.monotonic(), time.monotonic() + budget_s
        self.count = 0
        """How many benchmarks were run; those that were kept from before are not among them."""
        self.untried = 0
        """How many were not run, because the budget was spent."""
        self.is_interrupted = False

    @property
    def seconds(self) -> float:
        """How long it has taken so far."""
        return time.monotonic() - self._began

    def each(self, taken: Sequence[Taken]) -> list[TrialOutcome]:
        """Return what the benchmark leaves in as many copies. Ctrl-C ends what runs; what was found out is kept."""
        found: list[TrialOutcome | None] = [None] * len(taken)
        with ThreadPoolExecutor(_workers()) as pool, calling_off() as call_off:
            waiting: list[Future[TrialOutcome]] = [pool.submit(self._one, interventions) for interventions in taken]
            try:
                for index, future in enumerate(waiting):
                    found[index] = future.result()
            except KeyboardInterrupt:
                self.is_interrupted = True
                call_off()
                pool.shutdown(wait=True, cancel_futures=True)
        return [one or TrialOutcome(problem=INTERRUPTED, is_untried=True) for one in found]

    def _one(self, taken: Taken) -> TrialOutcome:
        if self.is_interrupted:
            return TrialOutcome(problem=INTERRUPTED, is_untried=True)
        if time.monotonic() >= self._end:
            self.untried += 1
            return TrialOutcome(problem=NO_TIME, is_untried=True)
        try:
            return self.outcome(self.answer(merged(taken)), taken)
        except EnvprobeError as error:
            return TrialOutcome(problem=error.message)

    def answer(self, intervention: Intervention) -> Fingerprint:
        """Return what a copy answers in which this is done, kept or run now. Raises TargetError, ProbeError."""
        return self._kept(intervention) or self._run(intervention)

    def outcome(self, fingerprint: Fingerprint, taken: Taken = ()) -> TrialOutcome:
        """Return what a fingerprint says: its bits, how many differ from the baseline's, and whether all was taken away."""
        still = [one.path for one in taken if one.path.startswith(CHECKED) and self._is_there(one.path, fingerprint)]
        if still:
            return TrialOutcome(problem=f"{', '.join(still)} is still there: something in the target sets it again")
        if fingerprint.trace is None:
            said = fingerprint.get(FAILURE)
            return TrialOutcome(state=f"fails: {said.value}" if isinstance(said, Known) else "fails")
        comparison = self._compared(fingerprint, merged(taken))
        if comparison is None or not comparison.compared:
            return TrialOutcome(problem="the baseline has no benchmark that it could be compared with")
        first = comparison.first_divergence
        return TrialOutcome(
            state=state_of(fingerprint),
            moved=comparison.moved,
            first=None if first is None else f"{first.part}/{first.stage}",
            compared=comparison.compared,
            records=tuple(record for records in moved_of(comparison).values() for record in records),
            run_s=_run_s(fingerprint),
        )

    def _is_there(self, path: str, fingerprint: Fingerprint) -> bool:
        return fingerprint.get(path) != self._expected.get(path)

    def _run(self, intervention: Intervention) -> Fingerprint:
        self._say(f"benchmark in a copy: {intervention.words or 'unchanged'}")
        self.count += 1
        options = Options(integrity=False, sections=SECTIONS, as_launched=False, timeout_s=TRIAL_S)
        with self._laboratory.copy(intervention, Deadline(TRIAL_S)) as target:
            found = collect_from(target, options, None, lambda words: None)
        _keep(self._place(intervention), found)
        return found

    def _kept(self, intervention: Intervention) -> Fingerprint | None:
        """Return what the same trial of the same target gave before; the unchanged copy is always run, to vouch for the rest."""
        place = self._place(intervention)
        if not intervention.path or not place.is_file():
            return None
        try:
            return read_fingerprint(place.read_bytes(), str(place))
        except (OSError, EnvprobeError):
            return None

    def _place(self, intervention: Intervention) -> Path:
        """Return where an answer is kept: named after the target as it was observed, the probe, and what was done."""
        content = [self._observed.id, bundle.digest(), msgspec.to_builtins(intervention)]
        return cache_folder() / f"{sha256(canonical(content)).partition(':')[2][:40]}.json"


def state_of(fingerprint: Fingerprint) -> str:
    """Return what two benchmarks share that left the same bits."""
    records = fingerprint.trace.get("records") if isinstance(fingerprint.trace, dict) else None
    return sha256(canonical(records)) if records else ""


def _run_s(fingerprint: Fingerprint) -> float | None:
    """Return how long the benchmark took; what a guest says there may be anything."""
    context = fingerprint.trace.get("context") if isinstance(fingerprint.trace, dict) else None
    said = context.get("run_s") if isinstance(context, dict) else None
    try:
        return float(said) if isinstance(said, str | int | float) else None
    except ValueError:
        return None


def _keep(place: Path, fingerprint: Fingerprint) -> None:
    """Keep an answer where there is room for it."""
    with suppress(EnvprobeError, OSError):
        place.parent.mkdir(parents=True, exist_ok=True)
        save(place, to_json(fingerprint), replace=True)
        answers = sorted(place.parent.glob("*.json"), key=lambda path: path.stat().st_mtime)
        for old in answers[:-KEPT]:
            old.unlink(missing_ok=True)


def _workers() -> int:
    """Return how many copies run side by side: a benchmark is busy with one CPU while it imports."""
    return max(min(len(os.sched_getaffinity(0)), 4), 1)
