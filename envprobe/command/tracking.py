"""Put a record into a tracker's run from the program that the run is of."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ..carrier import mlflow, tracked_run, wandb
from ..records.record import SignedRecord
from ..report import Report
from ..runs import Run
from .current_python import this_python
from .recorded import Recordable, load, record_in
from .report import Attached, attach


def log_to_mlflow(source: Recordable | None = None, *, run_id: str | None = None, report: Report | None = None) -> Attached:
    """Put a record into an MLflow run: of `source` as `attach` takes it, else of the Python that runs this.

    It goes to the active run unless `run_id` names one. `report`, what `check` returned, is shown as a tag beside it.
    """
    name = run_id or mlflow.active_run()
    done = attach(this_python() if source is None else source, f"mlflow:{name}")
    if report is not None:
        mlflow.write(name, tracked_run.verdict(report))
    return done


def log_to_wandb(source: Recordable | None = None, *, run: Any = None, report: Report | None = None) -> Attached:
    """Put a record into a live run of Weights & Biases: of `source` as `attach` takes it, else of the Python that runs this.

    It goes to `wandb.run` unless `run` is given. `report`, what `check` returned, is shown in the summary.
    """
    live = run if run is not None else wandb.live_run()
    found = load(this_python() if source is None else source)
    record = record_in(found, source)
    held = tracked_run.held(SignedRecord(record=record), found if isinstance(found, Run) else None)
    replaced = wandb.put(live, held)
    if report is not None:
        live.summary.update(dict(tracked_run.verdict(report).tags))
    return Attached(place=f"wandb:{Path(live.dir).parent}", record=record, replaced=replaced, signatures=0)
