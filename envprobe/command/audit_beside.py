"""A finding of doctor's that explains a difference, for one line beside a report."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress

from ..audit.examine import examine
from ..audit.model import AuditFinding
from ..audit.report import LEVELS
from ..error import EnvprobeError
from ..report import Report, Verdict
from .audit import LIVE
from .audit_live import inspect

EXPLAINS = {
    "pin.image": ("image.", "packages.", "python.", "cuda."),
    "gpu.missing": ("gpu.", "cuda.", "container.gpus"),
    "gpu.cpu-image": ("gpu.", "cuda.", "packages.tensorflow"),
    "gpu.version": ("cuda.", "gpu."),
    "gpu.stub": ("cuda.", "gpu."),
    "platform": ("cpu.",),
    "privilege": ("container.privileged", "container.cap_add", "container.security_opt"),
    "data.mount": ("data.", "container.mounts"),
    "host.mount": ("container.mounts",),
    "user.root": ("container.user",),
    "shm": ("container.limits.shm",),
    "limits": ("container.limits.",),
}
"""Families of rules, and the facts that are others where one of them is broken."""


def explaining(target: str, report: Report) -> AuditFinding | None:
    """Return the severest finding about a container or an image that explains a difference of its report; None without one.

    Nothing is asked where nothing differs that a rule could explain; an engine that is gone by now is no trouble.
    """
    paths = [difference.path for difference in report.differences]
    wanted = [family for family in EXPLAINS if _is_moved(family, paths)]
    if report.verdict is not Verdict.DIFFERS or not target.startswith(LIVE) or not wanted:
        return None
    with suppress(EnvprobeError, ImportError):  # the parsers are an extra
        return first_of(examine(inspect(target.partition("?")[0])), wanted)
    return None


def first_of(findings: Iterable[AuditFinding], families: list[str]) -> AuditFinding | None:
    """Return the severest of the findings of some families."""
    named = [one for one in findings if any(f"{one.rule}.".startswith(f"{family}.") for family in families)]
    return min(named, key=lambda one: LEVELS.index(one.severity), default=None)


def _is_moved(family: str, paths: list[str]) -> bool:
    return any(path.startswith(start) for path in paths for start in EXPLAINS[family])
