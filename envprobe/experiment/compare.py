"""One experiment against another: which of its outputs are the recorded ones."""

from __future__ import annotations

import stat
from collections.abc import Sequence
from pathlib import Path

import msgspec

from ..claim import Claim
from ..error import EnvprobeError
from ..evidence import Evidence, SameSeeds
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
from ..records.packing import is_inside
from ..runs import Attempt, Run
from ..statistic import MINIMUM_PAIRS
from . import spread
from .claims import judge_claims
from .points import histories, metric_runs
from .spread import Group

Pairs = list[tuple[Attempt, Attempt]]
FINE = (OutputVerdict.IDENTICAL, OutputVerdict.TOLERANCE)


def compare_experiments(
    expected: Run, observed: Run, tolerance: Tolerance, not_kept: str = "", claims: Sequence[Claim] = ()
) -> Evidence:
    """Hold two runs against each other: their outputs, what is claimed of them, and what of them can be drawn.

    `not_kept` is the hint for outputs whose files are no longer as recorded. Raises UsageError for a claim about no metric.
    """
    outputs, seeds = _compare(expected, observed, tolerance, not_kept)
    if claims:  # what may be claimed is claimed
        outputs = [
            msgspec.structs.replace(one, hint="" if one.hint.startswith(spread.CLAIMABLE) else one.hint) for one in outputs
        ]
    claimed = judge_claims(claims, expected, observed)
    return Evidence(
        outputs=outputs,
        seeds=seeds,
        claims=claimed,
        metrics=metric_runs(expected, observed, [result.claim.metric for result in claimed]),
        histories=histories(expected, observed),
    )


def _compare(expected: Run, observed: Run, tolerance: Tolerance, not_kept: str) -> tuple[list[OutputComparison], SameSeeds]:
    """Compare the outputs of two runs, by name, and say which seeds that both have did not give the same ones.

    Runs of the same seed are compared with each other, first exactly and, where that does not hold for all and they are enough,
    by a paired test. Runs of other seeds are judged by what seeds spread: see spread.py. So are repeated runs without seeds,
    unless each is as its counterpart.
    """
    same, others = matched(expected, observed)
    exact = [_compare_attempts(*pair, tolerance, not_kept) for pair in same]
    fine = [all(found.verdict in FINE for found in pair) for pair in exact]
    if not expected.seed_variable or not observed.seed_variable:
        return _unseeded(expected, observed, same, exact, all(fine), tolerance), SameSeeds(0, ())
    by_spread = [Group(expected.attempts, others, is_paired=False)] if others else []
    seeds = SameSeeds(len(same), [after.seed or 0 for (_, after), is_fine in zip(same, fine, strict=True) if not is_fine])
    if all(fine):
        return spread.compare(by_spread, tolerance) if others else _named(same, exact), seeds
    if len(same) >= MINIMUM_PAIRS:
        pairs = Group([before for before, _ in same], [after for _, after in same], is_paired=True)
        return spread.compare([pairs, *by_spread], tolerance), seeds
    rest = [msgspec.structs.replace(one, name=f"{one.name} (other seeds)") for one in spread.compare(by_spread, tolerance)]
    return [*_named(same, exact), *rest], seeds


def _unseeded(
    expected: Run, observed: Run, same: Pairs, exact: Sequence[Sequence[OutputComparison]], is_fine: bool, tolerance: Tolerance
) -> list[OutputComparison]:
    """Compare runs of which a side has no seeds: as they stand, or as runs of any seed where they were repeated."""
    is_one = len(expected.attempts) == len(observed.attempts) == 1
    if is_one or (is_fine and len(same) == len(observed.attempts)):
        return _named(same, exact)
    return spread.compare([Group(expected.attempts, observed.attempts, is_paired=False)], tolerance)


def matched(expected: Run, observed: Run) -> tuple[Pairs, list[Attempt]]:
    """Return the runs of both sides that belong together, and the observed ones that were recorded with no such seed.

    They belong together by their seed; by their order where one side has no seeds.
    """
    if not expected.seed_variable or not observed.seed_variable:
        return list(zip(expected.attempts, observed.attempts, strict=False)), []
    by_seed = {attempt.seed: attempt for attempt in expected.attempts}
    same = [(by_seed[attempt.seed], attempt) for attempt in observed.attempts if attempt.seed in by_seed]
    return same, [attempt for attempt in observed.attempts if attempt.seed not in by_seed]


def _named(pairs: Pairs, exact: Sequence[Sequence[OutputComparison]]) -> list[OutputComparison]:
    """Return the outputs of all pairs; those of the second and later ones with what tells the run."""
    named: list[OutputComparison] = []
    for index, ((_, observed), found) in enumerate(zip(pairs, exact, strict=True)):
        words = f"run {index + 1}" if observed.seed is None else f"seed {observed.seed}"
        named += [msgspec.structs.replace(one, name=f"{one.name} ({words})") if index else one for one in found]
    return named


def _compare_attempts(expected: Attempt, observed: Attempt, tolerance: Tolerance, not_kept: str) -> list[OutputComparison]:
    ours = {output.name: output for output in expected.outputs}
    theirs = {output.name: output for output in observed.outputs}
    found = []
    for name, left, right in pair_names(ours, theirs):
        if left is None or right is None:
            found.append(_one_sided(name, (theirs[right] if right else ours[left or ""]), tolerance, is_added=left is None))
        else:
            found.append(_compare_outputs(name, (expected, ours[left]), (observed, theirs[right]), tolerance, not_kept))
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
    name: str,
    expected: tuple[Attempt, OutputDescription],
    observed: tuple[Attempt, OutputDescription],
    tolerance: Tolerance,
    not_kept: str,
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
    return msgspec.structs.replace(described, name=name, hint=described.hint or not_kept)


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
