"""Ask every member of a fleet and compare what it gives with one baseline, or record the fleet as one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timezone
from pathlib import Path

import msgspec

from .. import store
from ..baseline import Baseline, Provenance
from ..config import Config, load_config
from ..error import ProbeError, UsageError
from ..fingerprint import Fingerprint
from ..fleet.ask import ask_all
from ..fleet.engine import EngineReference, parse
from ..fleet.report import FleetClass, FleetReport, PeerGroup, is_outlier, majorities, most_frequent, peer_groups
from ..fleet.spool import Arrived, Spool, default_path, open_spool
from ..fleet.unreachable import UnreachableMember
from ..fleet.unstable import burn_in_of, unstable_members, unstable_parts
from ..numerics.trace import Trace, read_trace, with_trace
from ..numerics.trace import to_json as trace_json
from ..probing.collect import Options
from ..progress import Progress
from ..report import EXIT_STATUS, Report
from .baseline import Recording, destination, recording_of
from .comparison import compare
from .environment import chosen
from .probing import needed_for, options_of
from .source import Source, as_baseline, open_baseline


class Asking(msgspec.Struct, frozen=True, kw_only=True):
    """How a fleet is asked."""

    parallel: int | None = None
    """How many members at a time; None for what the engine's row says."""
    repeat: int = 1
    """How often each member runs the benchmark: one that differs from itself computes wrong."""
    burn_in_s: float = 0
    """How many seconds each member computes on its cores and GPUs, one by itself after another."""
    spool: Path | None = None
    """Where what arrives is kept; None for a file of the user's own, which goes when everything arrived."""
    resume: bool = False
    """Go on with that file: members that answered are not asked again."""


def check_fleet(
    engine: str,
    baseline: str | None = None,
    *,
    asking: Asking | None = None,
    options: Options | None = None,
    config: Config | None = None,
    strict: bool = False,
    progress: Progress | None = None,
    today: date | None = None,
) -> FleetReport:
    """Compare every member of an engine, `ssh:HOSTS` or another of `fleet.engine.ROWS`, with a baseline. Never records.

    Members that cannot be asked are in the report with their reason. Raises UsageError, StoreError, TargetError where the
    engine itself cannot be asked, and DocumentError.
    """
    config = config or load_config(Path.cwd())
    reference = parse(engine)
    expected = as_baseline(open_baseline(chosen(baseline, config), config))
    wanted = needed_for(expected.document, options_of(options, config))
    with _asked(reference, wanted, asking or Asking(), expected.document.fingerprint, progress) as arrived:
        return judged(reference.reference, expected, arrived, config=config, strict=strict, today=today, options=wanted)


def record_fleet(
    engine: str,
    *,
    name: str | None = None,
    output: Path | None = None,
    asking: Asking | None = None,
    options: Options | None = None,
    config: Config | None = None,
    progress: Progress | None = None,
    now: datetime | None = None,
) -> tuple[Recording, FleetReport]:
    """Make a baseline of what most members are, with the benchmark of every numeric class; and the fleet's report against it.

    Members that are unlike their peers add nothing. Written only by `envprobe.save`. Raises ProbeError where none answered.
    """
    config = config or load_config(Path.cwd())
    reference = parse(engine)
    path = destination(name, output, config)
    wanted = options_of(options, config)
    with _asked(reference, wanted, asking or Asking(), None, progress) as arrived:
        groups = peer_groups(_chosen_ids(arrived), arrived.fingerprints)
        if not groups:
            reasons = "\n".join(f"{member}: {reason}" for member, reason in sorted(arrived.unreachable.items())[:5])
            raise ProbeError(f"{reference.reference}: no member answered", reasons)
        moment = (now or datetime.now(timezone.utc)).strftime("%Y-%m-%dT%H:%M:%SZ")
        made = Baseline(
            name=store.title(path),
            kind="recorded",
            fingerprint=groups[0].fingerprint,
            traces=_traces(groups),
            provenance=Provenance(recorded=moment, target=f"fleet {reference.reference}"),
        )
        expected = Source(made, made.name)
        return recording_of(made, path, config), judged(reference.reference, expected, arrived, config=config, options=wanted)


@contextmanager
def _asked(
    reference: EngineReference, options: Options, asking: Asking, known: Fingerprint | None, progress: Progress | None
) -> Iterator[Arrived]:
    """Give what arrived of all members. A spool that nobody named goes once it was judged."""
    if asking.burn_in_s and (options.benchmark == "off" or not reference.row.is_asked):
        why = "the benchmark is left out" if reference.row.is_asked else "what was collected computes nothing"
        raise UsageError(f"{reference.reference}: {why}, so there is nothing to burn in with", "leave --burn-in out")
    path = asking.spool or default_path(reference.reference)
    if asking.spool is None and path.exists() and not asking.resume:
        path.replace(path.with_suffix(".before.jsonl"))  # what arrived of an interrupted run is not thrown away by a new one
    with reference.row.members(reference.place, known) as members:
        times = {"repeat": asking.repeat, **({"burn_in_s": asking.burn_in_s} if asking.burn_in_s else {})}
        asked = {"engine": reference.reference, "options": msgspec.to_builtins(_kept(options)), **times}
        with open_spool(path, asked, resume=asking.resume) as spool:
            parallel = asking.parallel or reference.row.parallel
            try:
                ask_all(
                    members,
                    options,
                    spool,
                    known=known,
                    parallel=parallel,
                    repeat=asking.repeat,
                    burn_in_s=asking.burn_in_s,
                    say=progress or _silent,
                )
            except KeyboardInterrupt:
                raise KeyboardInterrupt(*_to_go_on(spool, path)) from None
            yield spool.arrived
        if asking.spool is None:
            path.unlink(missing_ok=True)


def _silent(words: str) -> None:
    """Say nothing."""


def _kept(options: Options) -> Options:
    """Return the options that a spool remembers: the key of keyed hashes lies in no file, and patience may grow."""
    return msgspec.structs.replace(options, hash_key="given" if options.hash_key else None, timeout_s=0)


def _to_go_on(spool: Spool, path: Path) -> tuple[str, str]:
    return f"{len(spool.arrived.members)} members answered, which is kept in {path}", "go on with the same command and --resume"


def _chosen_ids(arrived: Arrived) -> dict[str, str]:
    return {name: most_frequent(ids) for name, ids in arrived.members.items()}


def judged(
    engine: str,
    expected: Source[Baseline],
    arrived: Arrived,
    *,
    config: Config,
    options: Options,
    strict: bool = False,
    today: date | None = None,
) -> FleetReport:
    """Return the report of what arrived: one comparison a class, however many members it has."""
    groups = peer_groups(_chosen_ids(arrived), arrived.fingerprints)
    largest = majorities(groups)
    moment = today or datetime.now(timezone.utc).date()

    def against(source: Source[Baseline], group: PeerGroup) -> Report:
        observed = Source(group.fingerprint, group.members[0])
        return compare(source, observed, config=config, strict=strict, today=moment, left_out=options.left_out)

    classes = []
    for group in groups:
        majority = largest.get(group.numeric_class)
        is_unlike = majority is not None and is_outlier(group, majority)
        classes.append(
            FleetClass(
                id=group.fingerprint.id,
                numeric_class=group.numeric_class,
                members=group.members,
                report=against(expected, group),
                unlike=against(_as_expected(majority), group) if majority is not None and is_unlike else None,
                majority=majority.fingerprint.id if majority is not None and is_unlike else "",
            )
        )
    return FleetReport(
        engine=engine,
        baseline=expected.name,
        baseline_id=expected.document.id,
        classes=tuple(sorted(classes, key=_order)),
        unreachable=tuple(UnreachableMember(name, reason) for name, reason in sorted(arrived.unreachable.items())),
        unstable=(
            *unstable_members(arrived.members, arrived.fingerprints),
            *unstable_parts(arrived.burned, arrived.fingerprints),
        ),
        burn_in=burn_in_of(arrived.burned) if arrived.burned else None,
        strict=strict,
    )


def _as_expected(majority: PeerGroup) -> Source[Baseline]:
    name = f"the {len(majority.members)} alike"
    return Source(Baseline(name=name, kind="recorded", fingerprint=majority.fingerprint), name)


def _order(one: FleetClass) -> tuple[bool, int, int, str]:
    return one.unlike is None, -EXIT_STATUS[one.verdict], -len(one.members), one.id


def _traces(groups: Sequence[PeerGroup]) -> dict[str, list[dict[str, object]]]:
    """Return the traces of each numeric class's majority, but for that of the baseline's own fingerprint."""
    largest = majorities(groups)
    found: dict[str, list[Trace]] = {}
    for group in groups[1:]:
        trace = group.fingerprint.trace
        if trace is not None and largest.get(group.numeric_class) is group:
            found = with_trace(found, read_trace(trace, group.members[0]))
    return {name: [trace_json(trace) for trace in traces] for name, traces in found.items()}
