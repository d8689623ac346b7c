"""An experiment run in copies of a target: each set of differences asked for once, judged against a recorded run, and kept."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from ..causes.bisection import ExperimentTrial, Removal, paths_of
from ..causes.intervention import Intervention, merged
from ..claim import Claim, ClaimVerdict
from ..error import EnvprobeError, UsageError
from ..evidence import Evidence
from ..experiment import outputs
from ..experiment.compare import FINE, compare_experiments
from ..experiment.console import Tail
from ..experiment.container_workplace import ContainerWorkplace
from ..experiment.workplace import LocalWorkplace, Workplace
from ..fact import canonical, sha256
from ..fingerprint import Fingerprint
from ..output import OutputVerdict, Tolerance
from ..probing.collect import Options, collect_from
from ..progress import Progress
from ..runs import Attempt, Run
from ..spelling import line, some
from ..store import save
from ..targets.copy import CopyTarget
from ..targets.deadline import Deadline
from ..targets.protocol import Target
from .laboratory import Laboratory
from .local import OverlaidTarget
from .runs import INTERRUPTED, NO_TIME, TRIAL_S

COPIED_BYTES = 1 << 30
"""Of the outputs of one run, kept until they are compared."""
CHECKED = ("python", "environment", "packages")
OURS = ("environment.PYTHONPATH", "environment.KERAS_HOME")
"""Variables that put files in front of what a copy has."""
UNSTABLE = (
    "two unchanged copies did not come to the same outcome: --repeat N, or --claim about a metric, judges by what runs spread"
)


class AskedExperiment(msgspec.Struct, frozen=True, kw_only=True):
    """What is run in each copy, and what it is held against."""

    expected: Run
    observed: Fingerprint
    command: list[str]
    outputs: list[str]
    repeat: int = 1
    """How many times in each copy; with the baseline's seeds, where it has any."""
    claims: Sequence[Claim] = ()
    """Where there are any, they are the outcome, and the outputs are not."""
    tolerance: Tolerance


class ExperimentRuns:
    """Runs the experiment in copies; counts them. Ctrl-C ends what runs, and what was found out is kept."""

    def __init__(
        self, laboratory: Laboratory, asked: AskedExperiment, budget_s: float, answers: Path | None, say: Progress
    ) -> None:
        self._laboratory, self._asked, self._answers, self._say = laboratory, asked, answers, say
        self._began, self._budget_s = time.monotonic(), budget_s
        self._known = _read_answers(answers)
        self._unchanged: list[str] = []
        self.count = self.kept = 0
        self.is_interrupted = False

    @property
    def seconds(self) -> float:
        """How long it has taken so far."""
        return time.monotonic() - self._began

    def control(self) -> ExperimentTrial:
        """Return what two unchanged copies come to; unknown where they disagree."""
        with TemporaryDirectory(prefix="envprobe-bisect-") as folder:
            try:
                first, second = (self._run((), Path(folder) / name) for name in ("first", "second"))
                trials = [self._judge(run) for run in (first, second)]
                same = compare_experiments(first, second, self._asked.tolerance)
            except EnvprobeError as error:
                return ExperimentTrial("unknown", error.message)
            except KeyboardInterrupt:
                self.is_interrupted = True
                return ExperimentTrial("unknown", INTERRUPTED)
        self._unchanged = [output.digest for attempt in first.attempts for output in attempt.outputs]
        is_exact = trials[0].outcome == "other" and self._asked.repeat == 1 and not self._asked.claims
        is_stable = trials[0] == trials[1] and (not is_exact or _are_fine(same))
        return trials[0] if is_stable else ExperimentTrial("unknown", UNSTABLE)

    def ask(self, part: Sequence[Removal]) -> ExperimentTrial:
        """Return what a copy comes to without these, as it was kept or as it is found out now."""
        key = self._key(part)
        if key in self._known:
            self.kept += 1
            return self._known[key]
        if self.is_interrupted or self.seconds >= self._budget_s:
            return ExperimentTrial("unknown", INTERRUPTED if self.is_interrupted else NO_TIME)
        try:
            with TemporaryDirectory(prefix="envprobe-bisect-") as folder:
                found = self._judge(self._run(part, Path(folder)))
        except EnvprobeError as error:
            return ExperimentTrial("unknown", error.message)
        except KeyboardInterrupt:
            self.is_interrupted = True
            return ExperimentTrial("unknown", INTERRUPTED)
        self._keep(key, found)
        return found

    def _run(self, part: Sequence[Removal], folder: Path) -> Run:
        words = line(", ".join(paths_of(part)), 200)
        self._say(f"the experiment in a copy: {f'without {words}' if words else 'unchanged'}")
        self.count += 1
        asked = self._asked
        intervention = merged(way for removal in part for way in removal)
        with self._laboratory.copy(intervention, Deadline()) as copy, _workplace(copy) as (place, before):
            attempts = [self._attempt(place, before, index, folder) for index in range(asked.repeat)]
        return Run(
            command=asked.command,
            outputs=asked.outputs,
            seed_variable=asked.expected.seed_variable,
            planned=asked.repeat,
            attempts=attempts,
            fingerprint=asked.observed,
        )

    def _attempt(self, place: Workplace, before: Sequence[str], index: int, folder: Path) -> Attempt:
        asked, copies = self._asked, folder / str(index)
        variable, attempts = asked.expected.seed_variable, asked.expected.attempts
        seed = attempts[index % len(attempts)].seed if variable and attempts else None
        there = place.list_files(asked.outputs)
        given = {} if seed is None else {variable: str(seed)}
        status = place.run([*before, *asked.command], given, Tail(lambda stream, data: None))
        with TemporaryDirectory(prefix="envprobe-") as brought:
            found = outputs.gather(place, there, Path(brought), copies, COPIED_BYTES)
        return Attempt(
            exit_status=status,
            seed=seed,
            outputs=found.outputs,
            unreadable=found.unreadable,
            missing=found.missing,
            context={"copies": str(copies)},
        )

    def _judge(self, run: Run) -> ExperimentTrial:
        """Say whether a run came to the baseline's outcome."""
        asked = self._asked
        if run.exit_status != asked.expected.exit_status:
            return ExperimentTrial("failed", f"the command ended with exit status {run.exit_status}")
        unreadable = {name: why for attempt in run.attempts for name, why in attempt.unreadable.items()}
        if unreadable:
            return ExperimentTrial("unknown", "; ".join(f"{name}: {why}" for name, why in unreadable.items()))
        if not any(attempt.outputs for attempt in run.attempts):
            return ExperimentTrial("unknown", f"nothing was written that matches {', '.join(asked.outputs)}")
        return _outcome(compare_experiments(asked.expected, run, asked.tolerance, claims=asked.claims))

    def _key(self, part: Sequence[Removal]) -> str:
        """Return the name of an answer: the target, the recorded run, what is run, what it left unchanged, what is taken away."""
        asked = self._asked
        told = [asked.command, asked.outputs, asked.repeat, [str(claim) for claim in asked.claims], self._unchanged]
        done = msgspec.to_builtins([way for removal in part for way in removal])
        return sha256(canonical([asked.observed.id, asked.expected.id, *told, done]))

    def _keep(self, key: str, found: ExperimentTrial) -> None:
        if found.outcome != "unknown":
            self._known[key] = found
            if self._answers is not None:
                save(self._answers, msgspec.json.encode(self._known), replace=True)


def still_there(laboratory: Laboratory, ways: Sequence[Intervention], expected: Fingerprint) -> set[str]:
    """Return the variables and versions that are not the baseline's in a copy without all of these: something sets them again."""
    options = Options(integrity=False, benchmark="off", sections=CHECKED, as_launched=False, timeout_s=TRIAL_S)
    try:
        with laboratory.copy(merged(ways), Deadline(TRIAL_S)) as target:
            found = collect_from(target, options, None, lambda words: None)
    except EnvprobeError:
        return set()  # the run without all of them says what is wrong
    read = [way.path for way in ways if way.path.startswith("environment.") or way.path.endswith(".version")]
    return {path for path in read if path not in OURS and found.get(path) != expected.get(path)}


def _outcome(evidence: Evidence) -> ExperimentTrial:
    """Judge by the claims where there are any, else by the outputs; an undecided or uncompared one is unknown."""
    if evidence.claims:
        said = [result.verdict for result in evidence.claims]
        if all(verdict is ClaimVerdict.HOLDS for verdict in said):
            return ExperimentTrial("baseline")
        is_other = ClaimVerdict.REFUTED in said
        return (
            ExperimentTrial("other") if is_other else ExperimentTrial("unknown", "a claim is undecided: --repeat takes more runs")
        )
    if _are_fine(evidence):
        return ExperimentTrial("baseline")
    if any(output.verdict is OutputVerdict.DIFFERS for output in evidence.outputs):
        return ExperimentTrial("other")
    count = sum(output.verdict is OutputVerdict.UNDETERMINED for output in evidence.outputs)
    return ExperimentTrial("unknown", f"{some(count, 'output')} could not be compared with the baseline's")


def _are_fine(evidence: Evidence) -> bool:
    return bool(evidence.outputs) and all(output.verdict in FINE for output in evidence.outputs)


@contextmanager
def _workplace(copy: Target) -> Iterator[tuple[Workplace, Sequence[str]]]:
    """Give where the command is run in a copy, and what stands before it."""
    if isinstance(copy, CopyTarget):
        with copy.standing() as target:
            yield ContainerWorkplace(target), ()
    else:
        yield LocalWorkplace(copy), copy.before if isinstance(copy, OverlaidTarget) else ()


def _read_answers(path: Path | None) -> dict[str, ExperimentTrial]:
    """Read what was kept before. Raises UsageError for a file of something else."""
    if path is None or not path.exists():
        return {}
    try:
        return msgspec.json.decode(path.read_bytes(), type=dict[str, ExperimentTrial])
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        raise UsageError(f"{path}: not the answers of a bisection", "name a new file with --resume") from None
