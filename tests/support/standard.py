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
FULL: dict[str, Any] = {
    "image": "tensorflow/tensorflow:2.9.0",
    "memory": "8g",
    "cpus": 2.5,
    "shm": "1g",
    "env": {"TF_CPP_MIN_LOG_LEVEL": "2", "PRICE": 'a $5 "x" `y`'},
    "ports": ["6006:6006"],
    "packages": ["pandas==1.4.2"],
    "system_packages": ["git"],
}
"""Settings that say something of everything."""


def plan(has_jupyter: bool | None = None, **settings: Any) -> EnvironmentPlan:
    """Return Ann's plan with these settings."""
    return plan_of(EnvironmentSettings(**settings), ANN, has_jupyter)
