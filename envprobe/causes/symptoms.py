"""What is to be explained: records that moved, a framework that does not run, and the differences that may be why."""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase

import msgspec

from ..assess.switches import is_answered
from ..assess.trace import EQUIVALENT, PATH
from ..fact import Known
from ..fingerprint import Fingerprint
from ..numerics.comparison import Comparison
from ..numerics.pattern import PATTERNS
from ..report import Difference, Report
from ..runs import Run

FAILURE = "numerics.diagnosis.framework"
SYMPTOMS = (
    PATH,
    EQUIVALENT,
    "numerics.diagnosis.*",
    "numerics.random_streams",
    "numerics.bfloat16.*",
    "container.changes",
    "outputs.*",
)
"""Differences that never are a cause: they are what a cause does."""
START = ("python.sitecustomize", "python.usercustomize", "python.pth.")
"""What runs at every start of Python."""
FRAMEWORK = "framework"
"""What stands in the place of a stage where nothing runs."""


class Symptoms(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be explained, and what it may be explained by."""

    candidates: list[Difference] = []
    """Differences that follow from no other, and are not answered."""
    follows: Mapping[str, list[str]] = {}
    """Path of a candidate to those of the differences that follow from it."""
    moved: dict[str, list[str]] = {}
    """Stage, `part/stage`, to its records that moved, `part/stage/tensor`, in the order of the run."""
    failure: str = ""
    """What the framework said last, where it does not run."""
    observed: Fingerprint | None = None
    overwrites: Mapping[str, list[str]] = {}
    """Distribution to those whose files it lists as its own, and which are not as their RECORD says."""
    hints: frozenset[str] = frozenset()
    """Facts that the pattern of what moved speaks of."""
    is_compared: bool = False
    """Whether both sides ran the benchmark and it was compared."""

    @property
    def paths(self) -> list[str]:
        """The candidates, and what follows from them."""
        return [path for item in self.candidates for path in (item.path, *self.follows.get(item.path, []))]

    @property
    def records(self) -> list[str]:
        """All records that moved."""
        return [record for members in self.moved.values() for record in members]


def symptoms_of(report: Report, observed: Fingerprint | Run | None = None) -> Symptoms:
    """Return what a report has to explain. Pure."""
    environment = observed.environment if isinstance(observed, Run) else observed
    overwrites = _overwrites(environment)
    causes = {**_set_at_start(environment, report), **_overwritten(overwrites, report)}
    roots = [item for item in report.roots if item.path not in causes and not is_answered(item) and not is_symptom(item.path)]
    follows = {root.path: [path for path in _consequences(root.path, report, causes) if not is_symptom(path)] for root in roots}
    return Symptoms(
        candidates=roots,
        follows=follows,
        moved=moved_of(report.trace),
        failure=_failure(report),
        observed=environment,
        overwrites=overwrites,
        hints=_hints(report),
        is_compared=report.trace is not None and report.trace.compared > 0,
    )


def is_symptom(path: str) -> bool:
    """Tell whether a difference is what a cause does, and never a cause itself."""
    return any(fnmatchcase(path, glob) for glob in SYMPTOMS)


def _consequences(root: str, report: Report, causes: Mapping[str, str]) -> list[str]:
    """Return what follows from a root: by the report, and by what only the probe's context tells."""
    direct = [item.path for item in report.consequences(root)]
    linked = [path for path, cause in causes.items() if cause == root]
    return [*direct, *linked, *(item.path for path in linked for item in report.consequences(path))]


def _set_at_start(observed: Fingerprint | None, report: Report) -> dict[str, str]:
    """Return differing variables that Python's own start has set, with what did: no option of a container takes them away."""
    names = _said(observed, "environment").get("set_at_start")
    starters = [item.path for item in report.differences if item.path.startswith(START)]
    if not isinstance(names, list) or not starters:
        return {}
    found = {f"environment.{name}" for name in names if isinstance(name, str)}
    return {item.path: starters[0] for item in report.differences if item.path in found}


def _overwrites(observed: Fingerprint | None) -> dict[str, list[str]]:
    """Return distribution to those whose files it overwrote, as the probe found it in their RECORDs."""
    said = _said(observed, "integrity").get("also_listed_by")
    found: dict[str, list[str]] = {}
    for victim, others in said.items() if isinstance(said, dict) else ():
        for other in others if isinstance(others, dict) else ():
            found.setdefault(other, []).append(victim)
    return found


def _overwritten(overwrites: Mapping[str, list[str]], report: Report) -> dict[str, str]:
    """Return `integrity.VICTIM` to `packages.OTHER`, where both differ."""
    paths = {item.path for item in report.differences}
    pairs = [(victim, other) for other, victims in overwrites.items() for victim in victims]
    found: dict[str, str] = {}
    for victim, other in pairs:
        cause = next((path for path in (f"packages.{other}", f"packages.{other}.version") if path in paths), None)
        if cause is not None:
            theirs = [path for path in paths if path.startswith(f"packages.{victim}.")]
            found |= {path: cause for path in (f"integrity.{victim}", f"unlisted.{victim}", *theirs) if path in paths}
    return found


def _said(observed: Fingerprint | None, section: str) -> Mapping[str, object]:
    """Return the context of a section; what a guest says there may be anything."""
    said = observed.context.get(section) if observed is not None else None
    return said if isinstance(said, dict) else {}


def _failure(report: Report) -> str:
    """Return the last words of a framework that does not run, without what the probe thinks of them."""
    found = next((item.observed for item in report.differences if item.path == FAILURE), None)
    return str(found.value).partition(" Known cause: ")[0] if isinstance(found, Known) else ""


def moved_of(trace: Comparison | None) -> dict[str, list[str]]:
    """Return stage to records. A comparison names records by stage and tensor, and stages by part: both are put together."""
    if trace is None:
        return {}
    groups = [group for group in (trace.model, trace.canaries) if group is not None]
    tensors = [name for group in groups for name in group.tensors]
    found: dict[str, list[str]] = {}
    for stage in trace.stages:
        if stage.moved:
            found[f"{stage.part}/{stage.stage}"] = [
                f"{stage.part}/{name}" for name in tensors if name.split("/")[0] == stage.stage
            ]
    return found


def _hints(report: Report) -> frozenset[str]:
    """Return the facts of the switches that the moved records look like: those of whole patterns, else those of parts."""
    switches = {guess.switch for guess in report.trace.guesses} if report.trace is not None else set()
    return frozenset(path for pattern in PATTERNS if pattern.switch in switches for path in pattern.facts)
