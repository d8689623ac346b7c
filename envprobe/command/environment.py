"""What envprobe does, as typed functions: the command line, the pytest plugin and scripts all enter here.

Nothing prints and nothing exits; trouble is an EnvprobeError, drift is a value.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Sequence
from datetime import date, datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import msgspec

from .. import store
from ..baseline import Baseline, Provenance, to_json
from ..carrier import is_reference
from ..config import Config, load_config
from ..error import ProbeError, StoreError, UsageError
from ..fact import in_utf8
from ..fingerprint import Fingerprint
from ..numerics.trace import read_trace, read_traces, with_trace
from ..numerics.trace import to_json as trace_json
from ..policy import DEFAULT, overlay, read_policy
from ..probing.collect import INTEGRITY_SECTIONS, Options, collect
from ..report import Location, PolicySource, Report
from ..targets.address import shown
from ..version import __version__
from .location import locate
from .source import Document, baseline_of, expected_of, load, path_of

if TYPE_CHECKING:  # what few commands need is imported where it is used: `envprobe check` starts without it
    from ..experiment.console import Live
    from ..experiment.running import Plan
    from ..output import OutputComparison
    from ..runs import Run

Progress: TypeAlias = Callable[[str], None]
NOT_KEPT = "the output is no longer as it was recorded; keep copies: envprobe run --copy-outputs FOLDER"


class Recording(msgspec.Struct, frozen=True):
    """What `record` made, not yet written."""

    baseline: Baseline
    path: Path
    data: bytes
    replaces: Report | None
    """How it differs from the baseline that lies there; None where none does, or where it is declared."""


def probe(
    target: str | None = None, *, options: Options | None = None, config: Config | None = None, progress: Progress | None = None
) -> Fingerprint:
    """Return the fingerprint of a target; nothing is stored. Raises TargetError or ProbeError."""
    config = config or load_config(Path.cwd())
    return collect(_target(target, config), _options(options, config), progress=progress)


def check(
    target: str | None = None,
    baseline: str | None = None,
    *,
    options: Options | None = None,
    config: Config | None = None,
    strict: bool = False,
    progress: Progress | None = None,
    today: date | None = None,
    run: str | Path | Run | None = None,
    located: bool = False,
) -> Report:
    """Compare a target with a baseline, by name or path. Never records: a missing baseline raises StoreError.

    With `run`, or a tracker's run as the target, nothing is probed: the recorded experiment is compared with a baseline or with
    another run. Where the report is to be `located`, it says on which lines of a file the baseline speaks of its facts.
    """
    config = config or load_config(Path.cwd())
    if is_reference(target):
        if run is not None:
            raise UsageError(f"{target}: a tracker's run is compared itself, beside another run", "give one of them")
        run = target
    if run is not None:
        return diff(_baseline_name(baseline, config), run, config=config, strict=strict, today=today, located=located)
    expected, observed = observe(target, baseline, options=options, config=config, progress=progress)
    location = locate(path_of(_baseline_name(baseline, config), config), expected.id) if located else None
    names = (expected.name, shown(_target(target, config)))
    return compare(expected, observed, names=names, config=config, strict=strict, today=today, location=location)


def observe(
    target: str | None = None,
    baseline: str | None = None,
    *,
    options: Options | None = None,
    config: Config | None = None,
    progress: Progress | None = None,
) -> tuple[Baseline, Fingerprint]:
    """Return a baseline and the fingerprint of a target, asked for what that baseline speaks of; for `diff` to compare.

    The file of a run serves as a baseline: as the environment that it was made in.
    """
    config = config or load_config(Path.cwd())
    expected = baseline_of(_baseline_name(baseline, config, target), config)
    wanted = _asked(_options(options, config), expected)
    return expected, collect(_target(target, config), wanted, known=expected.fingerprint, progress=progress)


def diff(
    expected: str | Path | Document,
    observed: str | Path | Document,
    *,
    config: Config | None = None,
    strict: bool = False,
    today: date | None = None,
    located: bool = False,
    observed_name: str = "",
) -> Report:
    """Compare any two of: a baseline (by name, path or value), a fingerprint, a run, an answer of the probe.

    Of two runs the outputs are compared too. `observed_name` is what the report calls the second one.
    """
    config = config or load_config(Path.cwd())
    left, right = expected_of(expected, config), load(observed, config=config)
    names = (_name(expected, left), observed_name or _name(observed, right))
    location = locate(path_of(expected, config), left.id) if located else None
    return compare(left, right, names=names, config=config, strict=strict, today=today, location=location)


def compare(
    expected: Document,
    observed: Document,
    *,
    names: tuple[str, str],
    config: Config,
    strict: bool = False,
    today: date | None = None,
    location: Location | None = None,
    not_kept: str = NOT_KEPT,
) -> Report:
    """Compare two documents under the rules of the default policy, of the baseline and of the configuration, in this order.

    `names` are what to call them. Outputs of runs are compared by their files where these are still as they were recorded;
    `not_kept` says what to do where they are not. Raises UsageError where what was observed is a declared baseline.
    """
    from ..assess import assess  # what judges is loaded while the target answers

    seen = observed.fingerprint if isinstance(observed, Baseline) else observed
    if seen is None:
        raise UsageError(f"{names[1]} is a declared baseline; it can only stand first", "envprobe diff BASELINE OBSERVED")
    policy, waivers = DEFAULT, list(config.waivers)
    if isinstance(expected, Baseline):
        policy = overlay(policy, read_policy(expected.policy, expected.name))
        waivers += expected.waivers
    policy = overlay(policy, config.policy)
    return assess(
        expected,
        seen,
        policy=policy,
        waivers=waivers,
        names=(in_utf8(names[0]), in_utf8(names[1])),
        outputs=_outputs(expected, seen, config, not_kept),
        location=location,
        policy_from=PolicySource(config.revision.name, config.revision.commit) if config.revision else None,
        strict=strict,
        today=today or datetime.now(timezone.utc).date(),
    )


def _outputs(expected: Document, observed: Document, config: Config, not_kept: str) -> Sequence[OutputComparison]:
    if isinstance(expected, Baseline | Fingerprint) or isinstance(observed, Baseline | Fingerprint):
        return ()
    from ..experiment.compare import compare_experiments

    return compare_experiments(expected, observed, config.outputs, not_kept)


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
    reference = _target(target, config)
    path = _destination(name, output, config)
    fingerprint = collect(reference, _options(options, config), progress=progress)
    moment = (now or datetime.now(timezone.utc)).strftime("%Y-%m-%dT%H:%M:%SZ")
    baseline = Baseline(
        name=path.stem,
        kind="recorded",
        fingerprint=fingerprint,
        provenance=Provenance(recorded=moment, envprobe=__version__, target=shown(reference)),
    )
    return _recording(baseline, path, config)


def add_trace(
    target: str | None = None,
    *,
    name: str | None = None,
    output: Path | None = None,
    options: Options | None = None,
    config: Config | None = None,
    progress: Progress | None = None,
) -> Recording:
    """Probe a target and add its training run to a baseline that exists, under the target's numeric class.

    Nothing else of the baseline changes. Raises StoreError where there is no baseline, ProbeError where there was no run.
    """
    config = config or load_config(Path.cwd())
    path = _destination(name, output, config)
    there = store.load(str(path), config.baselines_folder)
    reference = _target(target, config)
    observed = collect(reference, _options(options, config), progress=progress)
    if observed.trace is None:
        raise ProbeError(
            f"{shown(reference)}: no training run was made, so there is no trace to add",
            "envprobe probe says why: look for unknown facts",
        )
    traces = with_trace(read_traces(there.traces, f"{path}: traces"), read_trace(observed.trace, shown(reference)))
    document = {kind: [trace_json(trace) for trace in members] for kind, members in traces.items()}
    baseline = msgspec.structs.replace(there, traces=document)
    replaces = compare(there, observed, names=(there.name, shown(reference)), config=config)
    return Recording(baseline, path, to_json(baseline), replaces)


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
    path = _destination(name, output, config)
    baseline = msgspec.structs.replace(read_requirements(requirements, extras=extras, groups=groups), name=path.stem)
    return _recording(baseline, path, config)


def save(recording: Recording, *, update: bool = False) -> None:
    """Write a baseline, whole or not at all. Raises StoreError where one lies there and `update` is false."""
    store.save(recording.path, recording.data, replace=update)


def run(
    target: str | None = None,
    *,
    plan: Plan,
    options: Options | None = None,
    config: Config | None = None,
    live: Live | None = None,
    progress: Progress | None = None,
) -> Run:
    """Run an experiment in a target and return its record, a partial one where it was interrupted; nothing is stored.

    `live` gets what the command prints. Raises UsageError, TargetError or ProbeError where it could not be run.
    """
    from ..experiment.running import LOCAL, reference_of, run_experiment

    config = config or load_config(Path.cwd())
    reference = _target(target, config)
    if reference == LOCAL and plan.command:
        reference = reference_of(plan.command)
    wanted = _options(options, config)
    plan = msgspec.structs.replace(plan, data=[*wanted.data, *plan.data])
    return run_experiment(reference, plan, wanted, live or (lambda stream, data: None), progress or (lambda words: None))


def save_run(run: Run, path: Path, *, update: bool = False) -> None:
    """Write a run, whole or not at all. Raises StoreError where a file lies there and `update` is false."""
    from ..runs import to_json as run_json

    store.save(path, run_json(run), replace=update)


def _recording(baseline: Baseline, path: Path, config: Config) -> Recording:
    replaces, fingerprint = None, baseline.fingerprint
    if path.exists():
        there = store.load(str(path), config.baselines_folder)
        if there.kind == "recorded" and fingerprint is not None:
            # what a team decided about a baseline outlives a new recording of it
            baseline = msgspec.structs.replace(
                baseline, description=there.description, policy=there.policy, waivers=there.waivers
            )
            replaces = compare(there, fingerprint, names=(there.name, "the new recording"), config=config)
    return Recording(baseline, path, to_json(baseline), replaces)


def _target(target: str | None, config: Config) -> str:
    return target or config.target


def _options(options: Options | None, config: Config) -> Options:
    """Return the options with what the configuration alone says: code, data and the key for hashed facts."""
    return msgspec.structs.replace(
        options or Options(),
        code=str(config.code) if config.code else None,
        data=tuple(_declared(path, config) for path in config.data),
        hash_key=_hash_key(config),
    )


def _declared(path: Path, config: Config) -> str:
    """Return data as `NAME=PATH`: the name is what the configuration says, the same on every machine."""
    folder = config.source.parent.absolute() if config.source else Path.cwd()
    return f"{path.relative_to(folder)}={path}" if path.is_relative_to(folder) else str(path)


def _asked(options: Options, expected: Baseline) -> Options:
    """Leave out what costs time and which a declared baseline says nothing about."""
    if expected.fingerprint is not None:
        return options
    declared = {path.partition(".")[0] for path in expected.declared}
    hashes_files = not declared.isdisjoint(INTEGRITY_SECTIONS)
    runs_framework = bool(expected.traces) or any(path.startswith(("numerics.", "cuda.loaded.")) for path in expected.declared)
    return msgspec.structs.replace(
        options,
        integrity=options.integrity and hashes_files,
        benchmark=options.benchmark if runs_framework else "off",
    )


def _hash_key(config: Config) -> str | None:
    """Return the digest of the key file, in hexadecimal: the key itself is not sent into a target."""
    if config.hash_key_file is None:
        return None
    try:
        return hashlib.sha256(config.hash_key_file.read_bytes()).hexdigest()
    except OSError as error:
        raise UsageError(
            f"{config.hash_key_file}: the key of keyed hashes cannot be read: {error.strerror}",
            "make one: head -c 32 /dev/urandom > FILE, and keep it out of the repository",
        ) from error


def _baseline_name(baseline: str | None, config: Config, target: str | None = None) -> str:
    """Return which baseline is meant. Raises StoreError where that cannot be told, with what records one of the target."""
    chosen = baseline or config.baseline
    if chosen:
        return chosen
    there = sorted(path.stem for path in config.baselines_folder.glob("*.json"))
    if len(there) == 1:
        return there[0]
    where = f" {target}" if target else ""
    if there:
        hint = f"name one: envprobe check{where} --baseline NAME"
        raise StoreError(f"{config.baselines_folder}: which baseline? there are {', '.join(there)}", hint)
    raise StoreError(f"{config.baselines_folder}: no baseline is recorded", f"record one: envprobe record{where} --name NAME")


def _destination(name: str | None, output: Path | None, config: Config) -> Path:
    if (name is None) == (output is None):
        raise UsageError("record needs a place to write to", "give --name NAME (in the baselines folder) or --output FILE")
    return output if output is not None else store.path_of(name or "", config.baselines_folder)


def _name(source: object, value: Document) -> str:
    if isinstance(source, str | Path):
        return str(source)
    return value.name if isinstance(value, Baseline) else value.id[:19]
