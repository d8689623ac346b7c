"""What a test claims of recorded runs."""

from __future__ import annotations

import os
from pathlib import Path

from ..command import environment
from ..config import load_config
from ..render import Style
from ..render.text import render
from ..report import Verdict

WIDTH = 100


def claim_trouble(claim: str, run: str | os.PathLike[str], baseline: str | os.PathLike[str], root: Path) -> str:
    """Return what `envprobe check --claim` says where the claim does not hold in this environment; empty where it does.

    Raises UsageError for a claim about no metric of two runs.
    """
    report = environment.check(run=Path(run), baseline=str(baseline), claims=[claim], config=load_config(root))
    return "" if report.verdict is Verdict.REPRODUCES else render(report, Style(width=WIDTH)).rstrip("\n")
