"""One experiment against another: which of its outputs are the recorded ones, and what else differs between the two."""

from __future__ import annotations

import stat
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from ..assess import drift
from ..error import EnvprobeError
from ..output import (
    OutputComparison,
    OutputDescription,
    OutputDifference,
    OutputVerdict,
    Tolerance,
    compare_descriptions,
    compare_outputs,
    describe,
    pair_names,
)
from ..output.description import are_same, shard_digests
from ..output.readers import binary
from ..policy import Policy, Severity
from ..records.packing import is_inside
from ..report import Difference, Gap, Output, Report
from ..runs import Attempt, Run
from ..statistic import MINIMUM_PAIRS
from . import spread
from .spread import Group

DRIFT = "drift"
SEED = "run.seed"
DRIFTED = "it changed while the experiment ran: the outputs were not made in one environment"
RUN_AGAIN = "run the experiment again in an environment that nothing else changes"
NOT_KEPT = "the output is not there any more as it was recorded; keep copies: envprobe run --copy-outputs FOLDER"
NOTHING_WRITTEN = "nothing was written that matches"
FINE = (OutputVerdict.IDENTICAL, OutputVerdict.TOLERANCE)


def with_outputs(report: Report, expected: Run | None, observed: Run, policy: Policy, tolerance: Tolerance) -> Report:
    """Add to a report of two environments what was run in them: outputs, and facts that changed on the way.

    `expected` is None where a baseline without outputs was compared: then that is said.
    """
    is_repeated = expected is not None and len(expected.attempts) > 1  # then other seeds are what is asked for
    differences = [item for item in report.differences if not (is_repeated and item.path == SEED)]
    differences += _drift(observed, policy)
    skipped = dict(report.skipped)
    outputs: list[Output] = []
    if expected is None:
        skipped["outputs.*"] = "a baseline holds no outputs; compare with a run"
    else:
        found = compare_experiments(expected, observed, tolerance)
        outputs = [Output(comparison=one, severity=policy.severity(f"outputs.{one.name}")) for one in found]
    return msgspec.structs.replace(
        report,
        expected_id=expected.fingerprint.id if expected is not None else report.expected_id,
        observed_id=observed.fingerprint.id,
        differences=sorted(differences, key=lambda item: (-item.severity.rank, item.path)),
        unknown=[*report.unknown, *_untold(observed, policy), *_both_failed(expected, observed)],
        skipped=skipped,
        outputs=[output for output in outputs if output.severity is not Severity.IGNORE],
    )


def _drift(run: Run, policy: Policy) -> Iterator[Difference]:
    """Yield what changed during a run, as severe as it would be between two runs."""
    for found in drift.compare(run.fingerprint, run.environment_after).changes if run.drift else ():
        severity = policy.severity(found.path, kind=found.kind.value, magnitude=found.magnitude)
        if severity is not Severity.IGNORE:
            yield Difference(
                path=f"{DRIFT}.{found.path}",
                kind=found.kind,
                severity=severity,
                expected=found.expected,
                observed=found.observed,
                why=DRIFTED,
                fix=RUN_AGAIN,
            )


def _untold(run: Run, policy: Policy) -> Iterator[Gap]:
    """Yield the outputs that cannot be held against anything: nothing was written, or what was written cannot be read."""
    found: dict[str, str] = {}
    for attempt in run.attempts:
        found.update(dict.fromkeys(attempt.missing, NOTHING_WRITTEN))
        found.update(attempt.unreadable)
    for name, reason in sorted(found.items()):
        severity = policy.severity(f"outputs.{name}")
        if severity is not Severity.IGNORE:
            yield Gap(path=f"outputs.{name}", reason=reason, severity=severity)


def _both_failed(expected: Run | None, observed: Run) -> Iterator[Gap]:
    """Yield a doubt where two experiments agree in nothing but their failure."""
    are_complete = expected is not None and expected.state == observed.state == "complete"
    if expected is not None and are_complete and expected.exit_status == observed.exit_status != 0:
        reason = f"both commands failed with {observed.exit_status}: what they left proves nothing"
        yield Gap(path="run.exit_status", reason=reason, severity=Severity.FAIL)


def compare_experiments(expected: Run, observed: Run, tolerance: Tolerance) -> list[OutputComparison]:
    """Compare the outputs of two runs, by name.

    Runs of the same seed are compared with each other, first exactly and, where that does not hold for all and they are enough,
    by a paired test. Runs of other seeds are judged by what seeds spread: see spread.py. So are repeated runs without seeds,
    unless each is as its counterpart.
    """
    same, others = matched(expected, observed)
    exact = [_compare_attempts(*pair, tolerance) for pair in same]
    is_fine = all(found.verdict in FINE for pair in exact for found in pair)
    if not expected.seed_variable or not observed.seed_variable:
        is_one = len(expected.attempts) == len(observed.attempts) == 1
        if is_one or (is_fine and len(same) == len(observed.attempts)):
            return _named(same, exact)
        return spread.compare([Group(expected.attempts, observed.attempts, is_paired=False)], tolerance)
    by_spread = [Group(expected.attempts, others, is_paired=False)] if others else []
    if is_fine:
        return spread.compare(by_spread, tolerance) if others else _named(same, exact)
    if len(same) >= MINIMUM_PAIRS:
        pairs = Group([before for before, _ in same], [after for _, after in same], is_paired=True)
        return spread.compare([pairs, *by_spread], tolerance)
    rest = spread.compare(by_spread, tolerance)
    return [*_named(same, exact), *(msgspec.structs.replace(found, name=f"{found.name} (other seeds)") for found in rest)]


def matched(expected: Run, observed: Run) -> tuple[list[tuple[Attempt, Attempt]], list[Attempt]]:
    """Return the runs of both sides that belong together, and the observed ones that were recorded with no such seed.

    They belong together by their seed; by their order where one side has no seeds.
    """
    if not expected.seed_variable or not observed.seed_variable:
        return list(zip(expected.attempts, observed.attempts, strict=False)), []
    by_seed = {attempt.seed: attempt for attempt in expected.attempts}
    same = [(by_seed[attempt.seed], attempt) for attempt in observed.attempts if attempt.seed in by_seed]
    return same, [attempt for attempt in observed.attempts if attempt.seed not in by_seed]


def _named(pairs: Sequence[tuple[Attempt, Attempt]], exact: Sequence[Sequence[OutputComparison]]) -> list[OutputComparison]:
    """Return the outputs of all pairs; those of the second and later ones with what tells the run."""
    named: list[OutputComparison] = []
    for index, ((_, observed), found) in enumerate(zip(pairs, exact, strict=True)):
        words = f"run {index + 1}" if observed.seed is None else f"seed {observed.seed}"
        named += [msgspec.structs.replace(one, name=f"{one.name} ({words})") if index else one for one in found]
    return named


def _compare_attempts(expected: Attempt, observed: Attempt, tolerance: Tolerance) -> list[OutputComparison]:
    ours = {output.name: output for output in expected.outputs}
    theirs = {output.name: output for output in observed.outputs}
    found = []
    for name, left, right in pair_names(ours, theirs):
        if left is None or right is None:
            found.append(_one_sided(name, (theirs[right] if right else ours[left or ""]), tolerance, is_added=left is None))
        else:
            found.append(_compare_outputs(name, (expected, ours[left]), (observed, theirs[right]), tolerance))
    return found


def _one_sided(name: str, output: OutputDescription, tolerance: Tolerance, *, is_added: bool) -> OutputComparison:
    is_ignored = tolerance.rule("", name, output.type).ignore
    sides = ("absent", "written") if is_added else ("written", "absent")
    difference = OutputDifference(
        path="", kind="added" if is_added else "removed", expected=sides[0], observed=sides[1], accepted=is_ignored
    )
    return OutputComparison(
        name=name,
        type=output.type,
        compared_by="its presence",
        same_bytes=False,
        differences=[difference],
        verdict=OutputVerdict.TOLERANCE if is_ignored else OutputVerdict.DIFFERS,
        count=1,
    )


def _compare_outputs(
    name: str, expected: tuple[Attempt, OutputDescription], observed: tuple[Attempt, OutputDescription], tolerance: Tolerance
) -> OutputComparison:
    """Compare two outputs: equal digests first, then the files where both are still there, else descriptions.

    A description that somebody made without the library that reads the file is made again here, where the file is there.
    """
    if are_same(expected[1], observed[1]) and tolerance.trusts_equal_bytes:
        return msgspec.structs.replace(compare_descriptions(expected[1], observed[1], tolerance), name=name)
    files = [kept_file(*side) for side in (expected, observed)]
    if files[0] is not None and files[1] is not None:
        return compare_outputs(files[0], files[1], tolerance, name)
    sides = [_read_again(output, file) for (_, output), file in zip((expected, observed), files, strict=True)]
    described = compare_descriptions(sides[0], sides[1], tolerance)
    return msgspec.structs.replace(described, name=name, hint=described.hint or NOT_KEPT)


def _read_again(output: OutputDescription, file: Path | None) -> OutputDescription:
    return describe(file, output.name, output.digest) if file is not None else output


def kept_file(attempt: Attempt, output: OutputDescription) -> Path | None:
    """Return where an output still lies as it was recorded: its copy, or where the command wrote it; None where it does not.

    A run is a document that anybody may have written: only a file with the recorded digest is taken, and only a regular one
    is opened.
    """
    for place in ("copies", "folder"):
        folder = attempt.context.get(place)
        if not isinstance(folder, str) or not is_inside(output.name):
            continue
        path = Path(folder) / output.name
        try:
            status = path.stat()
            is_candidate = stat.S_ISREG(status.st_mode) and status.st_size == output.size_bytes
            if is_candidate and _has_digest(path, output):
                return path
        except (OSError, EnvprobeError):
            continue
    return None


def _has_digest(path: Path, output: OutputDescription) -> bool:
    """Tell whether a file is the recorded one by its bytes alone: what could be read of it there and here does not count."""
    if binary.digest(path) != output.digest:
        return False
    if output.type != "checkpoint":
        return True
    return shard_digests(path) == output.shards if output.shards else describe(path).parts == output.parts
