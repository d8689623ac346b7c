"""Settings and a caller of a standard environment, for tests."""

from __future__ import annotations

from typing import Any

from envprobe.standard.plan import Caller, EnvironmentPlan, plan_of
from envprobe.standard.settings import EnvironmentSettings

ANN = Caller(
    folder="/home/ann/digits",
    state="/home/ann/.local/state/envprobe/environments/digits",
    uid=1000,
    gid=1000,
    name="digits",
)


def plan(has_jupyter: bool | None = None, **settings: Any) -> EnvironmentPlan:
    """Return Ann's plan with these settings."""
    return plan_of(EnvironmentSettings(**settings), ANN, has_jupyter)
