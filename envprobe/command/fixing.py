"""What brings a target to its baseline: `fix`."""

from __future__ import annotations

from pathlib import Path

from ..baseline import Baseline
from ..causes import explain_report
from ..causes.fixing import EmitKind, FixPlan, emitted, pins_of, plan_of
from ..causes.intervention import said
from ..causes.locking import conflicts, hashed, locking_environment, pylock
from ..config import Config, load_config
from ..error import UsageError
from ..fact import Known
from ..fingerprint import Fingerprint
from ..probing.collect import Options
from ..progress import Progress
from ..report import Report
from ..spelling import some
from .comparison import compare
from .environment import chosen, observe
from .prompt import call_of
from .source import Source

IMAGE = "image.id"


def fix(
    target: str | None = None,
    baseline: str | None = None,
    *,
    emit: EmitKind | None = None,
    hashes: bool = False,
    options: Options | None = None,
    config: Config | None = None,
    progress: Progress | None = None,
) -> tuple[FixPlan, str]:
    """Return the least that takes away what differs, and with `emit` the text of a file; nothing is changed.

    For a lock, and for requirements with `hashes`, the index is asked that pip here is set to; else nobody. Raises what `check`
    raises, UsageError where a declared baseline is to be written as a file, and TargetError where no index answers.
    """
    config = config or load_config(Path.cwd())
    expected, observed = observe(target, baseline, options=options, config=config, progress=progress)
    plan = planned(expected, observed, target, baseline, options, config)[1]
    recorded = expected.document.fingerprint
    if emit is None or emit == "script":
        return plan, "" if emit is None else emitted(emit, plan, observed.document, observed.document)
    if recorded is None:
        raise UsageError(f"{expected.name} is declared: what declared it is the file", "take that, or record a baseline")
    if emit == "lock" or hashes:
        return plan, _locked(emit, recorded, progress or (lambda words: None))
    return plan, emitted(emit, plan, recorded, observed.document)


def _locked(emit: EmitKind, recorded: Fingerprint, say: Progress) -> str:
    """Return a file with digests, for the Python and the processor of a baseline."""
    from ..trial.index import ask_index  # runs pip

    version, machine = (said(recorded, path) for path in ("python.version", "system.architecture"))
    python = ".".join(version.split(".")[:2])
    pins = pins_of(recorded)
    say(f"asking the index for {some(len(pins), 'package')}")
    answer = ask_index(pins, python, machine)
    clashes = conflicts(answer, locking_environment(version, machine))
    return pylock(answer, clashes, python, machine) if emit == "lock" else hashed(answer, clashes, python)


def planned(
    expected: Source[Baseline],
    observed: Source[Fingerprint],
    target: str | None,
    baseline: str | None,
    options: Options | None,
    config: Config,
) -> tuple[Report, FixPlan]:
    """Return what differs between a baseline and what was observed of a target, and the least that takes it away."""
    report = compare(expected, observed, config=config, left_out=(options or Options()).left_out)
    check = call_of(target, chosen(baseline, config, target), options, config).check()
    recorded = expected.document.fingerprint
    wanted = recorded.get(IMAGE) if recorded is not None else None
    is_same_image = isinstance(wanted, Known) and wanted == observed.document.get(IMAGE)
    return report, plan_of(explain_report(report, observed.document).causes, check, is_same_image=is_same_image)
