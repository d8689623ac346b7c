"""Record an environment, check another against it, and say whether it computes the same.

    import envprobe
    report = envprobe.check("docker://trainer", "tensorflow-2.9.0")
    report.verdict, report.differences

The functions are those of `envprobe.command`; they load on first use, so that `import envprobe` costs nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .attestation.attest import attach as attach
    from .attestation.attest import verify as verify
    from .command import check as check
    from .command import declare as declare
    from .command import diff as diff
    from .command import probe as probe
    from .command import record as record
    from .command import run as run
    from .command import save as save
    from .command import save_run as save_run
    from .error import EnvprobeError as EnvprobeError
    from .experiment.running import Plan as Plan
    from .notebook import load_ipython_extension as load_ipython_extension
    from .probing.collect import Options as Options
    from .source import load as load
    from .tracker.mlflow import log_to_mlflow as log_to_mlflow
    from .tracker.wandb import log_to_wandb as log_to_wandb

__version__ = "0.1.0"

HOMES = {
    "attach": "attestation.attest",
    "verify": "attestation.attest",
    "Options": "probing.collect",
    "check": "command",
    "declare": "command",
    "diff": "command",
    "load": "source",
    "probe": "command",
    "record": "command",
    "run": "command",
    "save": "command",
    "save_run": "command",
    "EnvprobeError": "error",
    "Plan": "experiment.running",
    "load_ipython_extension": "notebook",
    "log_to_mlflow": "tracker.mlflow",
    "log_to_wandb": "tracker.wandb",
}

__all__ = [
    "EnvprobeError", "Options", "Plan", "attach", "check", "declare", "diff", "load", "log_to_mlflow", "log_to_wandb", "probe",
    "record", "run", "save", "save_run", "verify",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name not in HOMES:
        raise AttributeError(f"module 'envprobe' has no attribute {name!r}")
    return getattr(importlib.import_module(f".{HOMES[name]}", __name__), name)
