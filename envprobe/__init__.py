"""Record an environment, check another against it, and say whether it computes the same.

    import envprobe
    report = envprobe.check("docker://trainer", "tensorflow-2.9.0")
    report.verdict, report.differences

The functions are those of the room `envprobe.command`; they load on first use, so that `import envprobe` costs nothing.
"""

from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING

from .version import __version__ as __version__

if TYPE_CHECKING:
    from .command.aligning import align as align
    from .command.applying import apply_fix as apply_fix
    from .command.audit import doctor as doctor
    from .command.baseline import declare as declare
    from .command.baseline import record as record
    from .command.baseline import save as save
    from .command.environment import check as check
    from .command.environment import diff as diff
    from .command.environment import probe as probe
    from .command.experiment import run as run
    from .command.experiment import save_run as save_run
    from .command.explanation import explain as explain
    from .command.fixing import fix as fix
    from .command.fleet import check_fleet as check_fleet
    from .command.fleet import record_fleet as record_fleet
    from .command.report import attach as attach
    from .command.report import verify as verify
    from .command.signed import sign_baseline as sign_baseline
    from .command.source import load as load
    from .command.standard import down as down
    from .command.standard import up as up
    from .command.tracking import log_to_mlflow as log_to_mlflow
    from .command.tracking import log_to_wandb as log_to_wandb
    from .error import EnvprobeError as EnvprobeError
    from .experiment.running import Plan as Plan
    from .notebook import load_ipython_extension as load_ipython_extension
    from .probing.collect import Options as Options


HOMES = {
    "align": "command.aligning",
    "apply_fix": "command.applying",
    "attach": "command.report",
    "verify": "command.report",
    "Options": "probing.collect",
    "check": "command.environment",
    "check_fleet": "command.fleet",
    "declare": "command.baseline",
    "diff": "command.environment",
    "doctor": "command.audit",
    "explain": "command.explanation",
    "fix": "command.fixing",
    "down": "command.standard",
    "load": "command.source",
    "probe": "command.environment",
    "record": "command.baseline",
    "record_fleet": "command.fleet",
    "run": "command.experiment",
    "save": "command.baseline",
    "save_run": "command.experiment",
    "sign_baseline": "command.signed",
    "up": "command.standard",
    "EnvprobeError": "error",
    "Plan": "experiment.running",
    "load_ipython_extension": "notebook",
    "log_to_mlflow": "command.tracking",
    "log_to_wandb": "command.tracking",
}

__all__ = [
    "EnvprobeError",
    "Options",
    "Plan",
    "align",
    "apply_fix",
    "attach",
    "check",
    "check_fleet",
    "declare",
    "diff",
    "doctor",
    "down",
    "explain",
    "fix",
    "load",
    "log_to_mlflow",
    "log_to_wandb",
    "probe",
    "record",
    "record_fleet",
    "run",
    "save",
    "save_run",
    "sign_baseline",
    "up",
    "verify",
]


def __getattr__(name: str) -> object:
    if name not in HOMES:
        raise AttributeError(f"module 'envprobe' has no attribute {name!r}")
    if "IPython" in sys.modules:
        importlib.import_module(".notebook", __name__).show_reports_here()
    return getattr(importlib.import_module(f".{HOMES[name]}", __name__), name)
