"""Record a baseline of a target, or declare one of a requirements file. Nothing is written but by `save`."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timezone
from pathlib import Path

import msgspec

from .. import store
from ..baseline import Baseline, Provenance, to_json
from ..config import Config, load_config
from ..error import ProbeError, UsageError
from ..numerics.trace import read_trace, read_traces, with_trace
from ..numerics.trace import to_json as trace_json
from ..numerics.verdict import TraceVerdict
from ..probing.collect import Options, collect
from ..progress import Progress
from ..report import Report
from ..targets.address import shown
from ..version import __version__
from .comparison import compare
from .environment import chosen
from .probing import options_of
from .prompt import call_of, name_for
from .source import Source


class Recording(msgspec.Struct, frozen=True):
    """What `record` made, not yet written."""

    baseline: Baseline
    path: Path
    data: bytes
    replaces: Report | None
    """How it differs from the baseline that lies there; None where none does, or where it is declared."""


def record(
    target: str | None = None,
    *,
    name: str | None = None,
    output: Path | None = None,
    options: Options | None = None,
    config: Config | None = None,
    progress: Progress | None = None,
    now: datetime | None = None,
) -> Recording:
    """Probe a target and make a baseline of all its facts. Written only by `save`."""
    config = config or load_config(Path.cwd())
    reference = target or config.target
    path = destination(name, output, config, target)
    fingerprint = collect(reference, options_of(options, config), progress=progress)
    moment = (now or datetime.now(timezone.utc)).strftime("%Y-%m-%dT%H:%M:%SZ")
    baseline = Baseline(
        name=store.title(path),
        kind="recorded",
        fingerprint=fingerprint,
        provenance=Provenance(recorded=moment, envprobe=__version__, target=shown(reference)),
    )
    return recording_of(baseline, path, config)


def add_trace(
    target: str | None = None,
    *,
    name: str | None = None,
    output: Path | None = None,
    options: Options | None = None,
    config: Config | None = None,
    progress: Progress | None = None,
) -> Recording:
    """Probe a target and add its benchmark to a baseline that exists: by name, by path, shipped, or the configured one.

    Nothing else of the baseline changes; a shipped one is copied into the baselines folder first. Bits that it knows already
    are not added again, whatever class they were computed on. Raises StoreError where there is no baseline, ProbeError where
    the benchmark did not run.
    """
    config = config or load_config(Path.cwd())
    found = store.find(str(output) if output is not None else chosen(name, config, target), config.baselines_folder)
    there = store.load(str(found), config.baselines_folder)
    reference = target or config.target
    observed = collect(reference, options_of(options, config), progress=progress)
    if observed.trace is None:
        raise ProbeError(
            f"{shown(reference)}: the benchmark did not run, so there is no trace to add",
            f"{call_of(target, '', None, config).probe()} says why: look for unknown facts",
        )
    traces = read_traces(there.traces, f"{found}: traces")
    replaces = compare(Source(there, there.name), Source(observed, shown(reference)), config=config)
    if not _knows(replaces):
        traces = with_trace(traces, read_trace(observed.trace, shown(reference)))
    document = {kind: [trace_json(trace) for trace in members] for kind, members in traces.items()}
    baseline = msgspec.structs.replace(there, traces=document, signatures=[])  # nobody has signed that yet
    path = config.baselines_folder / found.name if found.parent == store.shipped() else found
    return Recording(baseline, path, to_json(baseline), replaces)


def _knows(report: Report) -> bool:
    """Tell whether every bit of the benchmark is one that the baseline has."""
    return report.trace is not None and report.trace.verdict is TraceVerdict.IDENTICAL and not report.trace.not_compared


def declare(
    requirements: Path,
    *,
    extras: Collection[str] = (),
    groups: Collection[str] = (),
    name: str | None = None,
    output: Path | None = None,
    config: Config | None = None,
) -> Recording:
    """Make a declared baseline of a requirements file, a lock file, a project or an export. Written only by `save`.

    `extras` and `groups` choose what the file has beside its main part. Raises DocumentError with every fault of the file.
    """
    from ..requirement import declare as read_requirements

    config = config or load_config(Path.cwd())
    path = destination(name, output, config)
    baseline = msgspec.structs.replace(read_requirements(requirements, extras=extras, groups=groups), name=store.title(path))
    return recording_of(baseline, path, config)


def save(recording: Recording, *, update: bool = False) -> None:
    """Write a baseline, whole or not at all. Raises StoreError where one lies there and `update` is false."""
    store.save(recording.path, recording.data, replace=update)


def recording_of(baseline: Baseline, path: Path, config: Config) -> Recording:
    """Return a baseline that is to be written there, with what it replaces; what a team decided about that one stays."""
    replaces, fingerprint = None, baseline.fingerprint
    if store.exists(path):
        there = store.load(str(path), config.baselines_folder)
        if there.kind == "recorded" and fingerprint is not None:
            # what a team decided about a baseline outlives a new recording of it
            baseline = msgspec.structs.replace(
                baseline, description=there.description, policy=there.policy, waivers=there.waivers
            )
            replaces = compare(Source(there, there.name), Source(fingerprint, "the new recording"), config=config)
    return Recording(baseline, path, to_json(baseline), replaces)


def destination(name: str | None, output: Path | None, config: Config, target: str | None = None) -> Path:
    """Return where a baseline is to be written. Raises UsageError where that is unknown, or given twice."""
    if (name is None) == (output is None):
        call = call_of(target, "", None, config).record(name_for(target))
        raise UsageError(
            "record needs a place to write to: a name, or a file", f"name it, as in: {call}; or give its file with --output"
        )
    return output if output is not None else store.path_of(name or "", config.baselines_folder)
