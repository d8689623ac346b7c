"""Everything that there is to say about one report that carries a record, or that has lost it."""

from __future__ import annotations

from pathlib import Path

from ..carrier import Carrier
from ..carrier.carried import Carried
from ..carrier.mlflow_model import TrackedModel
from ..carrier.model import ModelFile
from ..records.record import Experiment, Record, SignedRecord
from . import mentions, output_files
from .authenticity import Trust, judge_signatures, visible_faults, weigh_signatures
from .output_files import OutputFiles
from .verification import AlteredPart, Status, Verification

LOST = "its record was removed: the line of record {} is there, the comment, metadata or attached file behind it is gone"
STRIPPED = (
    "minifiers, arXiv cleaners, jupytext and printing to PDF remove such things: verify the report from before, or attach the "
    "record again behind that step: envprobe attach RUN {}"
)
RERUN = "was the experiment run again? attach its new run, or name the folder of the recorded outputs: --outputs FOLDER"


def missing(carrier: Carrier) -> Verification:
    """Return what to say of a report without a record: whether it had one."""
    lines = mentions.lines(carrier.words())
    if not lines:
        return Verification(report=carrier.name, status=Status.MISSING, reasons=["the report carries no envprobe record"])
    reason = LOST.format(lines[0].rpartition(":")[2])
    return Verification(report=carrier.name, status=Status.MISSING, reasons=[reason], hint=STRIPPED.format(carrier.name))


def examine(
    carrier: Carrier, there: Carried, signed: SignedRecord, outputs: Path | None, trust: Trust, *, require: bool
) -> Verification:
    """Return whether a report and what lies beside it are what was recorded, and who signed it."""
    record = signed.record
    outputs = outputs and output_files.of_last_attempt(outputs, record)
    files = output_files.compare(record.outputs, outputs or carrier.folder, carrier.file)
    signers, rejected = judge_signatures(signed, trust)
    faults = {
        AlteredPart.REPORT: [*visible_faults(there, record), *carrier.faults(record)],
        AlteredPart.OUTPUTS: _output_faults(files, outputs),
        AlteredPart.SIGNATURE: [finding.reason for finding in rejected if finding.altered],
    }
    altered = [part for part, found in faults.items() if found]
    refused, notes = weigh_signatures(signed, signers, [f for f in rejected if not f.altered], trust, require)
    unchecked = [f"output {name}: not checked: {reason}" for name, reason in files.unchecked.items()]
    if outputs is not None:
        refused += unchecked
    else:
        notes += unchecked + _missing_notes(files, record)
    if record.model is not None and not isinstance(carrier, ModelFile | TrackedModel):
        notes.append(f"the record is of the model {record.model.digest}, which was not read: verify the model itself")
    return Verification(
        report=carrier.name,
        status=Status.ALTERED if altered else Status.REFUSED if refused else Status.INTACT,
        reasons=[*(reason for part in altered for reason in faults[part]), *refused],
        hint=RERUN if altered == [AlteredPart.OUTPUTS] and not refused else "",
        altered=altered,
        notes=[*notes, *_shortcomings(record.experiment), *_said(carrier, record)],
        record=record,
        signers=signers,
        checked_outputs=len(files.same),
    )


def _output_faults(files: OutputFiles, outputs: Path | None) -> list[str]:
    missing = [] if outputs is None else [f"output {name}: not in {outputs}" for name in files.missing]
    return [*(f"output {name}: {fault}" for name, fault in files.altered.items()), *missing]


def _missing_notes(files: OutputFiles, record: Record) -> list[str]:
    count = f"{len(files.missing)} of {len(record.outputs)}"
    return [f"{count} recorded outputs do not lie beside the report: not checked"] if files.missing else []


def _shortcomings(made: Experiment | None) -> list[str]:
    """Return what a reader should know of how the outputs came about."""
    if made is None:
        return []
    ended = [f"the experiment ended with exit status {made.exit_status}"] if made.exit_status else []
    return ended if made.state == "complete" else [*ended, "the experiment was interrupted: the outputs are of a part of it"]


def _said(carrier: Carrier, record: Record) -> list[str]:
    """Return what the report says elsewhere that the record does not bear out."""
    others = [line for line in mentions.lines(carrier.words()) if line != str(record.line)]
    return [
        *(f"the report shows another line, of another record: {line}" for line in others[:1]),
        *mentions.unrecorded(carrier.words(), record.metrics),
    ]
