"""`slurm:[PARTITION][/PYTHON]`: the nodes of a partition, each by a job of its own that srun starts and waits for."""

from __future__ import annotations

import math
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from ...error import TargetError, UsageError
from ...fingerprint import Fingerprint
from ...probing.collect import Options, collect_from
from ...targets import process
from ...targets.address import Address
from ...targets.deadline import Deadline
from ...targets.protocol import Completed, NoProgram
from ..engine import FleetMember, Members
from ..launched import LaunchedTarget
from ..unreachable import UnreachableMember

PARTITION = re.compile(r"[\w.+-]*")
LISTED_S = 30
OUT_OF_REACH = re.compile(r"(down|drain|fail|error|unk|boot|power|maint|reserved|future|blocked)|[*~#%$@-]$")
"""States in which Slurm starts nothing there, and the marks of a node that does not answer or is switched off."""
SRUN_ERROR = re.compile(r"^(?:srun|slurmstepd[^:]*): (?:error: )?(?!job \d+ queued)(.+)$", re.MULTILINE)


@contextmanager
def members(place: str) -> Iterator[Members]:
    """Give the nodes; those on which Slurm starts nothing are out of reach, with Slurm's own reason."""
    partition, slash, path = place.partition("/")
    if not PARTITION.fullmatch(partition) or partition.startswith("-"):
        raise UsageError(f"slurm:{place}: not a partition", "sinfo lists them; slurm: alone is the whole cluster")
    pythons = (f"/{path}",) if slash else ("python3", "python")
    yield [_member(*row, partition, pythons) for row in _nodes(partition)]


def _nodes(partition: str) -> list[tuple[str, str, str]]:
    """Return name, state and reason of each node, once. Raises TargetError where Slurm does not answer."""
    chosen = [f"--partition={partition}"] if partition else []
    try:
        listed = process.run(["sinfo", "--noheader", "--Node", "--format=%N|%T|%E", *chosen], b"", LISTED_S, 64 << 20)
    except NoProgram:
        raise TargetError("slurm: there is no sinfo on this machine", "run it on a login node of the cluster") from None
    words = listed.stderr.decode("utf-8", "replace").strip()
    if listed.truncated:
        raise TargetError("slurm: sinfo: lists more nodes than are read", "name a partition: slurm:PARTITION")
    if listed.returncode or listed.timed_out:
        why = "no answer from the controller" if listed.timed_out else words.partition("\n")[0] or f"status {listed.returncode}"
        raise TargetError(f"slurm: sinfo: {why}", "does sinfo answer? is slurmctld running?")
    rows = [row.split("|", 2) for row in listed.stdout.decode("utf-8", "replace").splitlines()]
    found = {row[0].strip(): (row[0].strip(), row[1].strip(), row[2].strip()) for row in rows if len(row) == 3}
    if not found:
        raise UsageError(f"slurm:{partition}: no such partition, or no nodes in it", "sinfo lists what there is")
    return list(found.values())


def _member(node: str, state: str, reason: str, partition: str, pythons: tuple[str, ...]) -> FleetMember | UnreachableMember:
    if OUT_OF_REACH.search(state):
        return UnreachableMember(node, f"Slurm has it as {state}" + (f": {reason}" if reason != "none" else ""))
    return FleetMember(node, partial(_ask, node, partition, pythons))


def _ask(node: str, partition: str, pythons: tuple[str, ...], options: Options, known: Fingerprint | None) -> Fingerprint:
    job = f"envprobe-{secrets.token_hex(8)}"
    launcher = [
        "srun",
        *([f"--partition={partition}"] if partition else []),
        "--nodes=1",
        "--ntasks=1",
        f"--nodelist={node}",
        f"--job-name={job}",
        f"--time={math.ceil(options.timeout_s / 60) + 1}",  # a driver that was killed leaves nothing running for longer
        "--quiet",
        "--unbuffered",
    ]
    with LaunchedTarget(
        Address("slurm", node), Deadline(options.timeout_s), launcher, pythons, _refusal, ("scancel", f"--name={job}")
    ) as target:
        return collect_from(target, options, known, lambda words: None)


def _refusal(completed: Completed) -> str:
    """Return what srun says of itself: no permission, no such node, a node that failed, memory that ran out."""
    found = SRUN_ERROR.findall(completed.stderr.decode("utf-8", "replace"))
    return next((words for words in found if "task" not in words), found[0] if found else "")
