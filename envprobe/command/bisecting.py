"""Which difference changes the outcome of an experiment: `bisect`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from ..baseline import Baseline
from ..causes.bisection import Bisection, Removal, most_runs, removals, skipped_of
from ..causes.bisection import bisect as bisected
from ..causes.intervention import Intervention, NoIntervention, intervention_for
from ..causes.symptoms import is_symptom, symptoms_of
from ..claim import parse_claim
from ..config import Config, load_config
from ..error import EnvprobeError, UsageError
from ..experiment.running import IN_ITS_OWN_FOLDER, LOCAL, reference_of
from ..experiment.workplace import check_globs
from ..fact import Section
from ..fingerprint import Fingerprint
from ..probing.collect import Options
from ..progress import Progress
from ..runs import Run
from ..store import require_writable
from ..targets.address import parse, shown
from ..targets.deadline import Deadline
from ..trial.experiments import AskedExperiment, ExperimentRuns, still_there
from ..trial.laboratory import CONTAINERS_CPUS, CONTAINERS_SETTING, ENGINES, Laboratory, open_laboratory
from ..trial.overlay import make_overlay
from .comparison import compare
from .environment import chosen, observe
from .good_code import COMMIT, GoodCode, find_good_code, with_commit
from .source import open_source

BUDGET_S = 3600
OPENING_S = 300
DATA_UNREAD = "the data is not read here: envprobe run --data records it, and check --run compares it"
OF_CODE = (COMMIT, "code.dirty", "code.branch")
SET_AGAIN = "it is still there in a copy without it: something in the target sets it again"


class BisectionPlan(msgspec.Struct, frozen=True):
    """What is going to be run."""

    items: Sequence[Removal]
    target: str
    repeat: int
    seconds: float
    """What one run took when the baseline was recorded; 0 where nobody knows."""
    commits: int = 0
    """How many lie between the code that was right and what is there; they are halved where the code acts."""

    @property
    def runs(self) -> int:
        """How many copies are made at most where one difference acts alone; two of them are unchanged."""
        return 2 + most_runs(len(self.items)) + self.commits.bit_length()


def bisect(
    command: Sequence[str],
    outputs: Sequence[str],
    target: str | None = None,
    baseline: str | None = None,
    *,
    good: str | None = None,
    claims: Sequence[str] = (),
    repeat: int = 1,
    options: Options | None = None,
    config: Config | None = None,
    progress: Progress | None = None,
    planned: Callable[[BisectionPlan], None] = lambda plan: None,
    budget_s: float = BUDGET_S,
    answers: Path | None = None,
) -> tuple[Bisection, bool]:
    """Return the smallest set of differences that changes what a command writes, and whether somebody interrupted it.

    The baseline is a recorded run; `good` a folder or a revision whose files were right, else the commit that it was recorded
    with. `planned` is called with what is going to be run, before it is; `answers` names a file in
    which they are kept. Raises what `check` raises; UsageError for a baseline that is no run, and for a target of which no copy
    can be made.
    """
    config = config or load_config(Path.cwd())
    name, reference = chosen(baseline, config), target or config.target
    check_globs(outputs)
    if not command or not outputs:
        raise UsageError(
            "nothing to run, or no outputs to judge it by", "envprobe bisect --outputs metrics.json -- python train.py"
        )
    if reference == LOCAL:
        reference = reference_of(command)
    recorded = open_source(name, config, config.revision).document
    if isinstance(recorded, Baseline | Fingerprint):
        raise UsageError(
            f"{name} is no recorded run", "record one where the outcome is right: envprobe run --outputs GLOB -- COMMAND"
        )
    if answers is not None:
        require_writable(answers)
    is_here, here = parse(reference).scheme == "local", Path.cwd()
    if good is not None and not is_here:
        raise UsageError("--good: files are taken away on this machine alone", "copy the folder here, or run it in local://")
    config = msgspec.structs.replace(config, code=config.code or (here if is_here else Path(IN_ITS_OWN_FOLDER)))
    options = msgspec.structs.replace(options or Options(), benchmark="off")
    code = find_good_code(here, good, recorded.fingerprint, outputs) if is_here else GoodCode()
    observed, ways = _ways(reference, name, recorded, options, config, progress)
    if code.ways:
        ways = [*(way for way in ways if way.path not in OF_CODE), *code.ways]
    asked = AskedExperiment(
        expected=recorded,
        observed=observed,
        command=list(command),
        outputs=list(outputs),
        repeat=repeat,
        claims=[parse_claim(text) for text in claims],
        tolerance=config.outputs,
    )
    with open_laboratory(reference, observed, Deadline(OPENING_S + budget_s), here if code.ways else None) as laboratory:
        ways = _effective(laboratory, ways, recorded.fingerprint)
        items = removals([way for way in ways if isinstance(way, Intervention)])
        planned(BisectionPlan(items, shown(reference), repeat, _mean(recorded), len(code.commits)))
        runs = ExperimentRuns(laboratory, asked, budget_s, answers, progress or (lambda words: None))
        found = bisected(items, runs.control(), runs.ask, name, shown(reference))
        found = with_commit(found, code, items, here, runs)
    left = skipped_of([way for way in ways if isinstance(way, NoIntervention)])
    told = msgspec.structs.replace(found, not_taken_away=left, runs=runs.count, kept=runs.kept, seconds=runs.seconds)
    return told, runs.is_interrupted


def _ways(
    reference: str, name: str, recorded: Run, options: Options, config: Config, progress: Progress | None
) -> tuple[Fingerprint, list[Intervention | NoIntervention]]:
    """Return what was observed, and for each difference what takes it away in a copy."""
    expected, observed = observe(reference, name, options=options, config=config, progress=progress)
    report = compare(expected, observed, config=config, left_out=options.left_out)
    symptoms = symptoms_of(report, observed.document)
    differences = [item for item in report.differences if not is_symptom(item.path)]
    ways = [intervention_for(item, recorded.fingerprint, symptoms) for item in differences]
    if recorded.fingerprint.sections.get("data", Section()) != Section():
        ways.append(NoIntervention("data", DATA_UNREAD))
    is_container = parse(reference).scheme in ENGINES
    return observed.document, [_usable(way, observed.document, is_container) for way in ways]


def _usable(way: Intervention | NoIntervention, observed: Fingerprint, is_container: bool) -> Intervention | NoIntervention:
    """Return a change where a copy can have it: what cannot be fetched is known before anything is run."""
    if isinstance(way, NoIntervention):
        return way
    if way.settings and not is_container:
        return NoIntervention(way.path, CONTAINERS_SETTING)
    if way.cpus and is_container:
        return NoIntervention(way.path, CONTAINERS_CPUS)
    try:
        with TemporaryDirectory(prefix="envprobe-copy-") as folder:
            make_overlay(way, Path(folder), observed)
    except EnvprobeError as error:
        return NoIntervention(way.path, error.message)
    return way


def _effective(
    laboratory: Laboratory, ways: Sequence[Intervention | NoIntervention], expected: Fingerprint
) -> list[Intervention | NoIntervention]:
    """Return the changes with those that have no effect in a copy as what nobody can take away."""
    again = still_there(laboratory, [way for way in ways if isinstance(way, Intervention)], expected)
    return [NoIntervention(way.path, SET_AGAIN) if way.path in again else way for way in ways]


def _mean(recorded: Run) -> float:
    """Return how long one run took, by what a document calls seconds, which may be anything."""
    took = [attempt.context.get("seconds") for attempt in recorded.attempts]
    numbers = [float(value) for value in took if isinstance(value, int | float)]
    return sum(numbers) / len(numbers) if numbers else 0.0
